import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instant } from '@backline/core/kernel';
import { type LocalImageStore, localImageStore } from '@backline/local-media';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readAll } from '../support/byte-sources.ts';
import {
  AVIF,
  HEIC_HEAD,
  JPEG,
  SECRET_PLACE,
  WEBP,
  movingWebp,
  png,
  turnedJpeg,
  webpSize,
} from '../support/pictures.ts';
import { type Scratch, filesBelow, scratchDirectory, smallDisk } from '../support/scratch.ts';
import { imageStoreSuite, putIn } from '../suites/image-store.ts';

const clock = { now: () => instant(1_700_000_000_123) };
const publicUrl = 'https://music.example';
const disk = smallDisk(1);
disk?.remove();
const onSmallDisk = disk === null ? test.skip : test;

imageStoreSuite('local disk', async () => {
  const scratch = scratchDirectory();
  const store = localImageStore({ directory: scratch.path, publicUrl, clock });
  const close = async (): Promise<void> => {
    await store.close();
    scratch.remove();
  };
  return { store, close };
});

describe('local pictures', () => {
  let scratch: Scratch;
  let small: Scratch | null = null;
  let store: LocalImageStore;
  beforeEach(() => {
    scratch = scratchDirectory();
    store = localImageStore({ directory: scratch.path, publicUrl, clock });
  });
  afterEach(async () => {
    await store.close();
    small?.remove();
    small = null;
    scratch.remove();
  });
  const keptOf = async (picture: Uint8Array): Promise<Uint8Array> => {
    const source = await store.open(await putIn(store, picture));
    if (source === null) throw new Error('not kept');
    const bytes = await readAll(source);
    await source.close();
    return bytes;
  };

  test.each([
    ['PNG', png(24, 16)],
    ['JPEG', JPEG],
    ['WebP', WEBP],
    ['AVIF', AVIF],
  ])('makes WebP of %s', async (_, picture) => {
    expect(webpSize(await keptOf(picture))).toEqual({ width: 24, height: 16 });
  });

  test('squares are of the size that was asked for, and what was kept before there were any is served whole', async () => {
    const ref = await putIn(store, png(300, 120));
    const sizeOf = async (size: 64 | 256 | 640) => {
      const source = await store.open(ref, size);
      const bytes = await readAll(source!);
      await source!.close();
      return webpSize(bytes);
    };
    for (const path of filesBelow(scratch.path)) if (path.endsWith('.64.webp')) rmSync(path);
    for (const side of [256, 640] as const) expect(await sizeOf(side)).toEqual({ width: side, height: side });
    expect(await sizeOf(64)).toEqual({ width: 300, height: 120 });
  });

  test('does not take a picture that moves', async () => {
    expect(await store.put(movingWebp())).toEqual({
      ok: false,
      error: { code: 'image_refused', reason: 'animated' },
    });
  });

  test.each([
    [3_000, 1_500, 1_024, 512],
    [1_500, 3_000, 512, 1_024],
    [1_024, 1_024, 1_024, 1_024],
  ])('brings %d × %d down to %d × %d', async (width, height, narrower, lower) => {
    expect(webpSize(await keptOf(png(width, height)))).toEqual({ width: narrower, height: lower });
  });

  test('turns a picture upright and forgets where it was taken', async () => {
    expect(Buffer.from(turnedJpeg()).includes(SECRET_PLACE)).toBe(true);
    const kept = await keptOf(turnedJpeg());
    expect(webpSize(kept)).toEqual({ width: 16, height: 24 });
    expect(Buffer.from(kept).includes(SECRET_PLACE)).toBe(false);
    expect(Buffer.from(kept).includes('EXIF')).toBe(false);
  });

  test('does not take HEIC, which shares its container with AVIF', async () => {
    const refusal = { ok: false, error: { code: 'image_refused', reason: 'unsupported-format' } };
    expect(await store.put(HEIC_HEAD)).toEqual(refusal);
  });

  test.each([
    ['JPEG', JPEG],
    ['WebP', WEBP],
    ['AVIF', AVIF],
  ])('refuses half of a %s', async (_, picture) => {
    const refusal = { ok: false, error: { code: 'image_refused', reason: 'broken' } };
    expect(await store.put(picture.subarray(0, Math.floor(picture.length / 2)))).toEqual(refusal);
  });

  test('is served under its name, from where the app is reached', async () => {
    const ref = await putIn(store, JPEG);
    expect(store.url(ref)).toBe(`https://music.example/media/images/${ref}`);
    expect(ref).toMatch(/^[0-9a-f-]{36}\.webp$/);
  });

  test('leaves no file of a picture that it refused or removed', async () => {
    await store.put(JPEG.subarray(0, 150));
    await store.remove(await putIn(store, JPEG));
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('sends away what would wait too long, and does the rest', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => store.put(JPEG)));
    const kept = answers.filter(({ ok }) => ok);
    const busy = answers.filter((answer) => !answer.ok && answer.error.code === 'busy');
    expect([kept.length, busy.length]).toEqual([17, 23]);
    expect(filesBelow(scratch.path)).toHaveLength(4 * 17);
  });

  onSmallDisk('says that the disk is full, and leaves nothing (needs the right to mount)', async () => {
    small = smallDisk(1);
    if (small === null) throw new Error('could mount before');
    const full = localImageStore({ directory: small.path, publicUrl, clock });
    const ballast = join(small.path, 'ballast');
    expect(() => writeFileSync(ballast, new Uint8Array(2_000_000))).toThrow();
    expect(await full.put(png(1_000, 1_000))).toEqual({ ok: false, error: { code: 'storage_full' } });
    expect(filesBelow(small.path)).toEqual([ballast]);
    await full.close();
  });
});
