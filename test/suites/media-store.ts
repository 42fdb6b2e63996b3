import { createHash } from 'node:crypto';
import type { MediaKey, MediaStore, StagedMedia } from '@backline/core/catalog';
import type { ByteSource, Instant } from '@backline/core/kernel';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { randomBytes } from '../support/audio-fixtures.ts';
import { collector, inChunks, readAll } from '../support/byte-sources.ts';

export type OpenMediaStore = {
  readonly store: MediaStore;
  /** What the store's clock says all along. */
  readonly now: Instant;
  readonly close: () => Promise<void>;
};

const LIMITS = { maxBytes: 4_000_000 };
const SONG = randomBytes(700_001, 1);

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const stagedIn = async (store: MediaStore, bytes: Uint8Array): Promise<StagedMedia> => {
  const staged = await store.stage(inChunks(bytes), LIMITS);
  if (!staged.ok) throw new Error(`not staged: ${staged.error.code}`);
  return staged.value;
};

export const keptIn = async (store: MediaStore, bytes: Uint8Array): Promise<MediaKey> =>
  store.keep(await stagedIn(store, bytes), 'master');

export const openedIn = async (store: MediaStore, key: MediaKey): Promise<ByteSource> => {
  const source = await store.open(key);
  if (source === null) throw new Error('nothing under the key');
  return source;
};

