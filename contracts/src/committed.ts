import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** Writes a document where it is kept or to `--file`; with `--check` says instead whether it is the same there. */
export const emit = (kept: URL, name: string, text: string): void => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, file: { type: 'string' } } });
  const file = values.file ?? kept;
  if (!values.check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${name} is not what the routes say; run: npm run openapi\n`);
    process.exitCode = 1;
  }
};
