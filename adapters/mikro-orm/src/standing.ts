import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Currency, micros, month } from '@backline/core/kernel';
import type { ArtistStanding, OpenPlays } from '@backline/core/payout';
import { type PlainPool, statement } from './pool.ts';
import { tailOf } from './rollup.ts';
import { type VersionRow, fromVersionRow, versionsWhere } from './splits.ts';

/** $1 is the artist. */
const SHARED = `
  select track_id from track_split s join split_share h on h.split_id = s.id where h.user_id = $1
  union
  select s.track_id from track t join track_split s on s.track_id = t.id where t.artist_id = $1`;

const MONTH = `to_char(month, 'YYYY-MM')`;

/**
 * One statement, so that all of it is of one moment. $2 is the currency; amounts are texts, since a sum is no bigint.
 *
 * Of months that are closed the rollup may have lost plays since; that is nobody's loss.
 */
const STANDING = statement<StandingRow>(
  'standing',
  `with shared as materialized (${SHARED}), tail as materialized (
     select track_id, artist_id, month, added
     from (${tailOf('artist_id = $1 or track_id in (select track_id from shared)')}) as recent where verdict = 'payable'
   )
   select 'owed' as what, null as month, null::bigint as track_id, null::bigint as artist_id,
     coalesce(sum(case a.name when 'artist_receivable:' || $1 then -b.balance_micros else b.balance_micros end), 0)::text
       as amount
   from ledger_account a join ledger_balance b on b.account_id = a.id
   where a.currency = $2 and a.name in ('artist_pending:' || $1, 'artist_available:' || $1, 'artist_deferred:' || $1,
     'artist_receivable:' || $1)
   union all
   select case status when 'begun' then 'owed' else 'paid' end, null, null, null,
     sum(net_micros + withheld_micros)::text
   from payout_transfer where artist_id = $1 and currency = $2 and status in ('begun', 'settled') group by status
   union all
   select 'own', ${MONTH}, null, null, sum(plays)::text
   from (
     select month, plays from play_rollup_month where artist_id = $1 and verdict = 'payable'
     union all
     select month, added from tail where artist_id = $1
     union all
     select month, -plays from close_artist_plays where artist_id = $1
   ) as own group by month having sum(plays) > 0
   union all
   select 'shared', ${MONTH}, track_id, t.artist_id, sum(plays)::text
   from (
     select track_id, date_trunc('month', day)::date as month, plays from play_rollup_day
     where track_id in (select track_id from shared) and verdict = 'payable'
     union all
     select track_id, month, added from tail where track_id in (select track_id from shared)
     union all
     select track_id, month, -plays from close_track_plays where track_id in (select track_id from shared)
   ) as shared_plays join track t on t.id = track_id
   group by track_id, month, t.artist_id having sum(plays) > 0`,
);

const VERSIONS = statement<VersionRow>('shared_versions', versionsWhere(`s.track_id in (${SHARED})`));

type StandingRow = {
  readonly what: 'owed' | 'paid' | 'own' | 'shared';
  readonly month: string;
  readonly track_id: number;
  readonly artist_id: number;
  readonly amount: string;
};

export const standingOf = async (pool: PlainPool, artistId: UserId, currency: Currency): Promise<ArtistStanding> => {
  const rows = await pool.query(STANDING, [artistId, currency]);
  const of = (what: StandingRow['what']): readonly StandingRow[] => rows.filter((row) => row.what === what);
  const sumOf = (what: StandingRow['what']) => micros(of(what).reduce((sum, { amount }) => sum + BigInt(amount), 0n));
  return { owed: sumOf('owed'), paid: sumOf('paid'), open: await openPlays(pool, artistId, of('own'), of('shared')) };
};

const openPlays = async (
  pool: PlainPool,
  artistId: UserId,
  own: readonly StandingRow[],
  shared: readonly StandingRow[],
): Promise<OpenPlays> => ({
  own: own.map(monthly),
  shared: shared.map((row) => ({
    ...monthly(row),
    trackId: row.track_id as TrackId,
    artistId: row.artist_id as UserId,
  })),
  splits: shared.length === 0 ? [] : (await pool.query(VERSIONS, [artistId])).map(fromVersionRow),
});

const monthly = (row: StandingRow) => ({ month: month(row.month), payable: BigInt(row.amount) });
