import { DAY_MS, type Instant, before, dayStart, monthStart, ok } from '../kernel/index.ts';
import { applyHold, applyTrackHolds } from './apply-hold.ts';
import { type HoldId, type ListeningDay, velocityHold } from './hold.ts';
import { PAYOUT_POLICY } from './policy.ts';
import type { PayoutPorts } from './ports.ts';

/**
 * R3f: holds the days of accounts that played too much, in months that are not closed and of plays that came too late
 * for theirs; how many days. Finishes what was begun of tracks' holds. Again is nothing.
 */
export const raiseHolds = (ports: PayoutPorts) => async (): Promise<number> => {
  await applyTrackHolds(ports, null);
  const { dailyPlays, watchedPlays } = PAYOUT_POLICY.velocity;
  const busy = await ports.holdReader.busyDays(await firstDay(ports), Math.min(dailyPlays, watchedPlays));
  let raised = 0;
  for (const it of busy) if (await raiseHold(ports, it)) raised += 1;
  return raised;
};

/** Of the first month that is not closed, or the earliest of which a play can still be reported in time. */
const firstDay = async ({ uow, clock }: PayoutPorts): Promise<Instant> => {
  const { value: periods } = await uow.run(async (stores) => ok(await stores.periods.all()));
  const open = periods.find(({ status }) => status !== 'closed');
  const reportable = before(dayStart(clock.now()), PAYOUT_POLICY.lateAfterMs + DAY_MS);
  return open === undefined || monthStart(open.month) > reportable ? reportable : monthStart(open.month);
};

/** Whether there is something to hold that was not held before. */
const raiseHold = async ({ playLog, clock, ids }: PayoutPorts, it: ListeningDay): Promise<boolean> => {
  const hold = velocityHold(it, PAYOUT_POLICY);
  if (hold === null) return false;
  const id = ids.uuid() as HoldId;
  const { value } = await playLog.run(async (stores) => {
    const raised = await stores.holds.raise(hold, id, clock.now());
    if (raised !== null) await applyHold(stores, raised.scope);
    return ok(raised !== null);
  });
  return value;
};
