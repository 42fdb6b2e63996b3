import { Migration } from '@mikro-orm/migrations';
import { fixSearchPath, giveToLedgerOwner } from './ledger-owner.ts';

/** Guards that take the names of what they guard from the table they are on. */
const GUARDS = `
-- For what only a close writes: rows of a month that is closing, which no other transaction can end meanwhile.
create function ledger_while_closing() returns trigger language plpgsql security definer as $$
declare
  state text;
begin
  select status into state from period where month = new.period for share;
  if state is distinct from 'closing' then
    raise exception '% takes no % while it is %', to_char(new.period, 'YYYY-MM'), tg_table_name, state
      using errcode = 'check_violation', constraint = 'period_closing', table = tg_table_name;
  end if;
  return new;
end $$;
`;

const SPLITS = `
create table track_split (
  id bigint generated always as identity primary key,
  track_id bigint not null constraint track_split_track_id_foreign references track (id),
  effective_from date not null,
  constraint track_split_month_check check (extract(day from effective_from) = 1)
);
create index track_split_track_id_index on track_split (track_id, effective_from);
create trigger track_split_append_only before update or delete or truncate on track_split
  for each statement execute function ledger_refuse_change();

create table split_share (
  split_id bigint not null constraint split_share_split_id_foreign references track_split (id),
  user_id bigint not null constraint split_share_user_id_foreign references users (id),
  basis_points int not null,
  accepted_at timestamptz,
  declined_at timestamptz,
  primary key (split_id, user_id),
  constraint split_share_basis_points_check check (basis_points between 1 and 10000)
);
create index split_share_user_id_index on split_share (user_id);
create trigger split_share_no_loss before delete or truncate on split_share
  for each statement execute function ledger_refuse_change();

-- What a close has read, or is reading, stays as it was.
create function track_split_guard() returns trigger language plpgsql security definer as $$
begin
  perform from period where month >= new.effective_from for share;
  if exists (select from period where month >= new.effective_from and status <> 'open') then
    raise exception 'a split for a month that is closed'
      using errcode = 'check_violation', constraint = 'track_split_period_open';
  end if;
  return new;
end $$;
create trigger track_split_guard before insert on track_split for each row execute function track_split_guard();

create function split_share_guard() returns trigger language plpgsql as $$
begin
  if old.accepted_at is not null
    or (new.split_id, new.user_id, new.basis_points) is distinct from (old.split_id, old.user_id, old.basis_points)
    or new.accepted_at is null and new.declined_at is not distinct from old.declined_at
  then
    raise exception 'a share is accepted once, and changes in no other way'
      using errcode = 'restrict_violation', constraint = 'split_share_accepted_once';
  end if;
  return new;
end $$;
create trigger split_share_guard before update on split_share for each row execute function split_share_guard();

create function track_split_check() returns trigger language plpgsql security definer as $$
declare
  split bigint := case tg_table_name when 'track_split' then (to_jsonb(new) ->> 'id') else to_jsonb(new) ->> 'split_id' end;
begin
  if (select sum(basis_points) from split_share where split_id = split) is distinct from 10000 then
    raise exception 'the shares of split % do not sum to the whole', split
      using errcode = 'check_violation', constraint = 'track_split_whole';
  end if;
  return null;
end $$;
create constraint trigger track_split_check after insert on track_split
  deferrable initially deferred for each row execute function track_split_check();
create constraint trigger split_share_check after insert on split_share
  deferrable initially deferred for each row execute function track_split_check();
`;

const HOLDS = `
create table hold (
  id uuid primary key,
  listener_id bigint constraint hold_listener_id_foreign references users (id),
  day date,
  track_id bigint constraint hold_track_id_foreign references track (id),
  reason jsonb not null,
  policy_version smallint not null,
  raised_at timestamptz not null,
  constraint hold_scope_check check
    ((listener_id is null) = (day is null) and (listener_id is null) <> (track_id is null)),
  constraint hold_listening_day_unique unique (listener_id, day),
  constraint hold_track_unique unique (track_id)
);
create trigger hold_append_only before update or delete or truncate on hold
  for each statement execute function ledger_refuse_change();

create table hold_decision (
  hold_id uuid primary key constraint hold_decision_hold_id_foreign references hold (id),
  decision text not null,
  decided_by text not null,
  decided_at timestamptz not null,
  constraint hold_decision_check check (decision in ('released', 'refused'))
);
create trigger hold_decision_append_only before update or delete or truncate on hold_decision
  for each statement execute function ledger_refuse_change();
`;

