import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FfmpegRenderer, ffmpegAudioRenderer } from '@backline/audio';
import { type Fingerprint, isSameRecording } from '@backline/core/catalog';
import { type Bench, ffmpegBench } from '../support/ffmpeg.ts';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';
import { song, tuneOf } from '../support/songs.ts';
import { goOn, soundOf, valueOf } from '../suites/audio-renderer.ts';

const hasFpcalc = spawnSync('fpcalc', ['-version']).status === 0;

/** What can only be tried with Chromaprint's own program, which continuous integration installs. */
const describeWithFpcalc = hasFpcalc ? describe : describe.skip;

const RATE = 44_100;
const SECONDS = 60;

const byFpcalc = (path: string): Fingerprint => {
  const { stdout } = spawnSync('fpcalc', ['-raw', '-length', String(SECONDS), path], { encoding: 'utf8' });
  return (/^FINGERPRINT=(.*)$/m.exec(stdout)?.[1] ?? '').split(',').map(Number);
};

describeWithFpcalc('fingerprints are those of fpcalc', () => {
  let scratch: Scratch;
  let bench: Bench;
  let renderer: FfmpegRenderer;
  const wav = song([tuneOf({ seconds: SECONDS, rate: RATE, number: 3 })], { rate: RATE, channels: 1 });
  beforeAll(() => {
    [scratch, bench] = [scratchDirectory(), ffmpegBench()];
    renderer = ffmpegAudioRenderer({ scratchDirectory: scratch.path, searchPath: process.env['PATH'] ?? '' });
  });
  afterAll(async () => {
    await renderer.close();
    bench.remove();
    scratch.remove();
  });

  test.each([
    ['audio/wav', 'wav', []],
    ['audio/flac', 'flac', []],
    ['audio/mpeg', 'mp3', ['-b:a', '96k']],
    ['audio/ogg', 'ogg', ['-c:a', 'libvorbis']],
  ])('of %s', async (contentType, extension, coding) => {
    const bytes = bench.make(`tune.${extension}`, ['-i', bench.write('tune-in.wav', wav), ...coding]);
    const ours = valueOf(await renderer.fingerprint(soundOf(bytes, SECONDS * 1_000, contentType), goOn));
    const theirs = byFpcalc(bench.write(`again.${extension}`, bytes));
    expect(Math.abs(ours.length - theirs.length)).toBeLessThanOrEqual(1);
    expect(ours.filter((item, index) => item === theirs[index]).length).toBeGreaterThan(0.97 * theirs.length);
    expect(isSameRecording(ours, theirs)).toBe(true);
  });
});
