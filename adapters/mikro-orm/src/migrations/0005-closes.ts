import { Migration } from '@mikro-orm/migrations';
import { fixSearchPath, giveToLedgerOwner } from './ledger-owner.ts';

const BOOKINGS = `
alter table receipt add column booked boolean not null default false;
create index receipt_unbooked_index on receipt (user_id) where not booked;

-- A receipt as the ledger has it; content is its canonical JSON.
create table booked_receipt (
  invoice_id text primary key constraint booked_receipt_invoice_id_foreign references receipt (invoice_id),
  user_id bigint not null constraint booked_receipt_user_id_foreign references users (id),
  content text not null,
  service_from timestamptz not null,
  service_until timestamptz not null,
  constraint booked_receipt_service_check check (service_until > service_from)
);
create index booked_receipt_user_id_index on booked_receipt (user_id);
create index booked_receipt_service_index on booked_receipt (service_from, service_until);

create table receipt_booking (
  user_id bigint primary key constraint receipt_booking_user_id_foreign references users (id),
  bookings int not null
);
`;

const EARNED = `
-- What a share brought with money behind it by a close; released once, when it has waited.
create table earned_funds (
  period date not null constraint earned_funds_period_foreign references period (month),
  user_id bigint not null constraint earned_funds_user_id_foreign references users (id),
  split_id bigint constraint earned_funds_split_id_foreign references track_split (id),
  currency text not null,
  amount_micros bigint not null,
  released_by uuid constraint earned_funds_released_by_foreign references ledger_transaction (id),
  constraint earned_funds_unique unique nulls not distinct (period, user_id, split_id),
  constraint earned_funds_amount_check check (amount_micros > 0)
);
create index earned_funds_unreleased_index on earned_funds (period) where released_by is null;

create function earned_funds_guard() returns trigger language plpgsql as $$
begin
  if old.released_by is not null or new.released_by is null
    or (to_jsonb(new) - 'released_by') <> (to_jsonb(old) - 'released_by')
  then
    raise exception 'earned funds are released once, and change in no other way'
      using errcode = 'restrict_violation', constraint = 'earned_funds_released_once';
  end if;
  return new;
end $$;
create trigger earned_funds_guard before update on earned_funds
  for each row execute function earned_funds_guard();
create trigger earned_funds_while_closing before insert on earned_funds
  for each row execute function ledger_while_closing();
create trigger earned_funds_no_loss before delete or truncate on earned_funds
  for each statement execute function ledger_refuse_change();
`;

const FUNCTIONS = ['earned_funds_guard()'];

/** Receipts as they are booked, and what closes have made available. */
export class Closes extends Migration {
  override up(): void {
    for (const part of [BOOKINGS, EARNED, fixSearchPath(FUNCTIONS)]) this.addSql(part);
    this.addSql(giveToLedgerOwner({ earned_funds: 'insert, update (released_by)' }, FUNCTIONS));
  }
}