const CLOSES = `
-- One digest for each part of what a close read; period.inputs_digest is that of them all.
create table close_input (
  period date not null constraint close_input_period_foreign references period (month),
  part text not null,
  digest text not null,
  primary key (period, part),
  constraint close_input_digest_check check (digest ~ '^[0-9a-f]{64}$')
);
create trigger close_input_while_closing before insert on close_input
  for each row execute function ledger_while_closing();
create trigger close_input_append_only before update or delete or truncate on close_input
  for each statement execute function ledger_refuse_change();

-- What the close of a period took a receipt to bring to a month, and what later ones found it to bring more or less.
create table fund_line (
  invoice_id text not null constraint fund_line_invoice_id_foreign references receipt (invoice_id),
  month date not null,
  period date not null constraint fund_line_period_foreign references period (month),
  currency text not null,
  gross_micros bigint not null,
  net_micros bigint not null,
  primary key (invoice_id, month, period),
  constraint fund_line_month_check check (extract(day from month) = 1 and month <= period)
);
create index fund_line_period_index on fund_line (period);
create trigger fund_line_while_closing before insert on fund_line
  for each row execute function ledger_while_closing();
create trigger fund_line_append_only before update or delete or truncate on fund_line
  for each statement execute function ledger_refuse_change();

-- R8: what artist_deferred consists of: more with what a transaction left unfunded, less with what it paid or took back.
create table deferral (
  transaction_id uuid not null constraint deferral_transaction_id_foreign references ledger_transaction (id),
  user_id bigint not null constraint deferral_user_id_foreign references users (id),
  origin date not null,
  track_id bigint not null constraint deferral_track_id_foreign references track (id),
  split_id bigint constraint deferral_split_id_foreign references track_split (id),
  currency text not null,
  deferred_micros bigint not null,
  constraint deferral_unique unique nulls not distinct (transaction_id, user_id, origin, track_id, split_id),
  constraint deferral_origin_check check (extract(day from origin) = 1),
  constraint deferral_amount_check check (deferred_micros <> 0)
);
create index deferral_user_id_index on deferral (user_id, origin);
create function deferral_guard() returns trigger language plpgsql security definer as $$
begin
  if exists (
    select from added join ledger_transaction t on t.id = added.transaction_id
    where t.created_xid <> pg_current_xact_id()
  ) then
    raise exception 'a deferral of a transaction that is complete'
      using errcode = 'restrict_violation', constraint = 'deferral_complete';
  end if;
  return null;
end $$;
create trigger deferral_guard after insert on deferral referencing new table as added
  for each statement execute function deferral_guard();
create trigger deferral_append_only before update or delete or truncate on deferral
  for each statement execute function ledger_refuse_change();

create table solvency_report (
  period date primary key constraint solvency_report_period_foreign references period (month),
  content text not null,
  digest text not null,
  constraint solvency_report_digest_check check (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
create trigger solvency_report_while_closing before insert on solvency_report
  for each row execute function ledger_while_closing();
create trigger solvency_report_append_only before update or delete or truncate on solvency_report
  for each statement execute function ledger_refuse_change();

-- A chain for each artist: one first statement, and at most one after each.
create table statement (
  artist_id bigint not null constraint statement_artist_id_foreign references users (id),
  period date not null constraint statement_period_foreign references period (month),
  content text not null,
  digest text not null,
  previous_digest text,
  primary key (artist_id, period),
  constraint statement_digest_unique unique (artist_id, digest),
  constraint statement_previous_unique unique nulls not distinct (artist_id, previous_digest),
  constraint statement_previous_foreign foreign key (artist_id, previous_digest)
    references statement (artist_id, digest),
  constraint statement_digest_check check (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
  constraint statement_content_check check
    ((content::jsonb ->> 'artistId', content::jsonb ->> 'period', content::jsonb ->> 'previous')
      is not distinct from (artist_id::text, to_char(period, 'YYYY-MM'), previous_digest))
);
create index statement_period_index on statement (period);
create function statement_guard() returns trigger language plpgsql security definer as $$
begin
  if exists (select from statement where artist_id = new.artist_id and period >= new.period) then
    raise exception 'a statement of the artist for this month or a later one is there'
      using errcode = 'check_violation', constraint = 'statement_order';
  end if;
  return new;
end $$;
create trigger statement_guard before insert on statement for each row execute function statement_guard();
create trigger statement_while_closing before insert on statement
  for each row execute function ledger_while_closing();
create trigger statement_append_only before update or delete or truncate on statement
  for each statement execute function ledger_refuse_change();
`;

