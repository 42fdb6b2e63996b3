import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, instant } from '@backline/core/kernel';
import { type LocalMediaStore, localMediaStore, sweepStaging } from '@backline/local-media';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from '../support/audio-fixtures.ts';
import { inChunks, readAll } from '../support/byte-sources.ts';
import { type Scratch, filesBelow, scratchDirectory, smallDisk } from '../support/scratch.ts';
import { keptIn, mediaStoreSuite, openedIn, sha256, stagedIn } from '../suites/media-store.ts';

const now = instant(1_700_000_000_123);
const clock = { now: () => now };
const SONG = randomBytes(600_000, 5);
const disk = smallDisk(8);
disk?.remove();
const onSmallDisk = disk === null ? test.skip : test;

/** How many descriptors of this process lead below the directory, to files that are gone as well. */
const descriptorsBelow = (directory: string): number =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(`${directory}/`);
    } catch {
      return false;
    }
  }).length;

mediaStoreSuite('local disk', async () => {
  const scratch = scratchDirectory();
  const store = localMediaStore({ directory: scratch.path, clock });
  const close = async (): Promise<void> => {
    await store.close();
    scratch.remove();
  };
  return { store, now, close };
});

mediaStoreSuite('local disk, every cache as small as may be', async () => {
  const scratch = scratchDirectory();
  const serving = { openFiles: 1, heads: 1, largeBuffers: 1 };
  const store = localMediaStore({ directory: scratch.path, clock, serving });
  const close = async (): Promise<void> => {
    await store.close();
    scratch.remove();
  };
  return { store, now, close };
});

