import { Migration } from '@mikro-orm/migrations';
import { giveToLedgerOwner } from './ledger-owner.ts';

const FINGERPRINTS = `
-- Items of 32 bits, big-endian.
create table track_fingerprint (
  track_id bigint primary key constraint track_fingerprint_track_id_foreign references track (id),
  items bytea not null
);
-- Those of a track's items by which others that sound alike are found.
create table track_fingerprint_term (
  term int not null,
  track_id bigint not null constraint track_fingerprint_term_track_id_foreign references track (id),
  primary key (term, track_id)
);
-- Tracks of before play as they are until the worker has listened to them.
update track_processing set complete = false, deferred = true where complete and failure is null;
`;

const LATE = `
-- Of a track that is held after months were closed: what started before the one and was reported before the other stays
-- counted.
create table late_track_hold (
  hold_id uuid primary key constraint late_track_hold_hold_id_foreign references hold (id),
  started_from timestamptz not null,
  reported_from timestamptz not null
);
create trigger late_track_hold_append_only before update or delete or truncate on late_track_hold
  for each statement execute function ledger_refuse_change();
`;

/** What tracks sound like, and holds of those that sound like another artist's. */
export class Fingerprints extends Migration {
  override up(): void {
    this.addSql(FINGERPRINTS);
    this.addSql(LATE);
    this.addSql(giveToLedgerOwner({ late_track_hold: 'insert' }, []));
  }
}
