import { Migration } from '@mikro-orm/migrations';
import { giveToLedgerOwner } from './ledger-owner.ts';

const ACCOUNTS = `
create table payout_account (
  artist_id bigint primary key constraint payout_account_artist_id_foreign references users (id),
  account_id text not null constraint payout_account_account_id_unique unique,
  onboarded boolean not null,
  checked_at timestamptz not null
);
`;

const STATED = `
-- Which statement tells that a transfer was sent, and which that it failed or came back: each is told once.
create table statement_transfer (
  transfer_id uuid not null constraint statement_transfer_transfer_id_foreign references payout_transfer (id),
  state text not null,
  artist_id bigint not null,
  period date not null,
  primary key (transfer_id, state),
  constraint statement_transfer_statement_foreign foreign key (artist_id, period) references statement (artist_id, period),
  constraint statement_transfer_state_check check (state in ('sent', 'returned'))
);
create trigger statement_transfer_while_closing before insert on statement_transfer
  for each row execute function ledger_while_closing();
create trigger statement_transfer_append_only before update or delete or truncate on statement_transfer
  for each statement execute function ledger_refuse_change();
`;

/** Whom transfers go to, and which statements tell of them. */
export class Transfers extends Migration {
  override up(): void {
    for (const part of [ACCOUNTS, STATED]) this.addSql(part);
    this.addSql(giveToLedgerOwner({ statement_transfer: 'insert' }, []));
  }
}
