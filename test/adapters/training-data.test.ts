import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parquetReadObjects } from 'hyparquet';
import type { UserId } from '@backline/core/accounts';
import type { MediaKey, TrackId } from '@backline/core/catalog';
import type { TrainingFiles, TrainingPlay, TrainingTrack } from '@backline/core/discovery';
import { day, instant } from '@backline/core/kernel';
import { memoryTrainingFiles } from '@backline/memory';
import { parquetTrainingFiles } from '@backline/training-data';
import { type Scratch, filesBelow, scratchDirectory } from '../support/scratch.ts';

const DAY = day('2026-11-15');
const playOf = (listenerId: number, trackId: number, trust = 1): TrainingPlay => ({
  listenerId: listenerId as UserId,
  trackId: trackId as TrackId,
  artistId: 3 as UserId,
  startedAt: instant(1_794_000_000_123),
  msPlayed: 31_000,
  trust,
});
const TRACK: TrainingTrack = {
  trackId: (2 ** 40) as TrackId,
  artistId: 3 as UserId,
  tags: ['calm', 'ö,"'],
  genre: 'Folk',
  releasedOn: day('2024-02-29'),
  durationMs: 180_000,
  preview: 'derived/7' as MediaKey,
};
const BARE: TrainingTrack = { ...TRACK, trackId: 8 as TrackId, tags: [], genre: null, releasedOn: null, preview: null };
const pathOf = (key: string): string | null => (key === 'derived/7' ? '/media/derived/7' : null);

const write = (by: TrainingFiles) => by.replaceDay(DAY, async (take) => take([playOf(41, 7)]));

describe('training data in Parquet', () => {
  let scratch: Scratch;
  let directory: string;
  let files: TrainingFiles;
  beforeEach(() => {
    scratch = scratchDirectory();
    directory = join(scratch.path, 'export');
    files = parquetTrainingFiles({ directory, pathOf });
  });
  afterEach(() => scratch.remove());

  const rowsOf = async (path: string) => {
    const bytes = readFileSync(join(directory, path));
    return parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    });
  };
  const PLAYS = `plays/day=${DAY}/plays.parquet`;

  test('says of plays what the engine learns from, and nothing that tells who it was', async () => {
    await files.replaceDay(DAY, async (take) => {
      take([playOf(41, 7, 0.5)]);
      take([playOf(41, 8), playOf(42, 7)]);
    });
    const rows = await rowsOf(PLAYS);
    expect(rows[0]).toEqual({
      listener: expect.stringMatching(/^[0-9a-f]{64}$/),
      track_id: 7n,
      artist_id: 3n,
      started_at: new Date(1_794_000_000_123),
      ms_played: 31_000,
      trust: 0.5,
    });
    expect(rows[1]!['listener']).toBe(rows[0]!['listener']);
    expect(rows[2]!['listener']).not.toBe(rows[0]!['listener']);
    expect(rows[0]!['listener']).not.toBe(createHash('sha256').update('41').digest('hex'));
  });

  test('gives a listener the same pseudonym ever after, by a key that only its owner can read', async () => {
    await write(files);
    const [first] = await rowsOf(PLAYS);
    await write(parquetTrainingFiles({ directory, pathOf }));
    expect((await rowsOf(PLAYS))[0]!['listener']).toBe(first!['listener']);
    expect(statSync(`${directory}.key`).mode & 0o777).toBe(0o600);
    expect(filesBelow(directory).some((path) => path.endsWith('.key'))).toBe(false);
  });

  test('says of tracks what there is to say', async () => {
    await files.replaceTracks(async (take) => take([TRACK, BARE, { ...BARE, preview: 'in a bucket' as MediaKey }]));
    expect(await rowsOf('tracks.parquet')).toEqual([
      {
        track_id: 2n ** 40n,
        artist_id: 3n,
        tags: ['calm', 'ö,"'],
        genre: 'Folk',
        released_on: new Date('2024-02-29T00:00:00Z'),
        duration_ms: 180_000,
        audio_path: '/media/derived/7',
      },
      expect.objectContaining({ tags: [], genre: null, released_on: null, audio_path: null }),
      expect.objectContaining({ audio_path: null }),
    ]);
    await files.replaceTracks(async () => undefined);
    expect(await rowsOf('tracks.parquet')).toEqual([]);
  });

  test('broken off leaves what there was', async () => {
    await files.replaceDay(DAY, async (take) => take([playOf(41, 7)]));
    await expect(
      files.replaceDay(DAY, async (take) => {
        take([playOf(41, 8)]);
        throw new Error('the database is away');
      }),
    ).rejects.toThrow('away');
    expect(await rowsOf(PLAYS)).toMatchObject([{ track_id: 7n }]);
    expect(readdirSync(join(directory, `plays/day=${DAY}`))).toEqual(['plays.parquet']);
  });

  test('of many rows is whole', async () => {
    await files.replaceDay(DAY, async (take) => {
      for (let part = 0; part < 12; part += 1)
        take(Array.from({ length: 20_000 }, (_, index) => playOf(index % 997, part * 20_000 + index + 1)));
    });
    const rows = await rowsOf(PLAYS);
    expect(rows).toHaveLength(240_000);
    expect(new Set(rows.map((row) => row['track_id'])).size).toBe(240_000);
  });

  test('whose mark is broken is as new', async () => {
    await files.saveMark({ logPosition: 7, at: instant(9) });
    writeFileSync(join(directory, 'mark.json'), '{"logPosition":"7"}');
    expect(await files.mark()).toBeNull();
  });
});

describe.each([
  ['memory', () => ({ files: memoryTrainingFiles() as TrainingFiles, close: () => undefined as void })],
  [
    'Parquet',
    () => {
      const scratch = scratchDirectory();
      return {
        files: parquetTrainingFiles({ directory: join(scratch.path, 'export'), pathOf }),
        close: scratch.remove,
      };
    },
  ],
])('TrainingFiles on %s', (_, open) => {
  test('keep the mark, and take days and tracks again and again', async () => {
    const { files, close } = open();
    try {
      expect(await files.mark()).toBeNull();
      for (const position of [7, 8]) {
        await files.replaceDay(DAY, async (take) => take([playOf(1, position)]));
        await files.replaceTracks(async (take) => take([TRACK]));
        await files.saveMark({ logPosition: position, at: instant(9) });
        expect(await files.mark()).toEqual({ logPosition: position, at: 9 });
      }
      await files.replaceDay(DAY, async () => undefined);
      await files.replaceDay(DAY, async () => undefined);
    } finally {
      close();
    }
  });
});
