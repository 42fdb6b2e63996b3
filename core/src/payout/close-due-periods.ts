import { type Month, type Result, ok, shiftMonth } from '../kernel/index.ts';
import { type ClosedPeriod, closePeriod } from './close-period.ts';
import type { CloseRefused } from './errors.ts';
import { PAYOUT_POLICY, closableFrom } from './policy.ts';
import type { PayoutPorts } from './ports.ts';

/** Closes every month whose time has come, oldest first, until one is refused; those that were closed now. */
export const closeDuePeriods =
  (ports: PayoutPorts) =>
  async (): Promise<Result<readonly ClosedPeriod[], CloseRefused & { readonly period: Month }>> => {
    const { value: periods } = await ports.uow.run(async (stores) => ok(await stores.periods.all()));
    const closed: ClosedPeriod[] = [];
    let period = periods.find(({ status }) => status !== 'closed')?.month;
    while (period !== undefined && ports.clock.now() >= closableFrom(period, PAYOUT_POLICY)) {
      const outcome = await closePeriod(ports)(period);
      if (!outcome.ok) return { ok: false, error: { ...outcome.error, period } };
      if (outcome.value.now) closed.push(outcome.value);
      period = shiftMonth(period, 1);
    }
    return ok(closed);
  };
