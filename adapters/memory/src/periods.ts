import { type Month, invariant, shiftMonth } from '@backline/core/kernel';
import type { Period, PeriodRepository } from '@backline/core/payout';
import { countForClose } from './play-counts.ts';
import type { Drafts } from './state.ts';

export const periodRepository = (drafts: Drafts): PeriodRepository => {
  const { periods } = drafts;
  const all = (): readonly Period[] => periods.all().toSorted((a, b) => (a.month < b.month ? -1 : 1));

  return {
    find: async (month) => periods.get(month) ?? null,
    all: async () => all(),
    open: async (month, openedAt) => {
      if (periods.get(month) !== undefined) return;
      invariant(
        all().every((other) => other.month < month || other.status === 'open'),
        `${month} lies before a month that is closed`,
      );
      periods.put({ month, openedAt, status: 'open' });
    },
    save: async (period) => {
      const known = periods.get(period.month);
      invariant(known !== undefined, `there is no period ${period.month}`);
      invariant(mayClose(all(), period.month), `a month before ${period.month} is not closed`);
      periods.put(moved(known, period));
      if (period.status === 'closing') countForClose(drafts, period.month);
    },
  };
};

const mayClose = (periods: readonly Period[], month: Month): boolean => {
  const earlier = periods.filter((period) => period.month < month);
  return (
    earlier.length === 0 ||
    (earlier.every(({ status }) => status === 'closed') && earlier.at(-1)?.month === shiftMonth(month, -1))
  );
};

const moved = (from: Period, to: Period): Period => {
  const { month, openedAt } = from;
  if (from.status === 'open' && to.status === 'closing') return { ...to, month, openedAt };
  invariant(
    from.status === 'closing' && to.status === 'closed',
    `${month} would go from ${from.status} to ${to.status}`,
  );
  return { ...to, month, openedAt, closingAt: from.closingAt };
};
