import type { SqlEntityManager } from '@mikro-orm/sql';
import { month } from '@backline/core/kernel';
import {
  type AccountName,
  type BusinessEvent,
  type LedgerTransactionId,
  type Period,
  type PostingRefused,
  type PostingRequest,
  effectOf,
  refusesOverdraft,
} from '@backline/core/payout';

const OVERDRAFT = 'ledger_balance_overdraft_check';

/** What is something to be told when it is broken, and no bug. */
const REFUSING = [
  OVERDRAFT,
  'ledger_transaction_idempotency_key_unique',
  'ledger_transaction_event_unique',
  'ledger_transaction_reverses_unique',
  'ledger_transaction_period_open',
];

export const isRefusal = (constraint: string): boolean => REFUSING.includes(constraint);

/** Why the first of the requests that is refused is; `raced` where none is any more, or one was posted meanwhile. */
export const refusalOf = async (
  em: SqlEntityManager,
  constraint: string,
  requests: readonly PostingRequest[],
): Promise<PostingRefused | 'raced'> => {
  if (await anyPosted(em, requests)) return 'raced';
  if (constraint === OVERDRAFT) return (await overdrawn(em, requests)) ?? 'raced';
  const statuses = await statusesOf(em);
  const reversed = await reversedOf(em, requests);
  const events = await eventsOf(em, requests);
  for (const { transaction, reverses } of requests) {
    const { period, sourceType } = transaction;
    const status = statuses.get(period);
    if (status !== 'open' && !(status === 'closing' && sourceType === 'period-close'))
      return { code: 'period_not_open', period };
    if (reverses !== null && reversed.has(reverses)) return { code: 'already_reversed', transactionId: reverses };
    const transactionId = events.get(eventKey(transaction));
    if (transactionId !== undefined) return { code: 'event_posted', transactionId };
  }
  return 'raced';
};

const anyPosted = async (em: SqlEntityManager, requests: readonly PostingRequest[]): Promise<boolean> => {
  const rows = await em.execute<unknown[]>(
    `select 1 from ledger_transaction where idempotency_key in (select json_array_elements_text(?::json)) limit 1`,
    [JSON.stringify(requests.map(({ idempotencyKey }) => idempotencyKey))],
  );
  return rows.length > 0;
};

const statusesOf = async (em: SqlEntityManager): Promise<ReadonlyMap<string, Period['status']>> => {
  const rows = await em.execute<{ month: string; status: Period['status'] }[]>(
    `select to_char(month, 'YYYY-MM') as month, status from period`,
  );
  return new Map(rows.map((row) => [month(row.month), row.status]));
};

const reversedOf = async (em: SqlEntityManager, requests: readonly PostingRequest[]): Promise<ReadonlySet<string>> => {
  const rows = await em.execute<{ id: string }[]>(
    `select reverses_txn_id as id from ledger_transaction
     where reverses_txn_id in (select json_array_elements_text(?::json)::uuid)`,
    [JSON.stringify(requests.flatMap(({ reverses }) => reverses ?? []))],
  );
  return new Set(rows.map(({ id }) => id));
};

const eventsOf = async (
  em: SqlEntityManager,
  requests: readonly PostingRequest[],
): Promise<ReadonlyMap<string, LedgerTransactionId>> => {
  const rows = await em.execute<
    { id: LedgerTransactionId; sourceType: BusinessEvent['sourceType']; sourceId: string; kind: string }[]
  >(
    `select t.id, e."sourceType", e."sourceId", e.kind
     from ledger_transaction t join json_to_recordset(?) as e ("sourceType" text, "sourceId" text, kind text)
       on (t.source_type, t.source_id, t.kind) = (e."sourceType", e."sourceId", e.kind)`,
    [
      JSON.stringify(
        requests.map(({ transaction: { sourceType, sourceId, kind } }) => ({ sourceType, sourceId, kind })),
      ),
    ],
  );
  return new Map(rows.map((row) => [eventKey(row), row.id]));
};

const eventKey = ({ sourceType, sourceId, kind }: Omit<BusinessEvent, 'period'>): string =>
  JSON.stringify([sourceType, sourceId, kind]);

const overdrawn = async (em: SqlEntityManager, requests: readonly PostingRequest[]): Promise<PostingRefused | null> => {
  const changes = new Map<string, bigint>();
  for (const entry of requests.flatMap(({ transaction: { entries } }) => entries)) {
    const key = `${entry.account} ${entry.currency}`;
    if (refusesOverdraft(entry.account)) changes.set(key, (changes.get(key) ?? 0n) + effectOf(entry));
  }
  const rows = await em.execute<{ account: string; balance_micros: string }[]>(
    `select name || ' ' || currency as account, balance_micros from ledger_balance
     join ledger_account on id = account_id where name || ' ' || currency in (select json_array_elements_text(?::json))`,
    [JSON.stringify([...changes.keys()])],
  );
  const before = new Map(rows.map((row) => [row.account, BigInt(row.balance_micros)]));
  const [refused] = [...changes].find(([account, change]) => (before.get(account) ?? 0n) + change < 0n) ?? [];
  return refused === undefined ? null : { code: 'overdrawn', account: refused.split(' ')[0] as AccountName };
};
