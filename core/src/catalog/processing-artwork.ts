import type { ImageRef } from '../accounts/index.ts';
import { type Result, Unavailable, ok } from '../kernel/index.ts';
import type { ClaimLost, RenderError } from './errors.ts';
import type { CatalogPorts } from './ports.ts';
import type { Hold } from './processing-hold.ts';

/**
 * Gives a track without artwork the picture that its file carries, where that is a picture. Where it will lie is
 * written down before, so that it is not kept twice.
 */
export const takeArtwork = async (
  ports: CatalogPorts,
  holding: Hold,
): Promise<Result<null, RenderError | ClaimLost>> => {
  if (holding.work().track.artwork !== null) return holding.finish('artwork');
  const found = await holding.withOriginal((sound) => ports.audioRenderer.artwork(sound, holding.watch(0, 1)));
  if (!found.ok) return found;
  if (found.value === null) return holding.finish('artwork');

  const reserved = await reserve(ports, holding);
  if (!reserved.ok) return reserved;
  const isKept = await put(ports, found.value, reserved.value);
  const finished = await holding.finish('artwork', async ({ outbox }, { track, processing }) => {
    const artwork = reserved.value;
    if (isKept && !ports.images.isSettled(artwork))
      await outbox.append({
        type: 'catalog.artwork_pending',
        trackId: track.id,
        artwork,
        occurredAt: ports.clock.now(),
      });
    return {
      track: isKept ? { ...track, artwork } : track,
      processing: { ...processing, reservedArtwork: null },
    };
  });
  if (!finished.ok && isKept) await ports.images.remove(reserved.value);
  return finished;
};

const reserve = async ({ images }: CatalogPorts, holding: Hold): Promise<Result<ImageRef, ClaimLost>> => {
  const known = holding.work().processing.reservedArtwork;
  if (known !== null) return ok(known);
  const ref = images.reserve();
  const changed = await holding.change(async (_stores, { track, processing }) => ({
    track,
    processing: { ...processing, reservedArtwork: ref },
  }));
  return changed.ok ? ok(ref) : changed;
};

/** False for what is no picture. */
const put = async ({ images }: CatalogPorts, bytes: Uint8Array, ref: ImageRef): Promise<boolean> => {
  const stored = await images.put(bytes, ref);
  if (stored.ok) return true;
  if (stored.error.code === 'image_refused') return false;
  throw new Unavailable('images', { cause: stored.error });
};
