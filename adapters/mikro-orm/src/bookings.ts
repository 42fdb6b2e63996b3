import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import { currency, instant, isoText, micros, money, monthStart, shiftMonth } from '@backline/core/kernel';
import { type BookingRepository, type EarnedReceipt, canonicalJson } from '@backline/core/payout';
import type { InvoiceId } from '@backline/core/subscriptions';
import { lockInTransaction } from './locks.ts';

/** Bookings share it, a close has it for itself. */
const SHARE = `select pg_advisory_xact_lock_shared(hashtextextended(current_schema() || ':bookings', 0))`;
const EXCLUDE = `select pg_advisory_xact_lock(hashtextextended(current_schema() || ':bookings', 0))`;

const OF_USER = 'select content from booked_receipt where user_id = ? order by invoice_id';

const REACHING = `
select content from booked_receipt where service_from < ? and service_until > ? order by invoice_id`;

const SAVE = `
insert into booked_receipt (invoice_id, user_id, content, service_from, service_until)
select invoice_id, user_id, content, service_from, service_until
from json_to_recordset(?) as r (invoice_id text, user_id bigint, content text, service_from timestamptz,
  service_until timestamptz)
on conflict (invoice_id) do update set content = excluded.content, service_from = excluded.service_from,
  service_until = excluded.service_until`;

const BOOKED = 'update receipt set booked = true where invoice_id in (select json_array_elements_text(?::json))';

const COUNT = `
insert into receipt_booking as b (user_id, bookings) values (?, 1)
on conflict (user_id) do update set bookings = b.bookings + 1 returning bookings`;

const UNBOOKED = 'select distinct user_id from receipt where not booked order by user_id limit ?';

export const bookingRepository = (em: SqlEntityManager): BookingRepository => {
  const contents = async (sql: string, values: readonly (string | number)[]): Promise<readonly EarnedReceipt[]> =>
    (await em.execute<{ content: string }[]>(sql, [...values])).map(({ content }) => fromText(content));

  return {
    of: async (userId) => {
      await em.execute(SHARE);
      await lockInTransaction(em, 'booking', String(userId));
      return contents(OF_USER, [userId]);
    },
    save: async (userId, receipts) => {
      await em.execute(SAVE, [JSON.stringify(receipts.map(toRow))]);
      await em.execute(BOOKED, [JSON.stringify(receipts.map(({ invoiceId }) => invoiceId))]);
      const [counted] = await em.execute<{ bookings: number }[]>(COUNT, [userId]);
      return counted?.bookings ?? 0;
    },
    unbooked: async (limit) =>
      (await em.execute<{ user_id: string }[]>(UNBOOKED, [limit])).map((row) => Number(row.user_id) as UserId),
    reaching: async (month) => {
      await em.execute(EXCLUDE);
      return contents(REACHING, [isoText(monthStart(shiftMonth(month, 1))), isoText(monthStart(month))]);
    },
  };
};

const toRow = (receipt: EarnedReceipt) => ({
  invoice_id: receipt.invoiceId,
  user_id: receipt.userId,
  content: canonicalJson(receipt),
  service_from: isoText(instant(Math.min(...receipt.lines.map(({ serviceFrom }) => serviceFrom)))),
  service_until: isoText(instant(Math.max(...receipt.lines.map(({ serviceUntil }) => serviceUntil)))),
});

/** What `toRow` has written: amounts are text there. */
type Written = {
  readonly invoiceId: InvoiceId;
  readonly userId: UserId;
  readonly paid: { readonly currency: string; readonly micros: string };
  readonly tax: string;
  readonly fee: string;
  readonly refunded: string;
  readonly disputed: string;
  readonly lines: readonly {
    readonly amount: string;
    readonly serviceFrom: number;
    readonly serviceUntil: number;
  }[];
};

const amount = (text: string) => micros(BigInt(text));

const fromText = (content: string): EarnedReceipt => {
  const written = JSON.parse(content) as Written;
  return {
    invoiceId: written.invoiceId,
    userId: written.userId,
    paid: money(BigInt(written.paid.micros), currency(written.paid.currency)),
    tax: amount(written.tax),
    fee: amount(written.fee),
    refunded: amount(written.refunded),
    disputed: amount(written.disputed),
    lines: written.lines.map((line) => ({
      amount: amount(line.amount),
      serviceFrom: instant(line.serviceFrom),
      serviceUntil: instant(line.serviceUntil),
    })),
  };
};
