import { Migration } from '@mikro-orm/migrations';
import { fixSearchPath, giveToLedgerOwner } from './ledger-owner.ts';

/** Plans are kept with the connection: made for many lines or while tables are small, they would read all for a few. */
const BY_INDEX = 'set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off';

const PERIODS = `
create function ledger_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation', table = tg_table_name;
end $$;

create table period (
  month date primary key,
  status text not null default 'open',
  opened_at timestamptz not null,
  closing_at timestamptz,
  -- Plays and changed verdicts recorded by transactions before this one are counted by this close, others by the next.
  closing_xid xid8,
  closed_at timestamptz,
  inputs_digest text,
  constraint period_month_check check (extract(day from month) = 1),
  constraint period_status_check check (status in ('open', 'closing', 'closed')),
  constraint period_closing_check check
    ((status = 'open') = (closing_at is null) and (closing_at is null) = (closing_xid is null)),
  constraint period_closed_check check
    ((status = 'closed') = (closed_at is not null) and (closed_at is null) = (inputs_digest is null)),
  constraint period_digest_check check (inputs_digest ~ '^[0-9a-f]{64}$')
);

-- Months close in order and without a gap, so that what is late for one is in the next.
create function period_guard() returns trigger language plpgsql security definer as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(tg_table_schema || ':periods', 0));
  if tg_op = 'INSERT' then
    if new.status <> 'open' then
      raise exception 'a period begins open' using errcode = 'check_violation', constraint = 'period_forward';
    end if;
    if exists (select from period where month > new.month and status <> 'open') then
      raise exception '% lies before a month that is closed', new.month
        using errcode = 'check_violation', constraint = 'period_order';
    end if;
    new.closing_xid := null;
    return new;
  end if;
  if (old.status, new.status) not in (('open', 'closing'), ('closing', 'closed'))
    or (new.month, new.opened_at) is distinct from (old.month, old.opened_at)
    or old.status = 'closing' and new.closing_at is distinct from old.closing_at
  then
    raise exception 'a period only moves from open to closing to closed'
      using errcode = 'check_violation', constraint = 'period_forward';
  end if;
  if exists (select from period where month < new.month)
    and (exists (select from period where month < new.month and status <> 'closed')
      or not exists (select from period where month = new.month - interval '1 month'))
  then
    raise exception 'a month before % is not closed', new.month
      using errcode = 'check_violation', constraint = 'period_order';
  end if;
  new.closing_xid := case when old.status = 'open' then pg_current_xact_id() else old.closing_xid end;
  return new;
end $$;
create trigger period_guard before insert or update on period for each row execute function period_guard();
create trigger period_no_loss before delete or truncate on period
  for each statement execute function ledger_refuse_change();
`;

const ACCOUNTS = `
create table ledger_account (
  id bigint generated always as identity primary key,
  name text not null,
  currency text not null,
  normal_side text not null,
  no_overdraft boolean not null,
  constraint ledger_account_name_unique unique (name, currency),
  constraint ledger_account_currency_unique unique (id, currency),
  constraint ledger_account_overdraft_unique unique (id, no_overdraft),
  constraint ledger_account_name_check check (name ~ '^[a-z_]+(:[0-9-]+)?$'),
  constraint ledger_account_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint ledger_account_side_check check (normal_side in ('debit', 'credit'))
);
create trigger ledger_account_append_only before update or delete or truncate on ledger_account
  for each statement execute function ledger_refuse_change();

-- A cache of the entries, and what an overdraft waits for: positive on the account's normal side.
create table ledger_balance (
  account_id bigint primary key,
  no_overdraft boolean not null,
  balance_micros bigint not null default 0,
  constraint ledger_balance_account_id_foreign foreign key (account_id, no_overdraft)
    references ledger_account (id, no_overdraft),
  constraint ledger_balance_overdraft_check check (balance_micros >= 0 or not no_overdraft)
);

create function ledger_balance_rows() returns trigger language plpgsql security definer as $$
begin
  insert into ledger_balance (account_id, no_overdraft) select id, no_overdraft from added;
  return null;
end $$;
create trigger ledger_balance_rows after insert on ledger_account referencing new table as added
  for each statement execute function ledger_balance_rows();

-- Only from within another trigger, which is that of the entries.
create function ledger_balance_guard() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    raise exception 'balances follow from entries' using errcode = 'restrict_violation', table = tg_table_name;
  end if;
  return null;
end $$;
create trigger ledger_balance_guard before insert or update on ledger_balance
  for each statement execute function ledger_balance_guard();
create trigger ledger_balance_no_loss before delete or truncate on ledger_balance
  for each statement execute function ledger_refuse_change();

-- Locked until the transaction ends, in the order in which entries lock them.
create function ledger_lock(names text[], in_currency text) returns table (name text, balance_micros bigint)
language sql security definer ${BY_INDEX} as $$
  select locked.name, locked.balance_micros
  from (
    select a.name, b.balance_micros from ledger_account a join ledger_balance b on b.account_id = a.id
    where a.name = any (names) and a.currency = in_currency order by a.id for update of b
  ) as locked
$$;
`;

