import type { UserId } from '../accounts/index.ts';
import { DAY_MS, type Instant, after, dayStart, ok } from '../kernel/index.ts';
import type { RecordPorts } from './ports.ts';
import { rule } from './rejudging.ts';

/** Judges a listener's plays since an instant again, after what pays for them changed; how many changed. */
export const rejudgePlays =
  ({ playLog, clock, judge }: RecordPorts) =>
  async (listenerId: UserId, since: Instant): Promise<number> => {
    const rejudged = await playLog.run(async ({ plays }) => {
      const [, funding] = await Promise.all([plays.lock([listenerId]), plays.funding([listenerId])]);
      const days = daysFrom(since, after(clock.now(), DAY_MS));
      const { changed } = await rule(judge, plays, { listenerId, added: [], days, funding });
      if (changed.length > 0) await plays.rejudge(changed);
      return ok(changed.length);
    });
    return rejudged.value;
  };

/** The UTC days of both ends and all between, by their starts. */
const daysFrom = (first: Instant, last: Instant): ReadonlySet<Instant> => {
  const days = new Set<Instant>([dayStart(first)]);
  for (let day = dayStart(first); day <= last; day = after(day, DAY_MS)) days.add(day);
  return days;
};
