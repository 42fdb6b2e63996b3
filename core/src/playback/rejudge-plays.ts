import type { UserId } from '../accounts/index.ts';
import { DAY_MS, type Instant, after, dayStart, ok } from '../kernel/index.ts';
import type { Judge } from './judge.ts';
import type { PlayRepository, RecordPorts } from './ports.ts';
import { factsOf, rule } from './rejudging.ts';

/** Judges a listener's plays since an instant again, after what is known of them changed; how many changed. */
export const rejudgePlays =
  ({ playLog, clock, judge }: RecordPorts) =>
  async (listenerId: UserId, since: Instant): Promise<number> => {
    const rejudged = await playLog.run(async ({ plays }) => {
      const [, changed] = await Promise.all([
        plays.lock([listenerId]),
        rejudgeDays(judge, plays, listenerId, daysFrom(since, after(clock.now(), DAY_MS))),
      ]);
      return ok(changed);
    });
    return rejudged.value;
  };

/**
 * Judges a listener's plays of some UTC days again, by their starts, and those of the days after them that this changes;
 * how many changed. The listener's plays must be held.
 */
export const rejudgeDays = async (
  judge: Judge,
  plays: PlayRepository,
  listenerId: UserId,
  days: ReadonlySet<Instant>,
): Promise<number> => {
  const facts = factsOf(await plays.listenerFacts([listenerId]), listenerId);
  const { changed } = await rule(judge, plays, { listenerId, added: [], days, facts, heldTracks: [] });
  if (changed.length > 0) await plays.rejudge(changed);
  return changed.length;
};

/** The UTC days of both ends and all between, by their starts. */
const daysFrom = (first: Instant, last: Instant): ReadonlySet<Instant> => {
  const days = new Set<Instant>([dayStart(first)]);
  for (let day = dayStart(first); day <= last; day = after(day, DAY_MS)) days.add(day);
  return days;
};
