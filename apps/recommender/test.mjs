import { spawnSync } from 'node:child_process';
import { engineEnvironment, preparedPython } from './environment.mjs';

/* All that must hold of the engine: lint, format, types, tests. Arguments go to pytest. */
const STEPS = [
  ['ruff', 'check', '--quiet'],
  ['ruff', 'format', '--check', '--quiet'],
  ['mypy', '--no-error-summary'],
  ['pytest', ...process.argv.slice(2)],
];

const python = await preparedPython('dev');
const failed = STEPS.filter(
  (step) =>
    spawnSync(python, ['-m', ...step], { stdio: 'inherit', cwd: import.meta.dirname, env: engineEnvironment() })
      .status !== 0,
);
for (const [tool] of failed) process.stderr.write(`recommender: ${tool} found fault\n`);
process.exit(failed.length === 0 ? 0 : 1);
