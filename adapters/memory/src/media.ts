import type { ImageRef, ImageStore } from '@backline/core/accounts';
import type { MediaKey, MediaRole, MediaStore, StagedMedia } from '@backline/core/catalog';
import { type ByteSource, type Clock, type Ids, type Instant, err, invariant, ok } from '@backline/core/kernel';
import { sequentialIds } from './auth.ts';
import { systemClock } from './clock.ts';
import { pngRefusal } from './png.ts';
import { sha256 } from './sha-256.ts';

/** Ids that count up and the system's time, unless given. */
export type MemoryMediaOptions = { readonly ids?: Ids; readonly clock?: Clock };

type Stored = { readonly bytes: Uint8Array; readonly digest: string; readonly storedAt: Instant };

/** Small enough that a slow receiver is noticed. */
const CHUNK_BYTES = 64 * 1024;

const sourceOf = ({ bytes, digest, storedAt }: Stored): ByteSource => {
  let open = true;
  return {
    sizeBytes: bytes.length,
    modifiedAt: storedAt,
    digest,
    send: async ({ start, end }, sink) => {
      invariant(open, 'a byte source was read after it was closed');
      invariant(0 <= start && start <= end && end < bytes.length, 'a range outside its bytes');
      for (let at = start; at <= end; at += CHUNK_BYTES) {
        await sink.write(bytes.slice(at, Math.min(at + CHUNK_BYTES, end + 1)));
      }
    },
    close: async () => {
      open = false;
    },
  };
};

const joined = (chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array => {
  const whole = new Uint8Array(sizeBytes);
  let filled = 0;
  for (const chunk of chunks) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return whole;
};

/** Null when there are more than `maxBytes`. */
const collected = async (bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | null> => {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return null;
    chunks.push(new Uint8Array(chunk));
  }
  return joined(chunks, sizeBytes);
};

const keyOf = ({ id }: StagedMedia, role: MediaRole): MediaKey => `${role}/${id}` as MediaKey;

/** Uploads whole in this process's memory, so only as many and as large as fit there; never full. */
export const memoryMediaStore = ({
  ids = sequentialIds(),
  clock = systemClock(),
}: MemoryMediaOptions = {}): MediaStore => {
  const uploads = new Map<string, Stored>();
  const kept = new Map<MediaKey, Stored>();

  return {
    stage: async (bytes, { maxBytes }) => {
      const whole = await collected(bytes, maxBytes);
      if (whole === null) return err({ code: 'media_too_large', maxBytes });
      const stored = { bytes: whole, digest: sha256(whole), storedAt: clock.now() };
      const id = ids.uuid();
      uploads.set(id, stored);
      const read = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < whole.length; at += CHUNK_BYTES) yield whole.slice(at, at + CHUNK_BYTES);
      };
      return ok({ id, sizeBytes: whole.length, sha256: stored.digest, read });
    },
    keyOf,
    keep: async (staged, role) => {
      const stored = uploads.get(staged.id);
      invariant(stored !== undefined, 'not a staged upload of this store');
      uploads.delete(staged.id);
      const key = keyOf(staged, role);
      kept.set(key, stored);
      return key;
    },
    discard: async ({ id }) => {
      uploads.delete(id);
    },
    open: async (key) => {
      const stored = kept.get(key);
      return stored === undefined ? null : sourceOf(stored);
    },
    remove: async (key) => {
      kept.delete(key);
    },
  };
};

/** Keeps PNG pictures as they came, metadata and all, having checked their structure and not their pixels. */
export const memoryImageStore = ({
  ids = sequentialIds(),
  clock = systemClock(),
}: MemoryMediaOptions = {}): ImageStore => {
  const pictures = new Map<ImageRef, Stored>();
  const reserve = (): ImageRef => `${ids.uuid()}.png` as ImageRef;

  return {
    reserve,
    put: async (bytes, reserved) => {
      const refusal = pngRefusal(bytes);
      if (refusal !== null) return err({ code: 'image_refused', reason: refusal });
      const ref = reserved ?? reserve();
      pictures.set(ref, { bytes: new Uint8Array(bytes), digest: ref, storedAt: clock.now() });
      return ok(ref);
    },
    isSettled: () => true,
    settle: async (ref) => ok(pictures.has(ref) ? ref : null),
    url: (ref, size = 'original') => `memory:/media/images/${ref}${size === 'original' ? '' : `?size=${size}`}`,
    open: async (ref) => {
      const stored = pictures.get(ref);
      return stored === undefined ? null : { ...sourceOf(stored), contentType: 'image/png' };
    },
    remove: async (ref) => {
      pictures.delete(ref);
    },
  };
};
