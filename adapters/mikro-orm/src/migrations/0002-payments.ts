import { Migration } from '@mikro-orm/migrations';

const CUSTOMERS = `
create table customer (
  user_id bigint primary key constraint customer_user_id_foreign references users (id),
  customer_id text not null constraint customer_customer_id_unique unique
);
`;

/** Receipts of before had one line each, which became the first. */
const RECEIPTS = `
create table receipt_line (
  invoice_id text not null constraint receipt_line_invoice_id_foreign references receipt (invoice_id) on delete cascade,
  position int not null,
  amount_micros bigint not null,
  service_from timestamptz not null,
  service_until timestamptz not null,
  primary key (invoice_id, position),
  constraint receipt_line_service_check check (service_until > service_from)
);
insert into receipt_line (invoice_id, position, amount_micros, service_from, service_until)
  select invoice_id, 0, paid_micros - tax_micros, service_from, service_until from receipt;
alter table receipt
  add column subscription_id text,
  add column disputed_micros bigint not null default 0,
  drop column service_from,
  drop column service_until,
  add constraint receipt_disputed_check check (disputed_micros between 0 and paid_micros);
alter table receipt alter column disputed_micros drop default;
create index receipt_subscription_id_index on receipt (subscription_id);
`;

const SUBSCRIPTIONS = `
alter table subscription add column pay_url text;
`;

export class Payments extends Migration {
  override up(): void {
    this.addSql(CUSTOMERS);
    this.addSql(RECEIPTS);
    this.addSql(SUBSCRIPTIONS);
  }
}
