import type { SqlEntityManager } from '@mikro-orm/sql';
import { month } from '@backline/core/kernel';
import {
  type AccountName,
  type LedgerTransactionId,
  type Period,
  type PostingRefused,
  type PostingRequest,
  effectOf,
  refusesOverdraft,
} from '@backline/core/payout';

type Cause = (em: SqlEntityManager, requests: readonly PostingRequest[]) => Promise<PostingRefused | null>;

/** What was done meanwhile is found at the next look. */
const raced: Cause = async () => null;

const eventPosted: Cause = async (em, requests) => {
  const [posted] = await em.execute<{ id: LedgerTransactionId }[]>(
    `select t.id from ledger_transaction t
     join json_to_recordset(?) as e ("sourceType" text, "sourceId" text, kind text)
       on (t.source_type, t.source_id, t.kind) = (e."sourceType", e."sourceId", e.kind) limit 1`,
    [
      JSON.stringify(
        requests.map(({ transaction: { sourceType, sourceId, kind } }) => ({ sourceType, sourceId, kind })),
      ),
    ],
  );
  return posted === undefined ? null : { code: 'event_posted', transactionId: posted.id };
};

const alreadyReversed: Cause = async (em, requests) => {
  const [reversed] = await em.execute<{ id: LedgerTransactionId }[]>(
    `select reverses_txn_id as id from ledger_transaction
     where reverses_txn_id::text in (select json_array_elements_text(?::json)) limit 1`,
    [JSON.stringify(requests.flatMap(({ reverses }) => reverses ?? []))],
  );
  return reversed === undefined ? null : { code: 'already_reversed', transactionId: reversed.id };
};

const periodNotOpen: Cause = async (em, requests) => {
  const rows = await em.execute<{ month: string; status: Period['status'] }[]>(
    `select to_char(month, 'YYYY-MM') as month, status from period`,
  );
  const statuses = new Map(rows.map((row) => [month(row.month), row.status]));
  const refused = requests.find(({ transaction: { period, sourceType } }) => {
    const status = statuses.get(period);
    return status !== 'open' && !(status === 'closing' && sourceType === 'period-close');
  });
  return refused === undefined ? null : { code: 'period_not_open', period: refused.transaction.period };
};

const overdrawn: Cause = async (em, requests) => {
  const after = new Map<string, bigint>();
  for (const { transaction } of requests)
    for (const entry of transaction.entries) {
      const key = `${entry.account} ${entry.currency}`;
      if (refusesOverdraft(entry.account)) after.set(key, (after.get(key) ?? 0n) + effectOf(entry));
    }
  const rows = await em.execute<{ account: string; balance_micros: string }[]>(
    `select name || ' ' || currency as account, balance_micros from ledger_balance
     join ledger_account on id = account_id where name || ' ' || currency in (select json_array_elements_text(?::json))`,
    [JSON.stringify([...after.keys()])],
  );
  const before = new Map(rows.map((row) => [row.account, BigInt(row.balance_micros)]));
  const [refused] = [...after].find(([account, change]) => (before.get(account) ?? 0n) + change < 0n) ?? [];
  return refused === undefined ? null : { code: 'overdrawn', account: refused.split(' ')[0] as AccountName };
};

/** By the constraint that refuses. */
const CAUSES: Readonly<Record<string, Cause>> = {
  ledger_transaction_idempotency_key_unique: raced,
  ledger_transaction_event_unique: eventPosted,
  ledger_transaction_reverses_unique: alreadyReversed,
  ledger_transaction_period_open: periodNotOpen,
  ledger_balance_overdraft_check: overdrawn,
};

/** Whether a broken constraint is something to be told, and no bug. */
export const isRefusal = (constraint: string): boolean => constraint in CAUSES;

/** Which request was refused, and why; `raced` where that is so no longer. */
export const refusalOf = async (
  em: SqlEntityManager,
  constraint: string,
  requests: readonly PostingRequest[],
): Promise<PostingRefused | 'raced'> => (await CAUSES[constraint]?.(em, requests)) ?? 'raced';
