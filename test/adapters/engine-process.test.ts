import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { engineTrainer, startEngineProcess } from '@backline/recommender';
import { processesWith } from '../support/processes.ts';
import { eventually } from '../support/programs.ts';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';

const ENGINE = fileURLToPath(new URL('../../apps/recommender', import.meta.url));
/** Seconds that a sleep in these tests would take if nobody ended it; by that the processes are known. */
const LONG = '86397';
/** Starts a process that holds this one's output open. */
const LEAVES_ONE_BEHIND = `
  import { spawn } from 'node:child_process';
  spawn('sleep', ['${LONG}'], { stdio: ['ignore', 'inherit', 'inherit'] }).unref();`;

let folder: Scratch;
beforeEach(() => {
  folder = scratchDirectory();
});
afterEach(() => {
  for (const pid of sleeping()) process.kill(pid, 'SIGKILL');
  folder.remove();
});

const sleeping = (): readonly number[] => processesWith('sleep', LONG);
const file = (name: string): string => join(folder.path, name);

const runnerThat = (source: string): string => {
  writeFileSync(file('runner.mjs'), source);
  return file('runner.mjs');
};

const startRunner = (source: string) => {
  const told: string[] = [];
  const engine = startEngineProcess({
    runner: runnerThat(source),
    models: folder.path,
    told: (what, detail) => told.push(`${what} ${detail}`),
  });
  return { engine, told };
};

const LISTENS = `
  process.stdout.write('{"listening": "http://127.0.0.1:1"}\\n');
  setInterval(() => undefined, 1_000);`;

describe('a stop of the engine', () => {
  test('does not wait for what the engine has started', async () => {
    const { engine } = startRunner(LEAVES_ONE_BEHIND + LISTENS);
    await eventually(() => engine.address() !== null && sleeping().length === 1);
    await engine.stop();
    expect(sleeping()).toHaveLength(1);
    expect(engine.address()).toBeNull();
  });

  test('ends one that does not listen to signals', async () => {
    const { engine } = startRunner(`process.on('SIGTERM', () => undefined);${LISTENS}`);
    await eventually(() => engine.address() !== null);
    await engine.stop();
    expect(engine.address()).toBeNull();
  }, 20_000);

  test('ends one that pauses before it starts again', async () => {
    const { engine, told } = startRunner(`process.stderr.write('broken\\n'); process.exit(1);`);
    await eventually(() => told.length > 0);
    await engine.stop();
    expect(told[0]).toBe('ended broken');
  });
});

const trainer = (source: string) =>
  engineTrainer({ runner: runnerThat(source), models: folder.path, exported: folder.path });

describe('training', () => {
  test('is broken off by a stop of the app, and not begun after it', async () => {
    const learning = trainer(`${LEAVES_ONE_BEHIND} setInterval(() => undefined, 1_000);`);
    const learnt = learning.train();
    await eventually(() => sleeping().length === 1);
    learning.close();
    await expect(learnt).rejects.toThrow('the training was broken off');
    await expect(learning.train()).rejects.toThrow('no training is begun');
  });

  test('names what was said last when it fails', async () => {
    const learnt = await trainer(`process.stderr.write('a\\nno plays\\n'); process.exitCode = 2;`).train();
    expect(learnt).toEqual({ ok: false, error: { code: 'training_refused', reason: 'no plays' } });
  });
});

/** A copy of the engine's runner, whose Python does as this script says. */
const startCopy = (script: string) => {
  for (const name of ['run.mjs', 'environment.mjs', 'requirements.lock']) cpSync(join(ENGINE, name), file(name));
  writeFileSync(file('python'), `#!/bin/sh\n${script}\n`);
  chmodSync(file('python'), 0o755);
  const child = spawn(process.execPath, [file('run.mjs'), '--prepare'], {
    env: { ...process.env, PYTHON: file('python') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  return { child, ended };
};

describe('making the engine’s environment', () => {
  test('is broken off by a signal, with the Python that makes it, and nobody waits for it', async () => {
    const { child, ended } = startCopy(`[ "$1" = -c ] || exec sleep ${LONG}`);
    await eventually(() => sleeping().length === 1);
    expect(existsSync(file('.venv.lock'))).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    await eventually(() => sleeping().length === 0);
    expect(existsSync(file('.venv.lock'))).toBe(false);
  });

  test('begins anew where the last one was broken off', async () => {
    const makes = `
      [ "$1" = -c ] && exit 0
      echo "$@" >> ${file('calls')}
      if [ "$2" = venv ]; then
        mkdir -p "$4/bin" && cp "$0" "$4/bin/python"
        [ -e ${file('again')} ] || exec sleep ${LONG}
      fi`;
    const first = startCopy(makes);
    await eventually(() => sleeping().length === 1);
    first.child.kill('SIGKILL');
    await first.ended;
    writeFileSync(file('again'), '');
    const second = startCopy(makes);
    expect(await second.ended).toEqual([0, null]);
    const calls = readFileSync(file('calls'), 'utf8').trim().split('\n');
    expect(calls.map((call) => call.split(' ')[1])).toEqual(['venv', 'venv', 'pip']);
  }, 20_000);
});
