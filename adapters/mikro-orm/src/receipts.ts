import { type InferEntity, LockMode, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import { currency, micros, money } from '@backline/core/kernel';
import type { InvoiceId, Receipt, ReceiptLine, ReceiptRepository, SubscriptionId } from '@backline/core/subscriptions';
import { instantOf } from './columns.ts';
import { UserRow } from './users.ts';

export const ReceiptRow = defineEntity({
  name: 'ReceiptRow',
  tableName: 'receipt',
  properties: {
    invoiceId: p.text().primary(),
    user: () => p.manyToOne(UserRow).mapToPk().deleteRule('no action').updateRule('no action'),
    subscriptionId: p.text().nullable(),
    currency: p.text(),
    paidMicros: p.bigint(),
    taxMicros: p.bigint(),
    feeMicros: p.bigint(),
    refundedMicros: p.bigint(),
    disputedMicros: p.bigint(),
    paidAt: p.datetime().columnType('timestamptz'),
    /** As the ledger has it. */
    booked: p.boolean().default(false),
  },
});

export const ReceiptLineRow = defineEntity({
  name: 'ReceiptLineRow',
  tableName: 'receipt_line',
  properties: {
    receipt: () =>
      p.manyToOne(ReceiptRow).mapToPk().primary().fieldName('invoice_id').deleteRule('cascade').updateRule('no action'),
    position: p.integer().primary(),
    amountMicros: p.bigint(),
    serviceFrom: p.datetime().columnType('timestamptz'),
    serviceUntil: p.datetime().columnType('timestamptz'),
  },
});

const toRow = (receipt: Receipt) => ({
  invoiceId: receipt.invoiceId as string,
  user: receipt.userId as number,
  subscriptionId: receipt.subscriptionId as string | null,
  currency: receipt.paid.currency as string,
  paidMicros: receipt.paid.micros as bigint,
  taxMicros: receipt.tax as bigint,
  feeMicros: receipt.fee as bigint,
  refundedMicros: receipt.refunded as bigint,
  disputedMicros: receipt.disputed as bigint,
  paidAt: new Date(receipt.paidAt),
  booked: false,
});

const fromRow = (row: InferEntity<typeof ReceiptRow>, lines: readonly ReceiptLine[]): Receipt => ({
  invoiceId: row.invoiceId as InvoiceId,
  userId: row.user as UserId,
  subscriptionId: (row.subscriptionId ?? null) as SubscriptionId | null,
  paid: money(row.paidMicros, currency(row.currency)),
  tax: micros(row.taxMicros),
  fee: micros(row.feeMicros),
  refunded: micros(row.refundedMicros),
  disputed: micros(row.disputedMicros),
  lines,
  paidAt: instantOf(row.paidAt),
});

const lineFromRow = (row: InferEntity<typeof ReceiptLineRow>): ReceiptLine => ({
  amount: micros(row.amountMicros),
  serviceFrom: instantOf(row.serviceFrom),
  serviceUntil: instantOf(row.serviceUntil),
});

export const receiptRepository = (em: SqlEntityManager): ReceiptRepository => ({
  find: async (id) => {
    const row = await em.findOne(ReceiptRow, { invoiceId: id as string }, { disableIdentityMap: true });
    if (row === null) return null;
    const lines = await em.find(
      ReceiptLineRow,
      { receipt: id as string },
      { orderBy: { position: 'asc' }, disableIdentityMap: true },
    );
    return fromRow(row, lines.map(lineFromRow));
  },
  allOf: async (userId) => {
    const rows = await em.find(
      ReceiptRow,
      { user: userId as number },
      { orderBy: { invoiceId: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
    );
    const lines = await em.find(
      ReceiptLineRow,
      { receipt: rows.map(({ invoiceId }) => invoiceId) },
      { orderBy: { position: 'asc' }, disableIdentityMap: true },
    );
    const ofReceipt = Map.groupBy(lines, ({ receipt }) => receipt);
    return rows.map((row) => fromRow(row, (ofReceipt.get(row.invoiceId) ?? []).map(lineFromRow)));
  },
  linesOf: async (id) => {
    const receipts = await em.find(
      ReceiptRow,
      { subscriptionId: id as string },
      { fields: ['invoiceId'], disableIdentityMap: true },
    );
    const lines = await em.find(
      ReceiptLineRow,
      { receipt: receipts.map(({ invoiceId }) => invoiceId) },
      { orderBy: { serviceFrom: 'asc', receipt: 'asc', position: 'asc' }, disableIdentityMap: true },
    );
    return lines.map(lineFromRow);
  },
  save: async (receipt) => {
    await em.upsert(ReceiptRow, toRow(receipt));
    await em.nativeDelete(ReceiptLineRow, { receipt: receipt.invoiceId as string });
    await em.insertMany(
      ReceiptLineRow,
      receipt.lines.map(({ amount, serviceFrom, serviceUntil }, position) => ({
        receipt: receipt.invoiceId as string,
        position,
        amountMicros: amount as bigint,
        serviceFrom: new Date(serviceFrom),
        serviceUntil: new Date(serviceUntil),
      })),
    );
  },
});
