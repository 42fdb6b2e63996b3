import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { isoText, micros, month } from '@backline/core/kernel';
import {
  type IssuedStatement,
  type Reversal,
  type ReversalRepository,
  type ReversedPlays,
  type SplitVersionId,
  type StatementAdjustment,
  debtsReversed,
} from '@backline/core/payout';
import { saveDeferrals } from './deferrals.ts';
import { firstOf } from './periods.ts';

const monthText = (column: string): string => `to_char(${column}, 'YYYY-MM')`;

const OF_TRACKS = `
select ${monthText('period')} as period, track_id, split_id, listener_id, ${monthText('month')} as month, plays,
  amount_micros
from reversed_plays where track_id in (select json_array_elements_text(?::json)::bigint)
order by track_id, period, listener_id, month`;

const REVERSAL = `
insert into reversal (id, transaction_id, listener_id, month, currency, found_by, reason, found_at)
values (?, ?, ?, ?, ?, ?, ?, ?)`;

const PLAYS = `
insert into reversed_plays (reversal_id, period, track_id, split_id, listener_id, month, plays, amount_micros)
select r.id, p.period, p.track_id, p.split_id, r.listener_id, r.month, p.plays, p.micros
from reversal r, json_to_recordset(?) as p (period date, track_id bigint, split_id bigint, plays int, micros bigint)
where r.id = ?`;

const SHARES = `
insert into reversed_share (reversal_id, period, track_id, user_id, balance_micros, deferred_micros)
select ?::uuid, period, track_id, user_id, balance, deferred
from json_to_recordset(?) as s (period date, track_id bigint, user_id bigint, balance bigint, deferred bigint)`;

const UNTOLD = `
not exists (
  select from statement_adjustment a
  where (a.reversal_id, a.period, a.track_id, a.artist_id) = (s.reversal_id, s.period, s.track_id, s.user_id))`;

const WITH_NEWS = `select distinct user_id from reversed_share s where ${UNTOLD}`;

const NEWS_OF = `
select s.reversal_id, ${monthText('s.period')} as period, s.track_id, s.user_id, p.plays, s.balance_micros,
  s.deferred_micros
from reversed_share s join reversed_plays p using (reversal_id, period, track_id)
join reversal r on r.id = s.reversal_id
where s.user_id in (select json_array_elements_text(?::json)::bigint) and ${UNTOLD}
order by r.found_at, s.reversal_id, s.period, s.track_id`;

const TELL = `
insert into statement_adjustment (reversal_id, period, track_id, artist_id, told_in)
select reversal_id, period, track_id, artist_id, told_in
from json_to_recordset(?) as a (reversal_id uuid, period date, track_id bigint, artist_id bigint, told_in date)`;

type PlaysRow = {
  readonly period: string;
  readonly track_id: string;
  readonly split_id: string | null;
  readonly listener_id: string;
  readonly month: string;
  readonly plays: number;
  readonly amount_micros: string;
};

type NewsRow = {
  readonly reversal_id: string;
  readonly period: string;
  readonly track_id: string;
  readonly user_id: string;
  readonly plays: number;
  readonly balance_micros: string;
  readonly deferred_micros: string;
};

export const reversalRepository = (em: SqlEntityManager): ReversalRepository => ({
  of: async (trackIds) => (await em.execute<PlaysRow[]>(OF_TRACKS, [JSON.stringify(trackIds)])).map(playsOf),
  save: async (reversal) => {
    const { id, transactionId, listenerId, playedIn, currency, by, reason, at } = reversal;
    await em.execute(REVERSAL, [id, transactionId, listenerId, firstOf(playedIn), currency, by, reason, isoText(at)]);
    await em.execute(PLAYS, [JSON.stringify(reversal.plays.map(playsRow)), id]);
    await em.execute(SHARES, [id, JSON.stringify(reversal.shares.map(shareRow))]);
    await saveDeferrals(
      em,
      debtsReversed(reversal).map((debt) => ({ ...debt, by: transactionId, currency })),
    );
  },
});

export const artistsWithAdjustments = async (em: SqlEntityManager): Promise<readonly UserId[]> =>
  (await em.execute<{ user_id: string }[]>(WITH_NEWS)).map((row) => Number(row.user_id) as UserId);

/** What no statement of theirs tells yet. */
export const adjustmentNewsOf = async (
  em: SqlEntityManager,
  artistIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, readonly StatementAdjustment[]>> => {
  const rows = await em.execute<NewsRow[]>(NEWS_OF, [JSON.stringify(artistIds)]);
  const byArtist = Map.groupBy(rows, (row) => Number(row.user_id) as UserId);
  return new Map([...byArtist].map(([artistId, own]) => [artistId, own.map(adjustmentOf)]));
};

export const tellAdjustments = async (em: SqlEntityManager, issued: readonly IssuedStatement[]): Promise<void> => {
  await em.execute(TELL, [JSON.stringify(issued.flatMap(toldRows))]);
};

const playsOf = (row: PlaysRow): ReversedPlays => ({
  period: month(row.period),
  trackId: Number(row.track_id) as TrackId,
  splitVersion: row.split_id === null ? null : (Number(row.split_id) as SplitVersionId),
  listenerId: Number(row.listener_id) as UserId,
  playedIn: month(row.month),
  plays: row.plays,
  amount: micros(BigInt(row.amount_micros)),
});

const adjustmentOf = (row: NewsRow): StatementAdjustment => ({
  adjustmentId: row.reversal_id,
  reason: 'fraud',
  origin: month(row.period),
  trackId: Number(row.track_id) as TrackId,
  plays: row.plays,
  balance: micros(BigInt(row.balance_micros)),
  deferred: micros(BigInt(row.deferred_micros)),
});

const playsRow = ({ period, trackId, splitVersion, plays, amount }: Reversal['plays'][number]) => ({
  period: firstOf(period),
  track_id: trackId,
  split_id: splitVersion,
  plays,
  micros: String(amount),
});

const shareRow = ({ period, trackId, userId, balance, deferred }: Reversal['shares'][number]) => ({
  period: firstOf(period),
  track_id: trackId,
  user_id: userId,
  balance: String(balance),
  deferred: String(deferred),
});

const toldRows = ({ statement: { artistId, period, adjustments } }: IssuedStatement) =>
  adjustments.map(({ adjustmentId, origin, trackId }) => ({
    reversal_id: adjustmentId,
    period: firstOf(origin),
    track_id: trackId,
    artist_id: artistId,
    told_in: firstOf(period),
  }));
