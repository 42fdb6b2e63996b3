import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { SongFacts } from '../../support/song-facts.ts';

const SCRIPT = join(import.meta.dirname, '../../support/song-facts.ts');

let songs: readonly SongFacts[];
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@backline/source', SCRIPT]);
  songs = JSON.parse(stdout);
}, 120_000);

describe("the demo's songs", () => {
  test('are several, by several artists, none like another', () => {
    expect(songs.length).toBeGreaterThanOrEqual(6);
    expect(new Set(songs.map(({ claimed }) => claimed.artist)).size).toBeGreaterThanOrEqual(3);
    expect(new Set(songs.map(({ claimed }) => claimed.title)).size).toBe(songs.length);
    expect(new Set(songs.map(({ digests }) => digests[0])).size).toBe(songs.length);
  });

  test('are the same bytes each time', () => {
    for (const { digests } of songs) expect(digests[0]).toBe(digests[1]);
  });

  test('say in their own tags what they are', () => {
    for (const { claimed, tags } of songs)
      expect(tags).toMatchObject({ title: claimed.title, artist: claimed.artist, genre: [claimed.genre] });
  });

  test('are stereo PCM of the length that they claim, over half a minute long', () => {
    for (const { claimed, format, durationMs } of songs) {
      expect(format).toMatchObject({ codec: 'PCM', sampleRate: 44_100, numberOfChannels: 2 });
      expect(Math.abs(durationMs - claimed.durationMs)).toBeLessThan(2);
      expect(durationMs).toBeGreaterThanOrEqual(35_000);
    }
  });

  test('are loud enough without clipping, begin and end in silence, and have no direct current', () => {
    for (const { peak, firstSamples, lastSamples, mean } of songs) {
      expect(peak).toBeGreaterThan(0.25);
      expect(peak).toBeLessThan(0.99);
      expect(Math.max(firstSamples, lastSamples)).toBeLessThan(0.01);
      expect(Math.abs(mean)).toBeLessThan(0.002);
    }
  });
});