const TRANSACTIONS = `
create table ledger_transaction (
  id uuid primary key,
  period date not null constraint ledger_transaction_period_foreign references period (month),
  source_type text not null,
  source_id text not null,
  kind text not null,
  idempotency_key text not null constraint ledger_transaction_idempotency_key_unique unique,
  request_digest text not null,
  reverses_txn_id uuid constraint ledger_transaction_reverses_unique unique
    constraint ledger_transaction_reverses_foreign references ledger_transaction (id),
  line_count int not null,
  created_xid xid8 not null,
  created_at timestamptz not null,
  constraint ledger_transaction_event_unique unique (source_type, source_id, kind),
  constraint ledger_transaction_words_check check
    (source_type <> '' and source_id <> '' and kind <> '' and idempotency_key <> ''),
  constraint ledger_transaction_digest_check check (request_digest ~ '^[0-9a-f]{64}$'),
  constraint ledger_transaction_reverses_check check (reverses_txn_id <> id),
  constraint ledger_transaction_lines_check check (line_count >= 2)
);
create index ledger_transaction_period_index on ledger_transaction (period);
create trigger ledger_transaction_append_only before update or delete or truncate on ledger_transaction
  for each statement execute function ledger_refuse_change();

-- While a month is closing only its close may write into it. Until this transaction ends no close can begin or end.
create function ledger_transaction_begin() returns trigger language plpgsql security definer as $$
declare
  state text;
begin
  select status into state from period where month = new.period for share;
  state := coalesce(state, 'not there');
  if state <> 'open' and not (state = 'closing' and new.source_type = 'period-close') then
    raise exception '% is %', to_char(new.period, 'YYYY-MM'), state
      using errcode = 'check_violation', constraint = 'ledger_transaction_period_open';
  end if;
  new.created_xid := pg_current_xact_id();
  return new;
end $$;
create trigger ledger_transaction_begin before insert on ledger_transaction
  for each row execute function ledger_transaction_begin();

create table ledger_entry (
  transaction_id uuid not null constraint ledger_entry_transaction_id_foreign references ledger_transaction (id),
  line_no int not null,
  account_id bigint not null,
  currency text not null,
  side text not null,
  amount_micros bigint not null,
  primary key (transaction_id, line_no),
  constraint ledger_entry_account_id_foreign foreign key (account_id, currency)
    references ledger_account (id, currency),
  constraint ledger_entry_line_check check (line_no > 0),
  constraint ledger_entry_side_check check (side in ('debit', 'credit')),
  constraint ledger_entry_amount_check check (amount_micros > 0)
);
create index ledger_entry_account_id_index on ledger_entry (account_id);
create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
  for each statement execute function ledger_refuse_change();

-- Not xmin, which is another one after a savepoint. And not the transaction alone: once its check has run, early by
-- "set constraints", its lines are all there, and another would be one too many.
create function ledger_entry_post() returns trigger language plpgsql security definer ${BY_INDEX} as $$
begin
  if exists (
    select from added join ledger_transaction t on t.id = added.transaction_id
    where t.created_xid <> pg_current_xact_id() or added.line_no > t.line_count
  ) then
    raise exception 'a line of a transaction that is complete'
      using errcode = 'restrict_violation', constraint = 'ledger_entry_complete';
  end if;
  perform from ledger_balance where account_id in (select account_id from added) order by account_id for update;
  update ledger_balance b set balance_micros = b.balance_micros + moved.micros
  from (
    select a.id, sum(case when added.side = a.normal_side then amount_micros else -amount_micros end) as micros
    from added join ledger_account a on a.id = added.account_id group by a.id
  ) as moved
  where b.account_id = moved.id;
  return null;
end $$;
create trigger ledger_entry_post after insert on ledger_entry referencing new table as added
  for each statement execute function ledger_entry_post();

create function ledger_transaction_check() returns trigger language plpgsql security definer ${BY_INDEX} as $$
begin
  if (select count(*) from ledger_entry where transaction_id = new.id) <> new.line_count then
    raise exception 'ledger transaction % has other lines than it says', new.id
      using errcode = 'check_violation', constraint = 'ledger_transaction_complete';
  end if;
  if exists (
    select from ledger_entry where transaction_id = new.id group by currency
    having sum(case side when 'debit' then amount_micros else -amount_micros end) <> 0
  ) then
    raise exception 'ledger transaction % does not balance', new.id
      using errcode = 'check_violation', constraint = 'ledger_transaction_balanced';
  end if;
  if new.reverses_txn_id is not null and exists (
    select from ledger_entry where transaction_id in (new.id, new.reverses_txn_id) group by account_id
    having sum(case side when 'debit' then amount_micros else -amount_micros end) <> 0
  ) then
    raise exception 'ledger transaction % is not the opposite of %', new.id, new.reverses_txn_id
      using errcode = 'check_violation', constraint = 'ledger_transaction_opposite';
  end if;
  return null;
end $$;
create constraint trigger ledger_transaction_check after insert on ledger_transaction
  deferrable initially deferred for each row execute function ledger_transaction_check();
`;

const FUNCTIONS = [
  'ledger_refuse_change()',
  'period_guard()',
  'ledger_balance_rows()',
  'ledger_balance_guard()',
  'ledger_lock(text[], text)',
  'ledger_transaction_begin()',
  'ledger_entry_post()',
  'ledger_transaction_check()',
];

/** payout-rules.md, Ledger: what the database itself refuses. */
export class Ledger extends Migration {
  override up(): void {
    for (const part of [PERIODS, ACCOUNTS, TRANSACTIONS, fixSearchPath(FUNCTIONS)]) this.addSql(part);
    this.addSql(
      giveToLedgerOwner(
        {
          period: 'insert, update (status, closing_at, closed_at, inputs_digest)',
          ledger_account: 'insert',
          ledger_balance: 'nothing else',
          ledger_transaction: 'insert',
          ledger_entry: 'insert',
        },
        FUNCTIONS,
      ),
    );
  }
}
