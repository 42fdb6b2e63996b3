import { Migration } from '@mikro-orm/migrations';
import { giveToLedgerOwner } from './ledger-owner.ts';

const appendOnly = (table: string): string => `
create trigger ${table}_append_only before update or delete or truncate on ${table}
  for each statement execute function ledger_refuse_change();
`;

const COUNTED = `
-- How many payable plays more than before, less when negative, of an artist's tracks and a month a close has dealt with:
-- what the rollup has beyond all of them is yet to be closed. For tracks that are shared also by track.
create table close_artist_plays (
  artist_id bigint not null constraint close_artist_plays_artist_id_foreign references users (id),
  month date not null,
  period date not null constraint close_artist_plays_period_foreign references period (month),
  plays bigint not null,
  primary key (artist_id, month, period),
  constraint close_artist_plays_check check (plays <> 0 and month <= period)
);
create table close_track_plays (
  track_id bigint not null constraint close_track_plays_track_id_foreign references track (id),
  month date not null,
  period date not null constraint close_track_plays_period_foreign references period (month),
  plays bigint not null,
  primary key (track_id, month, period),
  constraint close_track_plays_check check (plays <> 0 and month <= period)
);
create trigger close_artist_plays_while_closing before insert on close_artist_plays
  for each row execute function ledger_while_closing();
create trigger close_track_plays_while_closing before insert on close_track_plays
  for each row execute function ledger_while_closing();
${appendOnly('close_artist_plays')}${appendOnly('close_track_plays')}
create index track_artist_index on track (artist_id);
`;

/** What is earned in months that are not closed yet, also where tracks are shared. */
export class OpenEarnings extends Migration {
  override up(): void {
    this.addSql(COUNTED);
    this.addSql(giveToLedgerOwner({ close_artist_plays: 'insert', close_track_plays: 'insert' }, []));
  }
}
