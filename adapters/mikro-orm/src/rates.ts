import { type InferEntity, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { currency, money, month } from '@backline/core/kernel';
import type { RateRepository, RateVersion, RateVersionId } from '@backline/core/payout';
import { instantOf } from './columns.ts';
import { lockInTransaction } from './locks.ts';

export const RateVersionRow = defineEntity({
  name: 'RateVersionRow',
  tableName: 'rate_version',
  properties: {
    id: p.integer().primary().autoincrement(),
    /** The first of the month. */
    effectiveFrom: p.date().unique(),
    currency: p.text(),
    referenceMicros: p.bigint(),
    multiplier: p.integer(),
    sourceName: p.text(),
    sourceUrl: p.text(),
    recordedAt: p.datetime().columnType('timestamptz'),
  },
});

const toRow = (rate: Omit<RateVersion, 'id'>) => ({
  effectiveFrom: `${rate.effectiveFrom}-01`,
  currency: rate.reference.currency as string,
  referenceMicros: rate.reference.micros as bigint,
  multiplier: Number(rate.multiplier),
  sourceName: rate.sourceName,
  sourceUrl: rate.sourceUrl,
  recordedAt: new Date(rate.recordedAt),
});

const fromRow = (row: InferEntity<typeof RateVersionRow>): RateVersion => ({
  id: row.id as RateVersionId,
  effectiveFrom: month(row.effectiveFrom.slice(0, 7)),
  reference: money(row.referenceMicros, currency(row.currency)),
  multiplier: BigInt(row.multiplier),
  sourceName: row.sourceName,
  sourceUrl: row.sourceUrl,
  recordedAt: instantOf(row.recordedAt),
});

export const allRates = async (em: SqlEntityManager): Promise<readonly RateVersion[]> =>
  (await em.findAll(RateVersionRow, { orderBy: { effectiveFrom: 'asc' }, disableIdentityMap: true })).map(fromRow);

export const rateRepository = (em: SqlEntityManager): RateRepository => ({
  all: async () => {
    await lockInTransaction(em, 'rates', 'all');
    return allRates(em);
  },
  append: async (rate) => {
    const id = await em.insert(RateVersionRow, toRow(rate));
    return { ...rate, id: Number(id) as RateVersionId };
  },
});
