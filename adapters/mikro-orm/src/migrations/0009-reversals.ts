import { Migration } from '@mikro-orm/migrations';
import { fixSearchPath, giveToLedgerOwner } from './ledger-owner.ts';

const appendOnly = (table: string): string => `
create trigger ${table}_append_only before update or delete or truncate on ${table}
  for each statement execute function ledger_refuse_change();
`;

const REVERSALS = `
-- R10: plays that a listener began in a month, all that closes have counted of them.
create table reversal (
  id uuid primary key,
  transaction_id uuid not null constraint reversal_transaction_id_unique unique
    constraint reversal_transaction_id_foreign references ledger_transaction (id),
  listener_id bigint not null,
  month date not null,
  currency text not null,
  found_by text not null,
  reason text not null,
  found_at timestamptz not null,
  constraint reversal_month_check check (extract(day from month) = 1)
);
${appendOnly('reversal')}
-- How many the close of a period had counted of a track's, and what they had earned: each is reversed once.
create table reversed_plays (
  reversal_id uuid not null constraint reversed_plays_reversal_id_foreign references reversal (id),
  period date not null constraint reversed_plays_period_foreign references period (month),
  track_id bigint not null constraint reversed_plays_track_id_foreign references track (id),
  split_id bigint constraint reversed_plays_split_id_foreign references track_split (id),
  listener_id bigint not null,
  month date not null,
  plays int not null,
  amount_micros bigint not null,
  primary key (track_id, period, listener_id, month),
  constraint reversed_plays_reversal_unique unique (reversal_id, period, track_id),
  constraint reversed_plays_check check (plays > 0 and amount_micros > 0 and month <= period)
);
${appendOnly('reversed_plays')}
-- What that takes from those who have a share.
create table reversed_share (
  reversal_id uuid not null,
  period date not null,
  track_id bigint not null,
  user_id bigint not null constraint reversed_share_user_id_foreign references users (id),
  balance_micros bigint not null,
  deferred_micros bigint not null,
  primary key (reversal_id, period, track_id, user_id),
  constraint reversed_share_plays_foreign foreign key (reversal_id, period, track_id)
    references reversed_plays (reversal_id, period, track_id),
  constraint reversed_share_check check (balance_micros <> 0 or deferred_micros <> 0)
);
create index reversed_share_user_id_index on reversed_share (user_id);
${appendOnly('reversed_share')}
-- Which statement tells of it: one, and only one.
create table statement_adjustment (
  reversal_id uuid not null,
  period date not null,
  track_id bigint not null,
  artist_id bigint not null,
  told_in date not null,
  primary key (reversal_id, period, track_id, artist_id),
  constraint statement_adjustment_share_foreign foreign key (reversal_id, period, track_id, artist_id)
    references reversed_share (reversal_id, period, track_id, user_id),
  constraint statement_adjustment_statement_foreign foreign key (artist_id, told_in)
    references statement (artist_id, period)
);
${appendOnly('statement_adjustment')}
-- As for deferrals: what a reversal consists of is written with its entries.
create function reversal_guard() returns trigger language plpgsql security definer as $$
begin
  if not exists (
    select from ledger_transaction
    where id = new.transaction_id and source_type = 'fraud' and source_id = new.id::text
      and created_xid = pg_current_xact_id()
  ) then
    raise exception 'a reversal without its entries'
      using errcode = 'restrict_violation', constraint = 'reversal_entries';
  end if;
  return new;
end $$;
create trigger reversal_guard before insert on reversal for each row execute function reversal_guard();

create function reversed_guard() returns trigger language plpgsql security definer as $$
begin
  if exists (
    select from added join reversal r on r.id = added.reversal_id join ledger_transaction t on t.id = r.transaction_id
    where t.created_xid <> pg_current_xact_id()
  ) then
    raise exception 'a part of a reversal that is complete'
      using errcode = 'restrict_violation', constraint = 'reversal_complete';
  end if;
  return null;
end $$;
create trigger reversed_plays_guard after insert on reversed_plays referencing new table as added
  for each statement execute function reversed_guard();
create trigger reversed_share_guard after insert on reversed_share referencing new table as added
  for each statement execute function reversed_guard();
`;

const FUNCTIONS = ['reversal_guard()', 'reversed_guard()'];

/** What was taken back after a close, and which statements tell of it. */
export class Reversals extends Migration {
  override up(): void {
    for (const part of [REVERSALS, fixSearchPath(FUNCTIONS)]) this.addSql(part);
    this.addSql(
      giveToLedgerOwner(
        { reversal: 'insert', reversed_plays: 'insert', reversed_share: 'insert', statement_adjustment: 'insert' },
        FUNCTIONS,
      ),
    );
  }
}
