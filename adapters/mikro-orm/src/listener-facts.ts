import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import type { Instant } from '@backline/core/kernel';
import type { ListenerFacts } from '@backline/core/playback';
import { type Run, statement } from './pool.ts';

/** One statement of three looks into indexes, since of most listeners only the first finds anything. */
const FACTS = statement<FactRow>(
  'listener_facts',
  `select 'funding' as what, user_id as listener_id, null::bigint as track_id, paid_from as since, paid_until as until
   from paid_span where user_id = any($1::bigint[])
   union all
   select 'earning', h.user_id, s.track_id, s.effective_from::timestamptz, (
     select n.effective_from from track_split n
     where n.track_id = s.track_id and (n.effective_from, n.id) > (s.effective_from, s.id)
     order by n.effective_from, n.id limit 1)::timestamptz
   from split_share h join track_split s on s.id = h.split_id
   where h.user_id = any($1::bigint[]) and h.accepted_at is not null
   union all
   select 'held', listener_id, null, day::timestamptz,
     (select l.reported_from from late_hold l where l.hold_id = h.id)
   from hold h where listener_id = any($1::bigint[])
     and (select d.decision from hold_decision d where d.hold_id = h.id) is distinct from 'released'`,
);

/** Of `held` days `until` is when reports begin to be held. */
type FactRow = {
  readonly what: 'funding' | 'earning' | 'held';
  readonly listener_id: number;
  readonly track_id: number;
  readonly since: number;
  readonly until: number | null;
};

/** @param list the listeners as PostgreSQL's array, in text */
export const listenerFacts = async (
  run: Run,
  listeners: readonly UserId[],
  list: string,
): Promise<ReadonlyMap<UserId, ListenerFacts>> => {
  const rows = Map.groupBy(await run(FACTS, [list]), ({ listener_id }) => listener_id as UserId);
  return new Map(listeners.map((listenerId) => [listenerId, factsFrom(rows.get(listenerId) ?? [])]));
};

const factsFrom = (rows: readonly FactRow[]): ListenerFacts => {
  const of = (what: FactRow['what']): readonly FactRow[] => rows.filter((row) => row.what === what);
  return {
    funding: of('funding').map(spanOf),
    earning: of('earning').map((row) => ({ ...spanOf(row), trackId: row.track_id as TrackId })),
    heldDays: of('held').map(({ since, until }) => ({
      day: since as Instant,
      reportedFrom: until as Instant | null,
    })),
  };
};

const spanOf = ({ since, until }: FactRow) => ({ from: since as Instant, until: until as Instant | null });
