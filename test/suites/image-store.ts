import type { ImageRef, ImageStore } from '@backline/core/accounts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readAll } from '../support/byte-sources.ts';
import { GIF, SVG, png, pngBomb } from '../support/pictures.ts';

export type OpenImageStore = { readonly store: ImageStore; readonly close: () => Promise<void> };

export const putIn = async (store: ImageStore, picture: Uint8Array): Promise<ImageRef> => {
  const put = await store.put(picture);
  if (!put.ok) throw new Error(`not taken: ${JSON.stringify(put.error)}`);
  return put.value;
};

const refused = (reason: string) => ({ ok: false, error: { code: 'image_refused', reason } });

/** What every ImageStore that serves through the app promises; all of them know PNG. */
export const imageStoreSuite = (adapter: string, open: () => Promise<OpenImageStore>): void => {
  describe(`ImageStore on ${adapter}`, () => {
    let at: OpenImageStore;
    let store: ImageStore;
    beforeEach(async () => {
      at = await open();
      store = at.store;
    });
    afterEach(() => at.close());

    test('keeps a picture and serves it as one', async () => {
      const ref = await putIn(store, png(40, 30));
      const source = await store.open(ref);
      expect(source?.contentType).toMatch(/^image\/(png|webp)$/);
      expect((await readAll(source!)).length).toBe(source!.sizeBytes);
      await source!.close();
    });

    test('keeps a picture where it was reserved, once, however often it is put there', async () => {
      const [ref, other] = [store.reserve(), store.reserve()];
      expect(ref).not.toBe(other);
      expect(await store.open(ref)).toBeNull();
      for (let time = 0; time < 2; time += 1)
        expect(await store.put(png(40, 30), ref)).toEqual({ ok: true, value: ref });
      const source = await store.open(ref);
      expect((await readAll(source!)).length).toBe(source!.sizeBytes);
      await source!.close();
      expect(await store.open(other)).toBeNull();
      await store.remove(ref);
      expect(await store.open(ref)).toBeNull();
    });

    test.each([64, 256, 640] as const)('serves its middle as a square of %d', async (side) => {
      const ref = await putIn(store, png(40, 30));
      const source = await store.open(ref, side);
      expect((await readAll(source!)).length).toBe(source!.sizeBytes);
      await source!.close();
      expect(new Set([store.url(ref), store.url(ref, side)]).size).toBe(2);
      await store.remove(ref);
      expect(await store.open(ref, side)).toBeNull();
    });

    test('brings a picture to where it stays, again and again, and never what is not there', async () => {
      const ref = await putIn(store, png(40, 30));
      const settled = await store.settle(ref);
      if (!settled.ok || settled.value === null) throw new Error('not settled');
      expect(store.isSettled(settled.value)).toBe(true);
      expect(await store.settle(ref)).toEqual(settled);
      expect(await store.settle(settled.value)).toEqual(settled);
      expect(() => new URL(store.url(settled.value!, 256))).not.toThrow();
      await store.remove(settled.value);
      await store.remove(ref);
      expect(await store.settle(ref)).toEqual({ ok: true, value: null });
    });

    test('gives the same picture twice two names and two addresses', async () => {
      const [one, other] = [await putIn(store, png(40, 30)), await putIn(store, png(40, 30))];
      expect(one).not.toBe(other);
      expect(store.url(one)).not.toBe(store.url(other));
      expect(store.url(one)).toContain(`/media/images/${one}`);
      expect(store.url(one)).toBe(store.url(one));
    });

    test('removes for good, though what is open stays readable', async () => {
      const ref = await putIn(store, png(40, 30));
      const source = await store.open(ref);
      await store.remove(ref);
      await store.remove(ref);
      expect(await store.open(ref)).toBeNull();
      expect((await readAll(source!)).length).toBe(source!.sizeBytes);
      await source!.close();
    });

    test.each([
      ['nothing', new Uint8Array()],
      ['SVG', SVG],
      ['GIF', GIF],
      ['text', new Uint8Array(Buffer.from('not a picture at all, but long enough for one'))],
      ['HTML behind a comment', new Uint8Array(Buffer.from('<!-- \x89PNG --><html><script>1</script></html>'))],
    ])('does not take %s', async (_, bytes) => {
      expect(await store.put(bytes)).toEqual(refused('unsupported-format'));
    });

    test.each([
      [65_535, 65_535],
      [60_000, 700],
      [6_400, 6_400],
    ])('refuses %d × %d pixels by the header', async (width, height) => {
      expect(await store.put(pngBomb(width, height))).toEqual(refused('too-many-pixels'));
    });

    test('refuses more than 5 MiB', async () => {
      const padded = new Uint8Array(5 * 1024 * 1024 + 1);
      padded.set(png(40, 30));
      expect((await store.put(padded)).ok).toBe(false);
    });

    test.each([0.2, 0.5, 0.9])('refuses a picture of which a share of %d is there', async (share) => {
      const whole = png(300, 300);
      expect(await store.put(whole.subarray(0, Math.floor(whole.length * share)))).toEqual(refused('broken'));
    });

    test('refuses a picture without a side', async () => {
      expect(await store.put(pngBomb(0, 100))).toEqual(refused('broken'));
    });

    test.each([
      '',
      '../../etc/passwd',
      '/etc/passwd',
      'x.webp',
      '00000000-0000-4000-8000-0000000000ff.webp',
      'a\0.png',
    ])('finds nothing under %j', async (ref) => {
      expect(await store.open(ref as ImageRef)).toBeNull();
      await store.remove(ref as ImageRef);
    });
  });
};
