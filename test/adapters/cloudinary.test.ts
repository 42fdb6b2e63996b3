import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type CloudinaryImages, cloudinaryImages } from '@backline/cloudinary';
import type { ImageRef } from '@backline/core/accounts';
import { Unavailable, ok } from '@backline/core/kernel';
import { type LocalImageStore, localImageStore } from '@backline/local-media';
import { steppingClock } from '@backline/memory';
import { START, valueOf } from '../core/platform.ts';
import { imageStoreSuite, putIn } from '../suites/image-store.ts';
import { type CloudinaryMood, type CloudinaryStandIn, cloudinaryStandIn } from '../support/cloudinary-stand-in.ts';
import { filesBelow, type Scratch, scratchDirectory } from '../support/scratch.ts';
import { png } from '../support/pictures.ts';

const AWAY = { ok: false, error: { code: 'images_away' } };
const TROUBLES: readonly CloudinaryMood[] = [
  'down',
  'hangs',
  'fails',
  'garbles',
  'floods',
  'lies',
  'confuses',
  'forgets to answer',
];

type Opened = {
  readonly standIn: CloudinaryStandIn;
  readonly scratch: Scratch;
  readonly local: LocalImageStore;
  readonly store: CloudinaryImages;
  readonly warnings: string[];
  readonly close: () => Promise<void>;
};

const open = async (changes: { readonly apiSecret?: string } = {}): Promise<Opened> => {
  const standIn = await cloudinaryStandIn();
  const scratch = scratchDirectory();
  const clock = steppingClock(START);
  const warnings: string[] = [];
  const local = localImageStore({ directory: scratch.path, publicUrl: 'https://music.example', clock });
  const store = await cloudinaryImages({
    ...standIn,
    ...changes,
    local,
    apiBase: standIn.url,
    clock,
    warn: (message, detail) => void warnings.push(`${message} ${String(Reflect.get(detail, 'err'))}`),
    times: { callMs: 300, openMs: 150 },
  });
  const close = async (): Promise<void> => {
    await local.close();
    await standIn.close();
    scratch.remove();
  };
  return { standIn, scratch, local, store, warnings, close };
};

imageStoreSuite('cloudinary', open);

describe('pictures at Cloudinary', () => {
  let at: Opened;
  beforeEach(async () => {
    at = await open();
  });
  afterEach(() => at.close());

  const settled = async (): Promise<ImageRef> => {
    const ref = valueOf(await at.store.settle(await putIn(at.store, png(40, 30))));
    if (ref === null) throw new Error('it is not there');
    return ref;
  };

  test('are what was kept here, under an id of ours, and are delivered in squares as the player likes them', async () => {
    const put = await putIn(at.store, png(40, 30));
    const kept = readFileSync(filesBelow(at.scratch.path).find((path) => path.endsWith(put))!);
    const ref = valueOf(await at.store.settle(put))!;
    const id = `backline/${put.replace('.webp', '')}`;
    expect([...at.standIn.pictures.keys()]).toEqual([id]);
    expect(Buffer.from(at.standIn.pictures.get(id)!).equals(kept)).toBe(true);
    const base = `${at.standIn.url}/cloud/image/upload`;
    expect(at.store.url(ref)).toBe(`${base}/f_auto,q_auto/${id}`);
    expect(at.store.url(ref, 64)).toBe(`${base}/c_fill,h_64,w_64/f_auto,q_auto/${id}`);
    expect(await at.store.open(ref)).toBeNull();
  });

  test('however often one is brought there, it is there once, and gone when it is removed', async () => {
    const put = await putIn(at.store, png(40, 30));
    await at.store.settle(put);
    const ref = valueOf(await at.store.settle(put))!;
    expect(at.standIn.pictures.size).toBe(1);
    await at.store.remove(ref);
    await at.store.remove(ref);
    expect(at.standIn.pictures.size).toBe(0);
    expect(await at.local.open(put)).not.toBeNull();
  });

  test.each(TROUBLES)('stay here while Cloudinary %s, and go there afterwards', async (mood) => {
    const put = await putIn(at.store, png(40, 30));
    at.standIn.set(mood);
    expect(await at.store.settle(put)).toEqual(AWAY);
    expect(at.warnings).toHaveLength(1);
    const source = await at.store.open(put);
    await source!.close();
    expect(at.store.url(put)).toBe(`https://music.example/media/images/${put}`);
    at.standIn.set('well');
    expect(at.store.isSettled(valueOf(await at.store.settle(put))!)).toBe(true);
    expect(at.standIn.pictures.size).toBe(1);
  });

  test.each(['down', 'hangs', 'fails', 'garbles'] as const)(
    'what is to be removed while it %s is not taken for removed',
    async (mood) => {
      const ref = await settled();
      at.standIn.set(mood);
      await expect(at.store.remove(ref)).rejects.toThrow(Unavailable);
      at.standIn.set('well');
      await at.store.remove(ref);
      expect(at.standIn.pictures.size).toBe(0);
    },
  );

  test('after five failures it is left alone for a while, and nobody waits for it', async () => {
    const put = await putIn(at.store, png(40, 30));
    at.standIn.set('fails');
    for (let time = 0; time < 8; time += 1) expect(await at.store.settle(put)).toEqual(AWAY);
    expect(at.standIn.asked()).toBe(5);
    expect(at.store.circuit.state()).toBe('open');
    expect(at.store.circuit.calls()).toEqual({ ok: 0, failed: 8 });
  });

  test('a secret that is not theirs is refused, told to the operator, and never shown', async () => {
    await at.close();
    at = await open({ apiSecret: 'another-secret' });
    expect(await at.store.settle(await putIn(at.store, png(40, 30)))).toEqual(AWAY);
    expect(at.warnings[0]).toContain('401');
    expect(at.warnings.join()).not.toContain('another-secret');
    await expect(at.store.check()).rejects.toThrow('401');
  });

  test('the check is content with an account that is known', async () => {
    await at.store.check();
    expect(await at.store.settle('00000000-0000-4000-8000-0000000000ff.webp' as ImageRef)).toEqual(ok(null));
  });

  test.each(['cloudinary:../../x', 'cloudinary:', 'cloudinary:x:y', 'cloudinary:x/y'])(
    '%s is no picture there',
    async (ref) => {
      expect(at.store.isSettled(ref as ImageRef)).toBe(false);
      expect(await at.store.open(ref as ImageRef)).toBeNull();
      await at.store.remove(ref as ImageRef);
      expect(at.standIn.asked()).toBe(0);
    },
  );
});
