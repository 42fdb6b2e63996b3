import { Migration } from '@mikro-orm/migrations';
import { giveToLedgerOwner } from './ledger-owner.ts';

const LOST = `
-- How many of a listener's plays of a track in a closed month were paid and are payable no more, as a close left it: of
-- several closes the last one counts.
create table close_lost_plays (
  listener_id bigint not null,
  artist_id bigint not null,
  track_id bigint not null constraint close_lost_plays_track_id_foreign references track (id),
  month date not null,
  period date not null constraint close_lost_plays_period_foreign references period (month),
  plays int not null,
  primary key (listener_id, track_id, month, period),
  constraint close_lost_plays_check check (plays >= 0 and month < period)
);
create trigger close_lost_plays_while_closing before insert on close_lost_plays
  for each row execute function ledger_while_closing();
create trigger close_lost_plays_append_only before update or delete or truncate on close_lost_plays
  for each statement execute function ledger_refuse_change();
`;

/** What was paid and lost since, so that it is not paid again when it is gained again. */
export class LostPlays extends Migration {
  override up(): void {
    this.addSql(LOST);
    this.addSql(giveToLedgerOwner({ close_lost_plays: 'insert' }, []));
  }
}
