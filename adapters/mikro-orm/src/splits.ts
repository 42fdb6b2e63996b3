import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, month } from '@backline/core/kernel';
import type { SplitRepository, SplitVersion, SplitVersionId } from '@backline/core/payout';
import { lockInTransaction } from './locks.ts';
import { firstOf } from './periods.ts';

const versionsWhere = (where: string): string => `
select s.id, s.track_id, to_char(s.effective_from, 'YYYY-MM') as effective_from,
  json_agg(json_build_object('userId', h.user_id, 'basisPoints', h.basis_points,
    'acceptedAt', (extract(epoch from h.accepted_at) * 1000)::bigint) order by h.user_id) as shares
from track_split s join split_share h on h.split_id = s.id
where ${where} group by s.id order by s.id`;

const OF_TRACK = versionsWhere('s.track_id = ?');
const UNTIL = versionsWhere('s.effective_from <= ?');

type VersionRow = {
  readonly id: string;
  readonly track_id: string;
  readonly effective_from: string;
  readonly shares: readonly {
    readonly userId: number;
    readonly basisPoints: number;
    readonly acceptedAt: number | null;
  }[];
};

const fromRow = (row: VersionRow): SplitVersion => ({
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
    return (await em.execute<VersionRow[]>(OF_TRACK, [trackId])).map(fromRow);
  },
  until: async (period) => (await em.execute<VersionRow[]>(UNTIL, [firstOf(period)])).map(fromRow),
});