/** What every MediaStore promises, wherever the bytes lie. */
export const mediaStoreSuite = (adapter: string, open: () => Promise<OpenMediaStore>): void => {
  describe(`MediaStore on ${adapter}`, () => {
    let at: OpenMediaStore;
    let store: MediaStore;
    beforeEach(async () => {
      at = await open();
      store = at.store;
    });
    afterEach(() => at.close());

    test('counts and hashes an upload, and reads it back', async () => {
      const staged = await stagedIn(store, SONG);
      const read: Uint8Array[] = [];
      for await (const chunk of staged.read()) read.push(chunk);
      expect(staged.sizeBytes).toBe(SONG.length);
      expect(staged.sha256).toBe(sha256(SONG));
      expect(sha256(Buffer.concat(read))).toBe(staged.sha256);
    });

    test.each([0, 1, 55, 56, 63, 64, 65, 119, 120])('hashes %d bytes', async (length) => {
      const bytes = randomBytes(length, length);
      const staged = await stagedIn(store, bytes);
      expect(staged).toMatchObject({ sizeBytes: length, sha256: sha256(bytes) });
    });

    test('gives two uploads of the same bytes two keys', async () => {
      const [one, other] = [await keptIn(store, SONG), await keptIn(store, SONG)];
      expect(one).not.toBe(other);
      await store.remove(one);
      expect(sha256(await readAll(await openedIn(store, other)))).toBe(sha256(SONG));
    });

    test('tells the key before it keeps anything under it, of masters and of what was made of them', async () => {
      for (const role of ['master', 'derived'] as const) {
        const staged = await stagedIn(store, SONG);
        const key = store.keyOf(staged, role);
        expect(await store.open(key)).toBeNull();
        expect(await store.keep(staged, role)).toBe(key);
        expect(sha256(await readAll(await openedIn(store, key)))).toBe(sha256(SONG));
        await store.remove(key);
        expect(await store.open(key)).toBeNull();
      }
    });

    test('finds neither under the other’s key', async () => {
      const staged = await stagedIn(store, SONG);
      const other = store.keyOf(staged, 'derived');
      await store.keep(staged, 'master');
      expect(await store.open(other)).toBeNull();
    });

    test('takes exactly as many bytes as may be, and not one more', async () => {
      const fits = await store.stage(inChunks(SONG), { maxBytes: SONG.length });
      const exceeds = await store.stage(inChunks(SONG), { maxBytes: SONG.length - 1 });
      expect(fits).toMatchObject({ ok: true });
      expect(exceeds).toEqual({ ok: false, error: { code: 'media_too_large', maxBytes: SONG.length - 1 } });
    });

    test('asks an endless upload for no more than it takes to refuse it', async () => {
      let given = 0;
      let released = false;
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        try {
          for (;;) {
            given += 1;
            yield new Uint8Array(1_000);
          }
        } finally {
          released = true;
        }
      };
      const result = await store.stage(endless(), { maxBytes: 10_000 });
      expect(result.ok).toBe(false);
      expect([given, released]).toEqual([11, true]);
    });

    test('passes on what an upload breaks off with', async () => {
      const gone = new Error('the client is gone');
      const broken = async function* (): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(1_000);
        throw gone;
      };
      await expect(store.stage(broken(), LIMITS)).rejects.toBe(gone);
    });

    test('does not mind that the uploader uses its buffer again', async () => {
      const buffer = Buffer.alloc(1_000);
      const reusing = async function* (): AsyncGenerator<Uint8Array> {
        for (let round = 0; round < 50; round += 1) yield buffer.fill(round);
      };
      const staged = await store.stage(reusing(), LIMITS);
      if (!staged.ok) throw new Error('not staged');
      const kept = await readAll(await openedIn(store, await store.keep(staged.value, 'master')));
      expect(Array.from({ length: 50 }, (_, round) => kept[round * 1_000 + 500])).toEqual([...Array(50).keys()]);
      expect(sha256(kept)).toBe(staged.value.sha256);
    });

    test('describes what it keeps: size, time, and a digest that follows the bytes', async () => {
      const source = await openedIn(store, await keptIn(store, SONG));
      const again = await openedIn(store, await keptIn(store, randomBytes(700_001, 2)));
      expect(source).toMatchObject({ sizeBytes: SONG.length, modifiedAt: at.now });
      expect(source.digest).not.toBe(again.digest);
    });

    test('says the same digest each time', async () => {
      const key = await keptIn(store, SONG);
      expect((await openedIn(store, key)).digest).toBe((await openedIn(store, key)).digest);
    });

    test('keeps an upload once, and not after it was discarded', async () => {
      const [kept, discarded] = [await stagedIn(store, SONG), await stagedIn(store, SONG)];
      await store.keep(kept, 'master');
      await store.discard(discarded);
      await store.discard(discarded);
      await expect(store.keep(kept, 'master')).rejects.toThrow();
      await expect(store.keep(discarded, 'master')).rejects.toThrow();
    });

    test('sends exactly the bytes of any range', async () => {
      const source = await openedIn(store, await keptIn(store, SONG));
      const offset = fc.oneof(
        fc.nat(SONG.length - 1),
        fc.constantFrom(0, 1, 65_535, 65_536, 262_143, 262_144, 262_145, 524_288, SONG.length - 1),
      );
      await fc.assert(
        fc.asyncProperty(offset, offset, async (one, other) => {
          const [start, end] = one <= other ? [one, other] : [other, one];
          const sink = collector();
          await source.send({ start, end }, sink);
          expect(Buffer.compare(sink.bytes(), SONG.subarray(start, end + 1))).toBe(0);
        }),
        { numRuns: 60 },
      );
    });

    test('refuses a range outside the bytes', async () => {
      const source = await openedIn(store, await keptIn(store, SONG.subarray(0, 10)));
      for (const [start, end] of [
        [0, 10],
        [-1, 3],
        [4, 3],
        [10, 10],
      ] as const) {
        await expect(source.send({ start, end }, collector())).rejects.toThrow();
      }
    });

    test('sends to many at once without mixing them up', async () => {
      const songs = [0, 1, 2, 3].map((seed) => randomBytes(600_000 + seed, seed));
      const sources = await Promise.all(songs.map(async (song) => openedIn(store, await keptIn(store, song))));
      const rounds = [...sources, ...sources, ...sources];
      const received = await Promise.all(rounds.map(readAll));
      for (const [index, bytes] of received.entries()) {
        expect(Buffer.compare(bytes, songs[index % 4]!)).toBe(0);
      }
    });

    test('has one chunk on its way at a time, and leaves it alone until the receiver has it', async () => {
      const source = await openedIn(store, await keptIn(store, SONG));
      let [underway, most, sent] = [0, 0, 0];
      const slow = {
        write: async (chunk: Uint8Array) => {
          underway += 1;
          most = Math.max(most, underway);
          const before = sha256(chunk);
          for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          expect(sha256(chunk)).toBe(before);
          sent += chunk.length;
          underway -= 1;
        },
      };
      await Promise.all([source.send({ start: 0, end: SONG.length - 1 }, slow), readAll(source)]);
      expect([most, sent]).toEqual([1, SONG.length]);
    });

    test('stops as soon as the receiver is gone, and says so', async () => {
      const source = await openedIn(store, await keptIn(store, SONG));
      const gone = new Error('the listener is gone');
      let writes = 0;
      const leaving = {
        write: async () => {
          writes += 1;
          throw gone;
        },
      };
      await expect(source.send({ start: 0, end: SONG.length - 1 }, leaving)).rejects.toBe(gone);
      expect(writes).toBe(1);
      expect(sha256(await readAll(source))).toBe(sha256(SONG));
    });

    test('is read no more once closed, but what is on its way arrives', async () => {
      const source = await openedIn(store, await keptIn(store, SONG));
      const underway = readAll(source);
      await source.close();
      await source.close();
      expect(sha256(await underway)).toBe(sha256(SONG));
      await expect(readAll(source)).rejects.toThrow();
    });

    test('removes for good, though what is on its way arrives', async () => {
      const key = await keptIn(store, SONG);
      const source = await openedIn(store, key);
      const received: Uint8Array[] = [];
      await source.send(
        { start: 0, end: SONG.length - 1 },
        {
          write: async (chunk) => {
            if (received.length === 0) await store.remove(key);
            received.push(Uint8Array.from(chunk));
          },
        },
      );
      await store.remove(key);
      expect(await store.open(key)).toBeNull();
      expect(sha256(Buffer.concat(received))).toBe(sha256(SONG));
      await source.close();
    });

    test.each([
      ['', 'no key'],
      ['../../../etc/passwd', 'a path upwards'],
      ['/etc/passwd', 'a path from the root'],
      ['..%2f..%2fetc%2fpasswd', 'an escaped path'],
      ['..\\..\\boot.ini', 'a path of another system'],
      ['song\0.mp3', 'a NUL'],
      ['CON', 'a device'],
      ['a'.repeat(5_000), 'an endless name'],
      [`00000000-0000-4000-8000-000000000000.${'0'.repeat(64)}`, 'a key that was never given'],
      [`00000000-0000-4000-8000-000000000000.${'0'.repeat(64)}\n`, 'a key with more behind it'],
    ])('finds nothing under %j: %s', async (key) => {
      expect(await store.open(key as MediaKey)).toBeNull();
      await store.remove(key as MediaKey);
    });
  });
};
