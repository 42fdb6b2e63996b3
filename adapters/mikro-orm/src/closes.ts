import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { currency, isoText, micros, money, month } from '@backline/core/kernel';
import type { CloseRepository, Debt, EarnedFunds, KeptClose, SplitVersionId } from '@backline/core/payout';
import { saveDeferrals } from './deferrals.ts';
import { lockInTransaction } from './locks.ts';
import { firstOf } from './periods.ts';

const DEBTS = `
select to_char(origin, 'YYYY-MM') as origin, user_id, track_id, split_id, sum(deferred_micros)::bigint as micros
from deferral group by 1, 2, 3, 4 having sum(deferred_micros) <> 0 order by 1, 2, 3, 4 nulls first`;

const SHORTFALLS = `select content::jsonb ->> 'shortfall' as shortfall from solvency_report order by period`;

const REPORT = `
insert into solvency_report (period, content, digest)
select period, content, encode(sha256(convert_to(content, 'UTF8')), 'hex')
from (values (?::date, ?::text)) as r (period, content)`;

const INPUTS = `
insert into close_input (period, part, digest)
select ?::date, key, value from json_each_text(?::json)`;

const EARNED = `
insert into earned_funds (period, user_id, split_id, currency, amount_micros)
select period, user_id, split_id, currency, micros
from json_to_recordset(?) as e (period date, user_id bigint, split_id bigint, currency text, micros bigint)`;

const FUNDS = `
insert into fund_line (invoice_id, month, period, currency, gross_micros, net_micros)
select invoice_id, period, period, currency, gross, net
from json_to_recordset(?) as f (invoice_id text, period date, currency text, gross bigint, net bigint)`;

const ARTIST_PLAYS = `
insert into close_artist_plays (artist_id, month, period, plays)
select artist_id, month, ?::date, sum(plays) from json_to_recordset(?) as d (artist_id bigint, month date, plays bigint)
group by 1, 2 having sum(plays) <> 0`;

const TRACK_PLAYS = `
insert into close_track_plays (track_id, month, period, plays)
select track_id, month, ?::date, plays from json_to_recordset(?) as d (track_id bigint, month date, plays bigint)
where exists (select from track_split s where s.track_id = d.track_id)`;

const RELEASABLE = `
select to_char(e.period, 'YYYY-MM') as period, e.user_id, e.split_id, e.currency, e.amount_micros
from earned_funds e join period p on p.month = e.period
where e.released_by is null and p.closed_at < ? and (e.split_id is null or exists (
  select from split_share h where h.split_id = e.split_id and h.user_id = e.user_id and h.accepted_at is not null))
order by e.period, e.user_id, e.split_id limit ? for update of e`;

const RELEASED = `
update earned_funds e set released_by = ?
from json_to_recordset(?) as f (period date, user_id bigint, split_id bigint)
where e.period = f.period and e.user_id = f.user_id and e.split_id is not distinct from f.split_id`;

const LOST_PLAYS = `
insert into close_lost_plays (listener_id, artist_id, track_id, month, period, plays)
select listener_id, artist_id, track_id, month, ?::date, plays
from json_to_recordset(?) as l (listener_id bigint, artist_id bigint, track_id bigint, month date, plays int)`;

type DebtRow = { origin: string; user_id: string; track_id: string; split_id: string | null; micros: string };

type FundsRow = { period: string; user_id: string; split_id: string | null; currency: string; amount_micros: string };

export const closeRepository = (em: SqlEntityManager): CloseRepository => ({
  opening: async () => {
    await lockInTransaction(em, 'debts', '');
    const debts = await em.execute<DebtRow[]>(DEBTS);
    const shortfalls = await em.execute<{ shortfall: string }[]>(SHORTFALLS);
    return {
      debts: debts.map(debtOf),
      shortfalls: shortfalls.map(({ shortfall }) => micros(BigInt(shortfall))),
    };
  },
  save: async ({ period, report, inputs, debts, earned, funds, dealtWith, lost }) => {
    await em.execute(REPORT, [firstOf(period), report]);
    await em.execute(INPUTS, [firstOf(period), JSON.stringify(inputs)]);
    const plays = JSON.stringify(dealtWith.map(playsRow));
    await em.execute(ARTIST_PLAYS, [firstOf(period), plays]);
    await em.execute(TRACK_PLAYS, [firstOf(period), plays]);
    await em.execute(LOST_PLAYS, [firstOf(period), JSON.stringify(lost.map(lostRow))]);
    await saveDeferrals(
      em,
      debts.map(({ amount, ...debt }) => ({ ...debt, currency: amount.currency, amount: amount.micros })),
    );
    await em.execute(EARNED, [JSON.stringify(earned.map(fundsRow))]);
    await em.execute(FUNDS, [
      JSON.stringify(
        funds.map(({ invoiceId, currency: of, gross, net }) => ({
          invoice_id: invoiceId,
          period: firstOf(period),
          currency: of,
          gross: String(gross),
          net: String(net),
        })),
      ),
    ]);
  },
  releasable: async (closedBefore, limit) =>
    (await em.execute<FundsRow[]>(RELEASABLE, [isoText(closedBefore), limit])).map(fundsOf),
  markReleased: async (funds, by) => {
    await em.execute(RELEASED, [by, JSON.stringify(funds.map(fundsRow))]);
  },
});

const splitIdOf = (text: string | null): SplitVersionId | null =>
  text === null ? null : (Number(text) as SplitVersionId);

const debtOf = (row: DebtRow): Debt => ({
  origin: month(row.origin),
  userId: Number(row.user_id) as UserId,
  trackId: Number(row.track_id) as TrackId,
  splitVersion: splitIdOf(row.split_id),
  amount: micros(BigInt(row.micros)),
});

const fundsOf = (row: FundsRow): EarnedFunds => ({
  period: month(row.period),
  userId: Number(row.user_id) as UserId,
  splitVersion: splitIdOf(row.split_id),
  amount: money(BigInt(row.amount_micros), currency(row.currency)),
});

const playsRow = ({ trackId, artistId, month: playedIn, payable }: KeptClose['dealtWith'][number]) => ({
  track_id: trackId,
  artist_id: artistId,
  month: firstOf(playedIn),
  plays: String(payable),
});

const lostRow = ({ listenerId, artistId, trackId, playedIn, plays }: KeptClose['lost'][number]) => ({
  listener_id: listenerId,
  artist_id: artistId,
  track_id: trackId,
  month: firstOf(playedIn),
  plays,
});

const fundsRow = ({ period, userId, splitVersion, amount }: EarnedFunds) => ({
  period: firstOf(period),
  user_id: userId,
  split_id: splitVersion,
  currency: amount.currency,
  micros: String(amount.micros),
});
