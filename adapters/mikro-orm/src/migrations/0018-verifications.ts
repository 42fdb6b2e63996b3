import { Migration } from '@mikro-orm/migrations';

const VERIFICATIONS = `
create table verification (
  id bigint generated always as identity primary key,
  verified_at timestamptz not null,
  differences int not null,
  found jsonb not null
);
`;

/** When the books were verified, and what was found. */
export class Verifications extends Migration {
  override up(): void {
    this.addSql(VERIFICATIONS);
  }
}
