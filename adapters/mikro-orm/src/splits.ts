import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, invariant, isoText, month } from '@backline/core/kernel';
import type { SplitRepository, SplitVersion, SplitVersionId } from '@backline/core/payout';
import { lockInTransaction } from './locks.ts';
import { firstOf } from './periods.ts';

/** All versions of splits, as `where` says by s. */
export const versionsWhere = (where: string): string => `
select s.id, s.track_id, to_char(s.effective_from, 'YYYY-MM') as effective_from,
  json_agg(json_build_object('userId', h.user_id, 'basisPoints', h.basis_points,
    'acceptedAt', (extract(epoch from h.accepted_at) * 1000)::bigint) order by h.user_id) as shares
from track_split s join split_share h on h.split_id = s.id
where ${where} group by s.id order by s.id`;

const OF_TRACK = versionsWhere('s.track_id = ?');
const UNTIL = versionsWhere('s.effective_from <= ?');

export type VersionRow = {
  readonly id: string;
  readonly track_id: string;
  readonly effective_from: string;
  readonly shares: readonly {
    readonly userId: number;
    readonly basisPoints: number;
    readonly acceptedAt: number | null;
  }[];
};

const APPEND = `
with split as (insert into track_split (track_id, effective_from) values (?, ?) returning id)
insert into split_share (split_id, user_id, basis_points, accepted_at)
select split.id, s.user_id, s.basis_points, s.accepted_at
from split, json_to_recordset(?) as s (user_id bigint, basis_points int, accepted_at timestamptz)
returning split_id as id`;

const ACCEPT = `
update split_share set accepted_at = ? where split_id = ? and user_id = ? and accepted_at is null`;

const DECLINE = `
update split_share set declined_at = ? where split_id = ? and user_id = ? and accepted_at is null`;

const DECLINED = `
select user_id from split_share where split_id = ? and declined_at is not null and accepted_at is null`;

const BY_ID = versionsWhere('s.id = ?');

export const fromVersionRow = (row: VersionRow): SplitVersion => ({
  id: Number(row.id) as SplitVersionId,
  trackId: Number(row.track_id) as TrackId,
  effectiveFrom: month(row.effective_from),
  shares: row.shares.map(({ userId, basisPoints, acceptedAt }) => ({
    userId: userId as UserId,
    basisPoints,
    acceptedAt: acceptedAt as Instant | null,
  })),
});

export const splitRepository = (em: SqlEntityManager): SplitRepository => ({
  versionsOf: async (trackId) => {
    await lockInTransaction(em, 'split', String(trackId));
    return (await em.execute<VersionRow[]>(OF_TRACK, [trackId])).map(fromVersionRow);
  },
  find: async (id) => {
    const [row] = await em.execute<VersionRow[]>(BY_ID, [id]);
    return row === undefined ? null : fromVersionRow(row);
  },
  append: async (split) => {
    const shares = split.shares.map(({ userId, basisPoints, acceptedAt }) => ({
      user_id: userId,
      basis_points: basisPoints,
      accepted_at: acceptedAt === null ? null : isoText(acceptedAt),
    }));
    const [row] = await em.execute<{ id: string }[]>(APPEND, [
      split.trackId,
      firstOf(split.effectiveFrom),
      JSON.stringify(shares),
    ]);
    invariant(row !== undefined, 'a split has shares');
    return { ...split, id: Number(row.id) as SplitVersionId };
  },
  accept: async (id, userId, at) => {
    await em.execute(ACCEPT, [isoText(at), id, userId]);
  },
  decline: async (id, userId, at) => {
    await em.execute(DECLINE, [isoText(at), id, userId]);
  },
  declinedOf: async (id) =>
    new Set((await em.execute<{ user_id: string }[]>(DECLINED, [id])).map((row) => Number(row.user_id) as UserId)),
  until: async (period) => (await em.execute<VersionRow[]>(UNTIL, [firstOf(period)])).map(fromVersionRow),
});