describe('local media', () => {
  let scratch: Scratch;
  let small: Scratch | null = null;
  let store: LocalMediaStore;
  beforeEach(() => {
    scratch = scratchDirectory();
    store = localMediaStore({ directory: scratch.path, clock });
  });
  afterEach(async () => {
    await store.close();
    small?.remove();
    small = null;
    scratch.remove();
  });
  const gone = new Error('gone');

  test('leaves no file of an upload that is too large, breaks off or is discarded', async () => {
    const breaking = async function* (): AsyncGenerator<Uint8Array> {
      yield SONG;
      throw gone;
    };
    await store.stage(inChunks(SONG), { maxBytes: 1_000 });
    await expect(store.stage(breaking(), { maxBytes: 1_000_000 })).rejects.toBe(gone);
    await store.discard(await stagedIn(store, SONG));
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('leaves one file of what it keeps, and none of what it removes', async () => {
    const key = await keptIn(store, SONG);
    expect(filesBelow(scratch.path)).toHaveLength(1);
    await store.remove(key);
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('finds everything again in another process', async () => {
    const key = await keptIn(store, SONG);
    const { digest } = await openedIn(store, key);
    const later = localMediaStore({ directory: scratch.path, clock });
    const source = await openedIn(later, key);
    expect(source).toMatchObject({ digest, modifiedAt: now });
    expect(sha256(await readAll(source))).toBe(sha256(SONG));
    await source.close();
    await later.close();
  });

  test('lies behind the path that it names', async () => {
    const { localPath } = await stagedIn(store, SONG);
    expect(sha256(readFileSync(localPath ?? ''))).toBe(sha256(SONG));
  });

  test('keeps masters apart from what is made of them', async () => {
    await store.keep(await stagedIn(store, SONG), 'master');
    await store.keep(await stagedIn(store, SONG), 'derived');
    const folders = filesBelow(scratch.path).map((path) => path.slice(scratch.path.length + 1).split('/')[0]);
    expect(folders.sort()).toEqual(['derived', 'masters']);
  });

  test('finds masters where they lay before they had a place of their own', async () => {
    const key = await store.keep(await stagedIn(store, SONG), 'master');
    await store.close();
    renameSync(join(scratch.path, 'masters'), join(scratch.path, 'audio'));
    store = localMediaStore({ directory: scratch.path, clock });
    expect(sha256(await readAll(await openedIn(store, key)))).toBe(sha256(SONG));
  });

  test('does not keep under a name that the upload chose', async () => {
    const staged = await stagedIn(store, SONG);
    await expect(store.keep({ ...staged, id: '../../../tmp/elsewhere' }, 'master')).rejects.toThrow();
    await expect(store.keep({ ...staged, sha256: '../../elsewhere' }, 'master')).rejects.toThrow();
    expect(() => store.discard({ ...staged, id: '..' })).toThrow();
  });

  test('does not follow a link that took the place of a song', async () => {
    const key = await keptIn(store, SONG);
    const [path = ''] = filesBelow(scratch.path);
    renameSync(path, join(scratch.path, 'moved'));
    symlinkSync(join(scratch.path, 'moved'), path);
    expect(await store.open(key)).toBeNull();
  });

  test('opens nothing but regular files', async () => {
    const key = await keptIn(store, SONG);
    const [path = ''] = filesBelow(scratch.path);
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(await store.open(key)).toBeNull();
    rmSync(path);
    mkdirSync(path);
    expect(await store.open(key)).toBeNull();
    expect(descriptorsBelow(scratch.path)).toBe(0);
  });

  test('holds no descriptor more after 300 listeners and 100 uploaders who went away', async () => {
    const key = await keptIn(store, SONG);
    const listen = async (index: number): Promise<void> => {
      const source = await openedIn(store, key);
      let writes = 0;
      const leaving = {
        write: async () => {
          writes += 1;
          await new Promise((resolve) => setImmediate(resolve));
          if (writes > index % 3) throw gone;
        },
      };
      await expect(source.send({ start: 0, end: SONG.length - 1 }, leaving)).rejects.toBe(gone);
      await source.close();
    };
    const leave = async function* (): AsyncGenerator<Uint8Array> {
      yield SONG.subarray(0, 1_000);
      throw gone;
    };
    await Promise.all(Array.from({ length: 300 }, (_, index) => listen(index)));
    await Promise.allSettled(Array.from({ length: 100 }, () => store.stage(leave(), { maxBytes: 10_000 })));
    expect(descriptorsBelow(scratch.path)).toBe(1);
    await store.close();
    expect(descriptorsBelow(scratch.path)).toBe(0);
    expect(filesBelow(scratch.path)).toHaveLength(1);
  });

  test('keeps few descriptors, and closes none under a reader', async () => {
    const few = localMediaStore({
      directory: scratch.path,
      clock,
      serving: { openFiles: 2, heads: 0, largeBuffers: 4 },
    });
    const songs = Array.from({ length: 8 }, (_, seed) => randomBytes(300_000, seed));
    const sources = [];
    for (const song of songs) sources.push(await openedIn(few, await keptIn(few, song)));
    expect(descriptorsBelow(scratch.path)).toBe(8);
    expect((await Promise.all(sources.map(readAll))).map(sha256)).toEqual(songs.map(sha256));
    for (const source of sources) await source.close();
    expect(descriptorsBelow(scratch.path)).toBe(2);
    await few.close();
    expect(descriptorsBelow(scratch.path)).toBe(0);
  });

  test('opens a file once for many who ask at the same time, also when it is removed meanwhile', async () => {
    const key = await keptIn(store, SONG);
    const asking = Array.from({ length: 20 }, () => store.open(key));
    await store.remove(key);
    const sources = (await Promise.all(asking)).filter((source) => source !== null);
    expect(descriptorsBelow(scratch.path)).toBeLessThanOrEqual(1);
    for (const source of sources) expect(sha256(await readAll(source))).toBe(sha256(SONG));
    expect(await store.open(key)).toBeNull();
    for (const source of sources) await source.close();
    expect(descriptorsBelow(scratch.path)).toBe(0);
  });

  test('sweeps what uploads left over a day ago, and nothing that may still be coming', async () => {
    const staging = join(scratch.path, 'staging');
    const leave = (name: string, ageMs: number): void => {
      const seconds = (now - ageMs) / 1_000;
      writeFileSync(join(staging, name), 'part of a song');
      utimesSync(join(staging, name), seconds, seconds);
    };
    leave('old', DAY_MS + 1_000);
    leave('young', DAY_MS - 1_000);
    const key = await keptIn(store, SONG);
    expect(await sweepStaging({ directory: scratch.path, clock })).toBe(1);
    expect(readdirSync(staging)).toEqual(['young']);
    expect(await store.open(key)).not.toBeNull();
  });

  onSmallDisk(
    'says that the disk is full, leaves nothing, and goes on when there is room (needs the right to mount)',
    async () => {
      small = smallDisk(8);
      if (small === null) throw new Error('could mount before');
      const full = localMediaStore({ directory: small.path, clock });
      const tooMuch = inChunks(new Uint8Array(20_000_000));
      expect(await full.stage(tooMuch, { maxBytes: 50_000_000 })).toEqual({
        ok: false,
        error: { code: 'storage_full' },
      });
      expect(filesBelow(small.path)).toEqual([]);
      const source = await openedIn(full, await keptIn(full, SONG));
      expect(sha256(await readAll(source))).toBe(sha256(SONG));
      await source.close();
      await full.close();
    },
  );
});
