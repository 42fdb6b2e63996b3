import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageRef, ImageStore } from '@backline/core/accounts';
import { type Clock, err, invariant, ok } from '@backline/core/kernel';
import { isStorageFull } from './disk-errors.ts';
import { SERVING_LIMITS, type ServingLimits, fileServing } from './file-source.ts';
import { fannedOut, makeRoomFor, removeDurably, staged, syncDirectory } from './layout.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { pictures } from './picture.ts';
import { prepareStaging, writeStaged } from './staging.ts';

export type LocalImageOptions = {
  /** Made when it is not there; may be the media store's. */
  readonly directory: string;
  /** Where the app that serves `/media/images/{ref}` is reached, without a slash at the end. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly serving?: ServingLimits;
};

/** `close` lets go of the descriptors that are kept open; sources that are out stay readable. */
export type LocalImageStore = ImageStore & { readonly close: () => Promise<void> };

const REF = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.webp$/;
const MAX_BYTES = 5 * 1024 * 1024;
const QUEUE = { waiting: 16, retryAfterMs: 2_000 };
const FEW: ServingLimits = { ...SERVING_LIMITS, heads: 32, largeBuffers: 32 };

const reserve = (): ImageRef => `${randomUUID()}.webp` as ImageRef;

/**
 * Pictures as WebP files under `images/`, whatever came in: PNG, JPEG, WebP or AVIF of at most 40 megapixels. One is
 * decoded at a time; beyond 16 in line the answer is `busy`. Throws when the directory cannot be made.
 */
export const localImageStore = ({ directory, publicUrl, clock, serving }: LocalImageOptions): LocalImageStore => {
  const images = join(directory, 'images');
  const files = fileServing(serving ?? FEW);
  const toWebp = pictures();
  const inTurn = oneAtATime(QUEUE);
  prepareStaging(directory);

  const keep = async (webp: Uint8Array, ref: ImageRef): Promise<ImageRef> => {
    invariant(REF.test(ref), 'not a reference of this store');
    const temporary = staged(directory, randomUUID());
    const path = fannedOut(images, ref);
    await makeRoomFor(path);
    await writeStaged(temporary, [webp], { maxBytes: Infinity, at: clock.now });
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return ref;
  };

  return {
    reserve,
    put: async (bytes, reserved) => {
      if (bytes.length > MAX_BYTES) return err({ code: 'image_refused', reason: 'too-many-pixels' });
      const turn = await inTurn(() => toWebp(bytes));
      if (!turn.ok) return turn;
      if (!turn.value.ok) return turn.value;
      try {
        return ok(await keep(turn.value.value, reserved ?? reserve()));
      } catch (error) {
        if (isStorageFull(error)) return err({ code: 'storage_full' });
        throw error;
      }
    },
    url: (ref) => {
      invariant(REF.test(ref), 'not a picture of this store');
      return `${publicUrl}/media/images/${ref}`;
    },
    open: async (ref) => {
      if (!REF.test(ref)) return null;
      const source = await files.source(fannedOut(images, ref), ref);
      return source === null ? null : { ...source, contentType: 'image/webp' };
    },
    remove: async (ref) => {
      if (!REF.test(ref)) return;
      const path = fannedOut(images, ref);
      await removeDurably(path);
      await files.forget(path);
    },
    close: files.close,
  };
};
