import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { type FfmpegOptions, ffmpegAudioRenderer } from '@backline/audio';
import { RENDITIONS, type Sound } from '@backline/core/catalog';
import { Unavailable } from '@backline/core/kernel';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { describeWithFfmpeg } from '../support/ffmpeg.ts';
import { eventually } from '../support/programs.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../support/scratch.ts';
import { song, toneOf } from '../support/songs.ts';
import { goOn, soundOf } from '../suites/audio-renderer.ts';

const PATH = process.env['PATH'] ?? '';
const FORM = { ...RENDITIONS['opus-160'], startMs: 0 };
const LONG_MS = 1_200_000;
/** Seconds of work to code. */
const long = (): Sound => soundOf(LONG, LONG_MS);
const LONG = song([toneOf({ seconds: LONG_MS / 1_000, level: -20, rate: 8_000, channels: 1 })], {
  rate: 8_000,
  channels: 1,
});
const short = (): Sound => soundOf(song([toneOf({ seconds: 1, level: -20 })]), 1_000);

let scratch: Scratch;
beforeEach(() => {
  scratch = scratchDirectory();
});
afterEach(() => scratch.remove());

const rendererOf = (options: Partial<FfmpegOptions> = {}) =>
  ffmpegAudioRenderer({ scratchDirectory: join(scratch.path, 'scratch'), searchPath: PATH, ...options });

/** Process ids of those that it has started, and of theirs. */
const childrenOf = (parent: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]) === parent;
      } catch {
        // It has ended.
        return false;
      }
    })
    .map(Number)
    .flatMap((pid) => [pid, ...childrenOf(pid)]);

/** Encoders are there; the rest writes down what it is told, to a file beside it. */
const standIn = (path: string, says: string): void => {
  const parts =
    'case "$*" in *-encoders*) printf " A....D libopus x\\n A....D aac x\\n"; exit 0;;' +
    ' *-muxers*) printf "  E chromaprint x\\n"; exit 0;; esac';
  writeFileSync(path, `#!/bin/sh\n${parts}\n${says} >${path}.told\n`);
  chmodSync(path, 0o755);
};

describeWithFfmpeg('ffmpeg', () => {
  test.each([
    ['work', { cpuSeconds: () => 1 }, 'too_costly'],
    ['room', { maxKbps: 1 }, 'too_large'],
  ])('that takes more %s than it may has failed for good, and leaves nothing', async (_, limits, failure) => {
    const renderer = rendererOf({ limits });
    expect(await renderer.render(long(), FORM, goOn)).toEqual({ ok: false, error: { code: 'unrenderable', failure } });
    expect(filesBelow(scratch.path)).toEqual([]);
    await renderer.close();
  });

  test('that takes more time than a busy machine does is ended, and nobody blames the file', async () => {
    const renderer = rendererOf({ limits: { wallMs: () => 50 } });
    await expect(renderer.render(long(), FORM, goOn)).rejects.toThrow('too long');
    await renderer.close();
  });

  test('ends when the renderer is closed, which then is of no use', async () => {
    const renderer = rendererOf();
    const rendering = renderer.render(long(), FORM, goOn);
    const outcome = expect(rendering).rejects.toThrow(Unavailable);
    await eventually(() => childrenOf(process.pid).some(isCoding));
    await renderer.close();
    await outcome;
    expect(childrenOf(process.pid).filter(isCoding)).toEqual([]);
    await expect(renderer.measure(short(), goOn)).rejects.toThrow(Unavailable);
  });

  test('that is not running yet when the renderer is closed never does', async () => {
    const renderer = rendererOf();
    const outcome = expect(renderer.render(long(), FORM, goOn)).rejects.toThrow(Unavailable);
    await renderer.close();
    await outcome;
  });

  test('ends with the process that started it, however that ends', async () => {
    const script = new URL('../support/endless-rendering.ts', import.meta.url).pathname;
    const parent = spawn(process.execPath, ['--conditions=@backline/source', script, scratch.path, PATH], {
      stdio: 'inherit',
    });
    const isRendering = (): boolean => childrenOf(parent.pid ?? 0).some(isCoding);
    await eventually(isRendering);
    const children = childrenOf(parent.pid ?? 0);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually(() => children.every((pid) => !isCoding(pid)));
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('has limits from the kernel, and nothing of the environment', async () => {
    const fake = join(scratch.path, 'ffmpeg');
    standIn(fake, '{ env; for limit in t v f n c; do echo "$limit $(ulimit -S -$limit)"; done; nice; }');
    const renderer = rendererOf({ searchPath: `${scratch.path}:${PATH}`, limits: { memoryBytes: 512 * 1024 * 1024 } });
    await renderer.waveform(short(), goOn);
    const told = readFileSync(`${fake}.told`, 'utf8').split('\n');
    expect(told.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=|^$/.test(line))).toEqual([
      't 31',
      'v 524288',
      // Blocks of 512 bytes: a mebibyte, and a second of 320 kbit/s.
      `f ${Math.floor((1024 * 1024 + 40_000) / 512)}`,
      'n 32',
      'c 0',
      String(Math.min(19, getPriority() + 10)),
    ]);
    await renderer.close();
  });
});

/** And not only telling what it could do. */
const isCoding = (pid: number): boolean => {
  try {
    return (
      /ffmpeg.*libopus/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1')) &&
      !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    );
  } catch {
    // It has ended.
    return false;
  }
};

describe('without ffmpeg', () => {
  const missing = { ok: false, error: { code: 'renderer_missing', missing: ['ffmpeg', 'prlimit', 'setpriv', 'nice'] } };

  test('it says what is missing, and does nothing', async () => {
    const renderer = rendererOf({ searchPath: `${scratch.path}:relative:` });
    expect(await renderer.missing()).toEqual(missing.error.missing);
    expect(await renderer.measure(short(), goOn)).toEqual(missing);
    expect(await renderer.waveform(short(), goOn)).toEqual(missing);
    expect(await renderer.artwork(short(), goOn)).toEqual(missing);
    expect(await renderer.render(short(), FORM, goOn)).toEqual(missing);
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('one without the encoders and fingerprints is none; it is looked for again', async () => {
    const path = join(scratch.path, 'ffmpeg');
    writeFileSync(path, '#!/bin/sh\nprintf " A....D aac                  AAC\\n"\n');
    chmodSync(path, 0o755);
    for (const name of ['prlimit', 'setpriv', 'nice']) symlinkSync('/bin/true', join(scratch.path, name));
    const renderer = rendererOf({ searchPath: scratch.path });
    expect(await renderer.missing()).toEqual(["ffmpeg's libopus", "ffmpeg's chromaprint"]);
    writeFileSync(path, '#!/bin/sh\nprintf " A....D aac x\\n A....D libopus x\\n  E chromaprint x\\n"\n');
    expect(await renderer.missing()).toEqual([]);
  });
});