const TRANSFERS = `
-- Written before the gateway is called, so that whoever resumes calls it with the same key.
create table payout_transfer (
  id uuid primary key,
  artist_id bigint not null constraint payout_transfer_artist_id_foreign references users (id),
  currency text not null,
  net_micros bigint not null,
  withheld_micros bigint not null,
  withholding_rule text not null,
  destination text not null,
  transfer_group text not null,
  idempotency_key text not null constraint payout_transfer_idempotency_key_unique unique,
  status text not null default 'begun',
  begun_at timestamptz not null,
  called_at timestamptz,
  gateway_id text constraint payout_transfer_gateway_id_unique unique,
  ended_at timestamptz,
  failure text,
  constraint payout_transfer_amounts_check check
    (net_micros >= 0 and withheld_micros >= 0 and net_micros + withheld_micros > 0),
  constraint payout_transfer_status_check check (status in ('begun', 'settled', 'failed', 'reversed')),
  constraint payout_transfer_ended_check check ((status = 'begun') = (ended_at is null)),
  constraint payout_transfer_gateway_check check
    ((status in ('settled', 'reversed') and net_micros > 0) = (gateway_id is not null)),
  constraint payout_transfer_failure_check check (failure is null or status in ('failed', 'reversed'))
);
create index payout_transfer_artist_id_index on payout_transfer (artist_id, begun_at desc);
-- One transfer at a time is under way to an artist.
create unique index payout_transfer_begun_unique on payout_transfer (artist_id, currency) where status = 'begun';
create function payout_transfer_guard() returns trigger language plpgsql as $$
begin
  if (new.status <> old.status
      and (old.status, new.status) not in (('begun', 'settled'), ('begun', 'failed'), ('settled', 'reversed')))
    or (to_jsonb(new) - '{status,called_at,gateway_id,ended_at,failure}'::text[])
      <> (to_jsonb(old) - '{status,called_at,gateway_id,ended_at,failure}'::text[])
    or old.gateway_id is distinct from new.gateway_id and old.gateway_id is not null
  then
    raise exception 'a transfer only moves from begun to settled or failed, and from settled to reversed'
      using errcode = 'restrict_violation', constraint = 'payout_transfer_forward';
  end if;
  return new;
end $$;
create trigger payout_transfer_guard before update on payout_transfer
  for each row execute function payout_transfer_guard();
create trigger payout_transfer_no_loss before delete or truncate on payout_transfer
  for each statement execute function ledger_refuse_change();
`;

const FUNCTIONS = [
  'ledger_while_closing()',
  'track_split_guard()',
  'split_share_guard()',
  'track_split_check()',
  'deferral_guard()',
  'statement_guard()',
  'payout_transfer_guard()',
];

/** What a close reads and leaves behind, and what is sent to artists after it. */
export class Payouts extends Migration {
  override up(): void {
    for (const part of [GUARDS, SPLITS, HOLDS, CLOSES, TRANSFERS, fixSearchPath(FUNCTIONS)]) this.addSql(part);
    this.addSql(
      giveToLedgerOwner(
        {
          track_split: 'insert',
          split_share: 'insert, update (accepted_at, declined_at)',
          hold: 'insert',
          hold_decision: 'insert',
          close_input: 'insert',
          fund_line: 'insert',
          deferral: 'insert',
          solvency_report: 'insert',
          statement: 'insert',
          payout_transfer: 'insert, update (status, called_at, gateway_id, ended_at, failure)',
        },
        FUNCTIONS,
      ),
    );
  }
}
