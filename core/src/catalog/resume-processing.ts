import { HOUR_MS, type Instant, MINUTE_MS, before, ok } from '../kernel/index.ts';
import type { CatalogPorts, ProcessingRepository } from './ports.ts';
import type { TrackId } from './track.ts';

/** Well above the time after which the queue gives back a dead worker's jobs. */
const LAPSED_MS = 2 * MINUTE_MS;
/** There may be many others before it in the queue. */
const WAITING_MS = HOUR_MS;
const MAX_RESUMED = 100;

/**
 * Finds processing that should have gone on and has not: its job was lost, or what it needs was missing and is there
 * now. How many of them were given to the worker again.
 */
export const resumeProcessing =
  ({ uow, audioRenderer, clock }: CatalogPorts) =>
  async (): Promise<number> => {
    const isAble = (await audioRenderer.missing()).length === 0;
    const resumed = await uow.run(async ({ processings, outbox }) => {
      const now = clock.now();
      const lapsedBefore = before(now, LAPSED_MS);
      const ids = await processings.overdue({
        lapsedBefore,
        waitingSince: before(now, WAITING_MS),
        deferredSince: isAble ? lapsedBefore : null,
        limit: MAX_RESUMED,
      });
      for (const trackId of ids) {
        await touch(processings, trackId, now);
        await outbox.append({ type: 'catalog.processing_stalled', trackId, occurredAt: now });
      }
      return ok(ids.length);
    });
    return resumed.value;
  };

/** So that the next round does not find it while its job waits. */
const touch = async (processings: ProcessingRepository, trackId: TrackId, now: Instant): Promise<void> => {
  const processing = await processings.find(trackId);
  if (processing !== null) await processings.save({ ...processing, changedAt: now });
};
