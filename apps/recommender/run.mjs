import { spawn } from 'node:child_process';
import { engineEnvironment, preparedPython } from './environment.mjs';

/*
 * node run.mjs [--extra dev|spark] [--prepare | --python ARGUMENTS... | COMMAND ARGUMENTS...]
 *
 * Runs a command of the engine in its own environment, which it makes first if need be. Paths are relative to where
 * npm was called. Its stdout is the command's alone.
 */
const [first, second] = process.argv.slice(2);
const extra = first === '--extra' ? second : undefined;
const args = process.argv.slice(extra === undefined ? 2 : 4);

const fail = (message, status) => {
  process.stderr.write(`recommender: ${message}\n`);
  process.exit(status);
};

if (extra !== undefined && extra !== 'dev' && extra !== 'spark') fail(`there is no extra ${extra}`, 2);

// Python is told what this process is told, also the one that makes the environment.
const stopping = new AbortController();
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
for (const signal of Object.keys(SIGNALS)) process.on(signal, () => stopping.abort(signal));

const python = await preparedPython(extra, stopping.signal).catch((error) =>
  stopping.signal.aborted ? process.exit(SIGNALS[stopping.signal.reason]) : fail(error.message, 3),
);
if (args[0] === '--prepare') process.exit(0);

const child = spawn(python, args[0] === '--python' ? args.slice(1) : ['-m', 'backline_recommender', ...args], {
  stdio: 'inherit',
  env: engineEnvironment(),
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
stopping.signal.addEventListener('abort', () => child.kill(stopping.signal.reason));
child.on('error', (error) => fail(error.message, 3));
child.on('exit', (code, signal) => process.exit(code ?? SIGNALS[signal] ?? 1));
