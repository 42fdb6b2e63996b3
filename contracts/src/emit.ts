import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openApiText } from './openapi.ts';

const COMMITTED = new URL('../openapi.json', import.meta.url);

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, file: { type: 'string' } } });
const file = values.file ?? COMMITTED;

if (!values.check) writeFileSync(file, openApiText());
else if (readFileSync(file, 'utf8') !== openApiText()) {
  process.stderr.write('contracts/openapi.json is not what the routes say; run: npm run openapi\n');
  process.exitCode = 1;
}
