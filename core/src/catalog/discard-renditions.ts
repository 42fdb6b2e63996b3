import { type Result, ok } from '../kernel/index.ts';
import type { ProcessingBusy } from './errors.ts';
import type { CatalogPorts } from './ports.ts';
import { claimed, isSettled } from './processing.ts';
import type { TrackId } from './track.ts';

/** Removes what was made of a removed track; refused for as long as someone may still be making more of it. */
export const discardRenditions =
  ({ uow, media, images, ids, clock }: CatalogPorts) =>
  async (trackId: TrackId): Promise<Result<null, ProcessingBusy>> => {
    const by = ids.uuid();
    const taken = await uow.run(async ({ processings }) => {
      const processing = await processings.find(trackId);
      if (processing === null) return ok({ renditions: [], artwork: null });
      if (!isSettled(processing)) {
        const claim = claimed({ ...processing, attempts: 0 }, by, clock.now());
        if (!claim.ok) return claim;
        await processings.save(claim.value);
      }
      return ok({
        renditions: await processings.renditionsOf(trackId),
        artwork: processing.reservedArtwork,
      });
    });
    if (!taken.ok) return taken;
    const { renditions, artwork } = taken.value;
    for (const { key } of renditions) await media.remove(key);
    if (artwork !== null) await images.remove(artwork);
    await uow.run(async ({ processings, fingerprints }) => {
      await processings.forgetRenditions(trackId);
      await fingerprints.forget(trackId);
      const processing = await processings.find(trackId);
      if (processing !== null) await processings.save({ ...processing, claim: null, reservedArtwork: null });
      return ok(null);
    });
    return ok(null);
  };
