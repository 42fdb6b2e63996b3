import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

const OLD = 'import ensurepip, sys; raise SystemExit(sys.version_info < (3, 11))';

/** What can only be tried with the engine, for which there must be Python; continuous integration installs it. */
export const describeWithEngine = ['python3.11', 'python3'].some(
  (python) => spawnSync(python, ['-c', OLD]).status === 0,
)
  ? describe
  : describe.skip;
