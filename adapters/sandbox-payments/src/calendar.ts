import { DAY_MS, type Instant, after, dayStart, monthOf, monthStart, shiftMonth } from '@backline/core/kernel';

/**
 * The same UTC day and time of day `count` months later; a month without that day gives its last one.
 * Counted from the first payment, so that 31 January is followed by 28 February and then by 31 March.
 */
export const monthsAfter = (anchor: Instant, count: number): Instant => {
  const target = shiftMonth(monthOf(anchor), count);
  const days = (monthStart(shiftMonth(target, 1)) - monthStart(target)) / DAY_MS;
  const dayIndex = (dayStart(anchor) - monthStart(monthOf(anchor))) / DAY_MS;
  return after(monthStart(target), Math.min(dayIndex, days - 1) * DAY_MS + (anchor - dayStart(anchor)));
};
