import type { Stripe } from './objects.ts';

const DAY_S = 86_400;

/**
 * The moment at which the period number `count` (0 being the first) of what began at `anchor` begins, Unix seconds.
 * docs.stripe.com/billing/subscriptions/billing-cycle: the anchor's day of the month, or the month's last day.
 */
export const periodStart = (
  anchor: number,
  count: number,
  { interval, interval_count: every }: Pick<Stripe.Price.Recurring, 'interval' | 'interval_count'>,
): number => {
  const steps = count * every;
  switch (interval) {
    case 'day':
      return anchor + steps * DAY_S;
    case 'week':
      return anchor + steps * 7 * DAY_S;
    case 'month':
      return monthsLater(anchor, steps);
    case 'year':
      return monthsLater(anchor, steps * 12);
    default:
      throw new Error(`no such interval: ${interval}`);
  }
};

const monthsLater = (anchor: number, months: number): number => {
  const from = new Date(anchor * 1_000);
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1);
  const daysInMonth = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), daysInMonth);
  return first / 1_000 + (day - 1) * DAY_S + (anchor % DAY_S);
};

/** The end of the period that begins at `start`. */
export const periodEnd = (anchor: number, start: number, recurring: Stripe.Price.Recurring): number => {
  for (let count = 1; ; count += 1) {
    const next = periodStart(anchor, count, recurring);
    if (next > start) return next;
  }
};
