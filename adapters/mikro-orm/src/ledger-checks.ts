import type { AuditQuery } from './rollup-checks.ts';

const DEBITS = `sum(case side when 'debit' then amount_micros else 0 end)`;
const CREDITS = `sum(case side when 'credit' then amount_micros else 0 end)`;

/** The core's requestText, as SQL writes it: the digest of it was taken when the transaction was posted. */
const REQUEST_TEXT = `'{"entries":[' || coalesce(lines, '') || '],"kind":' || to_json(kind) ||
  ',"reverses":' || coalesce(to_json(reverses_txn_id)::text, 'null') || ',"sourceId":' || to_json(source_id) ||
  ',"sourceType":' || to_json(source_type) || '}'`;

/** What the entries say of each account, on its normal side. */
const ACCOUNTS = `
  select a.id, a.name || ' ' || a.currency as account, a.name, a.currency, a.no_overdraft,
    coalesce(sum(case e.side when a.normal_side then e.amount_micros else -e.amount_micros end), 0) as micros
  from ledger_account a left join ledger_entry e on e.account_id = a.id
  group by a.id`;

/** What the entries, the deferrals and the statements must be by themselves. */
export const ledgerChecks: readonly AuditQuery[] = [
  {
    check: 'trial-balance',
    sql: `
select 'currency ' || currency as place, ${DEBITS} as expected, ${CREDITS} as found
from ledger_entry group by currency having ${DEBITS} <> ${CREDITS}`,
  },
  {
    check: 'transaction-balance',
    sql: `
select 'transaction ' || transaction_id || ', currency ' || currency as place, ${DEBITS} as expected, ${CREDITS} as found
from ledger_entry group by transaction_id, currency having ${DEBITS} <> ${CREDITS}
union all
select 'transaction ' || t.id || ', lines', t.line_count, count(e.line_no)
from ledger_transaction t left join ledger_entry e on e.transaction_id = t.id
group by t.id having count(e.line_no) <> t.line_count`,
  },
  {
    check: 'transaction-digest',
    sql: `
select 'transaction ' || id as place, request_digest as expected, digest as found
from (
  select t.id, t.request_digest, encode(sha256(convert_to(${REQUEST_TEXT}, 'UTF8')), 'hex') as digest
  from ledger_transaction t left join (
    select transaction_id, string_agg(to_json(line)::text, ',' order by line collate "C") as lines
    from (
      select e.transaction_id, a.name || ' ' || e.side || ' ' || e.amount_micros || ' ' || e.currency as line
      from ledger_entry e join ledger_account a on a.id = e.account_id
    ) as entries group by transaction_id
  ) as l on l.transaction_id = t.id
) as computed
where digest <> request_digest`,
  },
  {
    check: 'balance',
    sql: `
select 'account ' || account as place, micros as expected, coalesce(balance_micros::text, 'none') as found
from (${ACCOUNTS}) as entries left join ledger_balance b on b.account_id = entries.id
where balance_micros is distinct from micros`,
  },
  {
    check: 'overdraft',
    sql: `
select 'account ' || account as place, 'not below 0' as expected, micros as found
from (${ACCOUNTS}) as entries where no_overdraft and micros < 0`,
  },
  {
    check: 'reversal',
    sql: `
select 'transaction ' || t.id || ' reverses ' || t.reverses_txn_id || ', account ' || a.name as place, 0 as expected,
  sum(case e.side when 'debit' then e.amount_micros else -e.amount_micros end) as found
from ledger_transaction t
join ledger_entry e on e.transaction_id in (t.id, t.reverses_txn_id)
join ledger_account a on a.id = e.account_id
where t.reverses_txn_id is not null
group by t.id, a.id having sum(case e.side when 'debit' then e.amount_micros else -e.amount_micros end) <> 0`,
  },
  {
    check: 'deferral',
    sql: `
select 'account ' || coalesce(account, owed.name || ' ' || owed.currency) as place, coalesce(micros, 0) as expected,
  coalesce(owed.micros_owed, 0) as found
from (select * from (${ACCOUNTS}) as entries where name like 'artist\\_deferred:%') as deferred
full join (
  select 'artist_deferred:' || user_id as name, currency, sum(deferred_micros) as micros_owed
  from deferral group by user_id, currency
) as owed on owed.name = deferred.name and owed.currency = deferred.currency
where coalesce(micros, 0) <> coalesce(micros_owed, 0)`,
  },
  {
    check: 'statement-booked',
    sql: `
select 'artist ' || coalesce(told.artist_id, booked.artist_id) || ', period ' || coalesce(told.period, booked.period) as place,
  coalesce(booked.micros, 0) as expected, coalesce(told.micros, 0) as found
from (
  select artist_id::text, to_char(period, 'YYYY-MM') as period,
    (content::jsonb #>> '{balance,funded}')::numeric + (content::jsonb #>> '{balance,deferredPaid}')::numeric as micros
  from statement
) as told full join (
  select substr(a.name, length('artist_pending:') + 1) as artist_id, t.source_id as period,
    sum(case e.side when 'credit' then e.amount_micros else -e.amount_micros end) as micros
  from ledger_transaction t join ledger_entry e on e.transaction_id = t.id join ledger_account a on a.id = e.account_id
  where t.source_type = 'period-close' and starts_with(a.name, 'artist_pending:') group by 1, 2
) as booked on booked.artist_id = told.artist_id and booked.period = told.period
where coalesce(told.micros, 0) <> coalesce(booked.micros, 0)`,
  },
  {
    check: 'transfer',
    sql: `
select 'transfer ' || coalesce(kept.id, posted.id) || ', booked' as place, coalesce(kept.steps, 'none') as expected,
  coalesce(posted.steps, 'none') as found
from (
  select id::text, case status when 'begun' then 'begun' when 'failed' then 'begun failed'
    when 'reversed' then 'begun reversed settled' else case net_micros when 0 then 'begun' else 'begun settled' end
  end as steps from payout_transfer
) as kept full join (
  select source_id as id, string_agg(kind, ' ' order by kind collate "C") as steps
  from ledger_transaction where source_type = 'transfer' group by source_id
) as posted on posted.id = kept.id
where kept.steps is distinct from posted.steps
union all
select 'account ' || coalesce(account, under_way.name || ' ' || under_way.currency), coalesce(micros, 0)::text,
  coalesce(net_micros, 0)::text
from (select * from (${ACCOUNTS}) as entries where name like 'payout\\_in\\_transit:%') as in_transit
full join (
  select 'payout_in_transit:' || artist_id as name, currency, sum(net_micros) as net_micros
  from payout_transfer where status = 'begun' group by artist_id, currency
) as under_way on under_way.name = in_transit.name and under_way.currency = in_transit.currency
where coalesce(micros, 0) <> coalesce(net_micros, 0)`,
  },
  {
    check: 'hold',
    sql: `
select 'listener ' || h.listener_id || ', day ' || h.day as place, 'no payable plays' as expected, count(*) as found
from hold h left join late_hold l on l.hold_id = h.id join play p on p.listener_id = h.listener_id
  and p.started_at >= h.day::timestamptz and p.started_at < h.day::timestamptz + interval '24 hours'
where p.verdict = 'payable' and (l.reported_from is null or p.reported_at >= l.reported_from)
  and not exists (select from hold_decision d where d.hold_id = h.id and d.decision = 'released')
group by h.listener_id, h.day
union all
select 'track ' || h.track_id, 'no payable plays', count(*)
from hold h left join late_track_hold l on l.hold_id = h.id join track t on t.id = h.track_id
join play p on p.artist_id = t.artist_id and p.track_id = h.track_id
where p.verdict = 'payable' and (l.hold_id is null or p.started_at >= l.started_from or p.reported_at >= l.reported_from)
  and not exists (select from hold_decision d where d.hold_id = h.id and d.decision = 'released')
group by h.track_id`,
  },
  {
    check: 'fraud',
    sql: `
select 'transaction ' || coalesce(posted.id, kept.id) || ', user ' || coalesce(posted.user_id, kept.user_id) as place,
  coalesce(posted.micros, 'none') as expected, coalesce(kept.micros, 'none') as found
from (
  select t.id, substr(a.name, strpos(a.name, ':') + 1) as user_id,
    sum(case when a.name like 'artist\\_deferred:%' then 0 else sign end * amount_micros) || ' and deferred '
      || sum(case when a.name like 'artist\\_deferred:%' then sign else 0 end * amount_micros) as micros
  from ledger_transaction t join ledger_entry e on e.transaction_id = t.id join ledger_account a on a.id = e.account_id,
    lateral (select case e.side when 'debit' then -1 else 1 end as sign) as signed
  where t.source_type = 'fraud' and a.name like 'artist\\_%' group by 1, 2
) as posted full join (
  select r.transaction_id as id, s.user_id::text,
    sum(s.balance_micros) || ' and deferred ' || sum(s.deferred_micros) as micros
  from reversal r join reversed_share s on s.reversal_id = r.id group by 1, 2
) as kept on kept.id = posted.id and kept.user_id = posted.user_id
where posted.micros is distinct from kept.micros
union all
select 'reversal ' || id || ', plays', earned::text, taken::text
from (
  select r.id, (select sum(amount_micros) from reversed_plays p where p.reversal_id = r.id) as earned,
    (select -sum(balance_micros + deferred_micros) from reversed_share s where s.reversal_id = r.id) as taken
  from reversal r
) as sums where earned is distinct from taken`,
  },
  {
    check: 'statement-chain',
    sql: `
select 'artist ' || artist_id || ', period ' || to_char(period, 'YYYY-MM') || ', digest' as place, computed as expected,
  digest as found
from (select *, encode(sha256(convert_to(content, 'UTF8')), 'hex') as computed from statement) as s
where digest <> computed
union all
select 'artist ' || artist_id || ', period ' || to_char(period, 'YYYY-MM') || ', previous', coalesce(before, 'none'),
  coalesce(previous_digest, 'none')
from (select *, lag(digest) over (partition by artist_id order by period) as before from statement) as s
where previous_digest is distinct from before`,
  },
];
