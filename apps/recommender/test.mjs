import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineEnvironment, preparedPython } from './environment.mjs';

const { TEST_COUNTS } = process.env;
const report = TEST_COUNTS && join(TEST_COUNTS, 'recommender.xml');

/* All that must hold of the engine: lint, format, types, tests. Arguments go to pytest. */
const STEPS = [
  ['ruff', 'check', '--quiet'],
  ['ruff', 'format', '--check', '--quiet'],
  ['mypy', '--no-error-summary'],
  ['pytest', ...(report ? [`--junitxml=${report}`] : []), ...process.argv.slice(2)],
];

const python = await preparedPython('dev');
const failed = STEPS.filter(
  (step) =>
    spawnSync(python, ['-m', ...step], { stdio: 'inherit', cwd: import.meta.dirname, env: engineEnvironment() })
      .status !== 0,
);
for (const [tool] of failed) process.stderr.write(`recommender: ${tool} found fault\n`);
/** How many tests passed and failed, for whoever sums over all runners; lint and types that fail count as one each. */
const count = () => {
  const [suite = ''] = /<testsuite [^>]*>/.exec(readFileSync(report, 'utf8')) ?? [];
  const of = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const unsound = of('failures') + of('errors');
  writeFileSync(join(TEST_COUNTS, 'recommender.passed'), String(of('tests') - of('skipped') - unsound));
  writeFileSync(
    join(TEST_COUNTS, 'recommender.failed'),
    String(unsound + failed.filter(([tool]) => tool !== 'pytest').length),
  );
};
if (report) count();
process.exit(failed.length === 0 ? 0 : 1);
