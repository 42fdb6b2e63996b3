import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { IMAGE_SQUARES, type ImageRef, type ImageSize, type ImageStore } from '@backline/core/accounts';
import { type Clock, err, invariant, ok } from '@backline/core/kernel';
import { isStorageFull } from './disk-errors.ts';
import { SERVING_LIMITS, type ServingLimits, fileServing } from './file-source.ts';
import { fannedOut, makeRoomFor, removeDurably, staged, syncDirectory } from './layout.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type Picture, pictures } from './picture.ts';
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

/** Pictures that were kept before there were squares have the original alone. */
const nameOf = (ref: ImageRef, size: ImageSize): string =>
  size === 'original' ? ref : ref.replace(/\.webp$/, `.${size}.webp`);

const reserve = (): ImageRef => `${randomUUID()}.webp` as ImageRef;

/**
 * Pictures as WebP files under `images/`, as they came and in three squares: PNG, JPEG, WebP or AVIF of at most 40
 * megapixels. One is
 * decoded at a time; beyond 16 in line the answer is `busy`. Throws when the directory cannot be made.
 */
export const localImageStore = ({ directory, publicUrl, clock, serving }: LocalImageOptions): LocalImageStore => {
  const images = join(directory, 'images');
  const files = fileServing(serving ?? FEW);
  const toPicture = pictures();
  const inTurn = oneAtATime(QUEUE);
  prepareStaging(directory);

  const keepAs = async (name: string, webp: Uint8Array): Promise<void> => {
    const temporary = staged(directory, randomUUID());
    const path = fannedOut(images, name);
    await makeRoomFor(path);
    await writeStaged(temporary, [webp], { maxBytes: Infinity, at: clock.now });
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  };

  /** The original last: where it is, the squares are. */
  const keep = async ({ original, squares }: Picture, ref: ImageRef): Promise<ImageRef> => {
    invariant(REF.test(ref), 'not a reference of this store');
    for (const [size, webp] of squares) await keepAs(nameOf(ref, size), webp);
    await keepAs(ref, original);
    return ref;
  };

  const opened = (name: string) => files.source(fannedOut(images, name), name);

  return {
    reserve,
    put: async (bytes, reserved) => {
      if (bytes.length > MAX_BYTES) return err({ code: 'image_refused', reason: 'too-many-pixels' });
      const turn = await inTurn(() => toPicture(bytes));
      if (!turn.ok) return turn;
      if (!turn.value.ok) return turn.value;
      try {
        return ok(await keep(turn.value.value, reserved ?? reserve()));
      } catch (error) {
        if (isStorageFull(error)) return err({ code: 'storage_full' });
        throw error;
      }
    },
    isSettled: () => true,
    settle: async (ref) => {
      const source = REF.test(ref) ? await opened(ref) : null;
      await source?.close();
      return ok(source === null ? null : ref);
    },
    url: (ref, size = 'original') => {
      invariant(REF.test(ref), 'not a picture of this store');
      return `${publicUrl}/media/images/${ref}${size === 'original' ? '' : `?size=${size}`}`;
    },
    open: async (ref, size = 'original') => {
      if (!REF.test(ref)) return null;
      const source = (await opened(nameOf(ref, size))) ?? (size === 'original' ? null : await opened(ref));
      return source === null ? null : { ...source, contentType: 'image/webp' };
    },
    remove: async (ref) => {
      if (!REF.test(ref)) return;
      for (const size of ['original', ...IMAGE_SQUARES] as const) {
        const path = fannedOut(images, nameOf(ref, size));
        await removeDurably(path);
        await files.forget(path);
      }
    },
    close: files.close,
  };
};
