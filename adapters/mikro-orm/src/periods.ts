import { type InferEntity, LockMode, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Month, invariant, isoText, month } from '@backline/core/kernel';
import type { Period, PeriodRepository } from '@backline/core/payout';
import { instantOf } from './columns.ts';

export const PeriodRow = defineEntity({
  name: 'PeriodRow',
  tableName: 'period',
  properties: {
    /** The first of the month. */
    month: p.date().primary(),
    status: p.text().$type<Period['status']>().default('open'),
    openedAt: p.datetime().columnType('timestamptz'),
    closingAt: p.datetime().columnType('timestamptz').nullable(),
    /** Set by a trigger. */
    closingXid: p.text().columnType('xid8').nullable(),
    closedAt: p.datetime().columnType('timestamptz').nullable(),
    inputsDigest: p.text().nullable(),
  },
});

const fromRow = (row: InferEntity<typeof PeriodRow>): Period => {
  const { status, closingAt, closedAt, inputsDigest } = row;
  const opened = { month: month(row.month.slice(0, 7)), openedAt: instantOf(row.openedAt) };
  if (status === 'open') return { ...opened, status };
  invariant(closingAt instanceof Date, `${row.month} is ${status} without a time`);
  const closing = { ...opened, closingAt: instantOf(closingAt) };
  if (status === 'closing') return { ...closing, status };
  invariant(closedAt instanceof Date && typeof inputsDigest === 'string', `${row.month} is closed without a digest`);
  return { ...closing, status, closedAt: instantOf(closedAt), inputsDigest };
};

const movement = (period: Period) => {
  invariant(period.status !== 'open', `${period.month} would open again`);
  return period.status === 'closing'
    ? { status: period.status, closingAt: new Date(period.closingAt) }
    : { status: period.status, closedAt: new Date(period.closedAt), inputsDigest: period.inputsDigest };
};

/** Looks first, since an insert that comes to nothing also passes the trigger that orders the months. */
const OPEN = `
insert into period (month, opened_at)
select new.month, new.opened_at from (values (?::date, ?::timestamptz)) as new (month, opened_at)
where not exists (select from period where period.month = new.month)
on conflict (month) do nothing`;

export const periodRepository = (em: SqlEntityManager): PeriodRepository => ({
  find: async (of) => {
    const row = await em.findOne(
      PeriodRow,
      { month: firstOf(of) },
      { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
    );
    return row === null ? null : fromRow(row);
  },
  all: async () => (await em.findAll(PeriodRow, { orderBy: { month: 'asc' }, disableIdentityMap: true })).map(fromRow),
  open: async (of, openedAt) => {
    await em.execute(OPEN, [firstOf(of), isoText(openedAt)]);
  },
  save: async (period) => {
    const moved = await em.nativeUpdate(PeriodRow, { month: firstOf(period.month) }, movement(period));
    invariant(moved === 1, `there is no period ${period.month}`);
  },
});

export const firstOf = (of: Month): string => `${of}-01`;
