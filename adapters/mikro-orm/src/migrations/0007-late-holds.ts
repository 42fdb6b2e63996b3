import { Migration } from '@mikro-orm/migrations';
import { giveToLedgerOwner } from './ledger-owner.ts';

const LATE = `
-- Of a day whose month is closed only what was reported since is held: what the close has counted stays counted.
create table late_hold (
  hold_id uuid primary key constraint late_hold_hold_id_foreign references hold (id),
  reported_from timestamptz not null
);
create trigger late_hold_append_only before update or delete or truncate on late_hold
  for each statement execute function ledger_refuse_change();
`;

/** Holds of days whose months are closed. */
export class LateHolds extends Migration {
  override up(): void {
    this.addSql(LATE);
    this.addSql(giveToLedgerOwner({ late_hold: 'insert' }, []));
  }
}
