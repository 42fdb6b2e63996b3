import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { ReceiptRepository } from '@backline/core/subscriptions';
import { UserRow } from './users.ts';

export const ReceiptRow = defineEntity({
  name: 'ReceiptRow',
  tableName: 'receipt',
  properties: {
    invoiceId: p.text().primary(),
    user: () => p.manyToOne(UserRow).mapToPk().deleteRule('no action').updateRule('no action'),
    currency: p.text(),
    paidMicros: p.bigint(),
    taxMicros: p.bigint(),
    feeMicros: p.bigint(),
    refundedMicros: p.bigint(),
    serviceFrom: p.datetime().columnType('timestamptz'),
    serviceUntil: p.datetime().columnType('timestamptz'),
    paidAt: p.datetime().columnType('timestamptz'),
  },
});

export const receiptRepository = (em: SqlEntityManager): ReceiptRepository => ({
  save: async (receipt) => {
    await em.upsert(ReceiptRow, {
      invoiceId: receipt.invoiceId as string,
      user: receipt.userId as number,
      currency: receipt.paid.currency as string,
      paidMicros: receipt.paid.micros as bigint,
      taxMicros: receipt.tax as bigint,
      feeMicros: receipt.fee as bigint,
      refundedMicros: receipt.refunded as bigint,
      serviceFrom: new Date(receipt.serviceFrom),
      serviceUntil: new Date(receipt.serviceUntil),
      paidAt: new Date(receipt.paidAt),
    });
  },
});
