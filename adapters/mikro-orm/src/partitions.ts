import { type Instant, monthOf, monthStart, isoText, shiftMonth } from '@backline/core/kernel';
import { type PlainPool, statement } from './pool.ts';

/** Plays may be reported 60 days back, and a start may fall to another month by clock skew. */
const MONTHS_BACK = 3;
/** A worker that stands still for this long loses nothing. */
const MONTHS_AHEAD = 3;

/** Makes the months of `play` that reports can fall into; again is harmless, and so are several at once. */
export const ensurePlayPartitions = async (pool: PlainPool, now: Instant): Promise<void> => {
  const current = monthOf(now);
  for (let offset = -MONTHS_BACK; offset <= MONTHS_AHEAD; offset += 1) {
    const month = shiftMonth(current, offset);
    const name = `play_${month.replace('-', '_')}`;
    const from = isoText(monthStart(month));
    const until = isoText(monthStart(shiftMonth(month, 1)));
    await pool.query(
      statement(
        `partition_${name}`,
        // "if not exists" alone does not keep two from making it at the same time.
        `do $$ begin
           perform pg_advisory_xact_lock(hashtextextended(current_schema() || ':partitions', 0));
           create table if not exists ${name} partition of play for values from ('${from}') to ('${until}');
         end $$`,
      ),
    );
  }
};
