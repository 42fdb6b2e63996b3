import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Instant, currency, instant, micros, month } from '@backline/core/kernel';
import type {
  AccountName,
  BusinessEvent,
  Entry,
  LedgerRepository,
  LedgerTransactionId,
  PostedTransaction,
  Side,
} from '@backline/core/payout';
import { firstOf } from './periods.ts';

/** `where` chooses among t, a transaction, and e, a line. */
const postedWhere = (where: string): string => `
select t.id, to_char(t.period, 'YYYY-MM') as period, t.source_type, t.source_id, t.kind, t.reverses_txn_id,
  round(extract(epoch from t.created_at) * 1000)::bigint as posted_at, a.name as account, e.side, e.currency,
  e.amount_micros
from ledger_transaction t join ledger_entry e on e.transaction_id = t.id join ledger_account a on a.id = e.account_id
where ${where} order by t.created_at, t.id, e.line_no`;

const BY_ID = postedWhere('t.id = ?');
const BY_EVENT = postedWhere('t.source_type = ? and t.source_id = ? and t.kind = ?');
const OF_ACCOUNT = postedWhere(
  't.period = ? and e.account_id in (select id from ledger_account where ledger_account.name = ?)',
);

type PostedRow = {
  readonly id: string;
  readonly period: string;
  readonly source_type: BusinessEvent['sourceType'];
  readonly source_id: string;
  readonly kind: string;
  readonly reverses_txn_id: string | null;
  readonly posted_at: string;
  readonly account: AccountName;
  readonly side: Side;
  readonly currency: string;
  readonly amount_micros: string;
};

/** What was posted, as it was posted. */
export const postedTransactions = (
  em: SqlEntityManager,
): Pick<LedgerRepository, 'find' | 'findEvent' | 'entriesOf'> => ({
  find: async (id) => transactionOf(await em.execute<PostedRow[]>(BY_ID, [id])),
  findEvent: async ({ sourceType, sourceId, kind }) =>
    transactionOf(await em.execute<PostedRow[]>(BY_EVENT, [sourceType, sourceId, kind])),
  entriesOf: async (account, period) => {
    const rows = await em.execute<PostedRow[]>(OF_ACCOUNT, [firstOf(period), account]);
    return rows.map((row) => ({ ...entryOf(row), event: eventOf(row), id: idOf(row), postedAt: postedAtOf(row) }));
  },
});

const transactionOf = (rows: readonly PostedRow[]): PostedTransaction | null => {
  const [row] = rows;
  if (row === undefined) return null;
  return {
    id: idOf(row),
    transaction: { ...eventOf(row), entries: rows.map(entryOf) },
    reverses: row.reverses_txn_id as LedgerTransactionId | null,
    postedAt: postedAtOf(row),
  };
};

const eventOf = (row: PostedRow): BusinessEvent => ({
  period: month(row.period),
  sourceType: row.source_type,
  sourceId: row.source_id,
  kind: row.kind,
});

const entryOf = (row: PostedRow): Entry => ({
  account: row.account,
  side: row.side,
  currency: currency(row.currency),
  amount: micros(BigInt(row.amount_micros)),
});

const idOf = ({ id }: PostedRow): LedgerTransactionId => id as LedgerTransactionId;
const postedAtOf = (row: PostedRow): Instant => instant(Number(row.posted_at));
