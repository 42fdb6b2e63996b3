import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Result, err, micros, ok } from '@backline/core/kernel';
import type {
  AccountName,
  LedgerRepository,
  LedgerTransactionId,
  PostingRefused,
  PostingRequest,
} from '@backline/core/payout';
import { brokenConstraint } from './failures.ts';
import { accountsOf, digestOf, headerOf, linesOf } from './ledger-rows.ts';
import { postedTransactions } from './posted-transactions.ts';
import { isRefusal, refusalOf } from './posting-refusals.ts';

const KNOWN = `
select id, idempotency_key, request_digest from ledger_transaction
where idempotency_key in (select json_array_elements_text(?::json))`;

const ACCOUNTS = `
insert into ledger_account (name, currency, normal_side, no_overdraft)
select name, currency, normal_side, no_overdraft
from json_to_recordset(?) as a (name text, currency text, normal_side text, no_overdraft boolean)
where not exists (select from ledger_account known where known.name = a.name and known.currency = a.currency)
order by name, currency
on conflict (name, currency) do nothing`;

/** Keys in one order, so that no two of these wait for each other. */
const HEADERS = `
insert into ledger_transaction (id, period, source_type, source_id, kind, idempotency_key, request_digest,
  reverses_txn_id, line_count, created_at)
select id, period, source_type, source_id, kind, idempotency_key, request_digest, reverses_txn_id, line_count, created_at
from json_to_recordset(?) as t (id uuid, period date, source_type text, source_id text, kind text,
  idempotency_key text, request_digest text, reverses_txn_id uuid, line_count int, created_at timestamptz)
order by idempotency_key`;

const ENTRIES = `
insert into ledger_entry (transaction_id, line_no, account_id, currency, side, amount_micros)
select transaction_id, line_no, a.id, e.currency, side, amount_micros
from json_to_recordset(?) as e (transaction_id uuid, line_no int, account text, currency text, side text,
  amount_micros bigint)
join ledger_account a on a.name = e.account and a.currency = e.currency`;

const BALANCES = `
select name, balance_micros from ledger_lock(array(select json_array_elements_text(?::json)), ?)`;

/** On a busy machine a second's work, far from the time that a statement may take. */
const ROWS_IN_STATEMENT = 5_000;

/** Times that another transaction may take a key between our look and our insert before we call it a bug. */
const MAX_RACES = 5;

export const ledgerRepository = (em: SqlEntityManager): LedgerRepository => ({
  post: async (requests) => {
    for (let attempt = 0; attempt < MAX_RACES; attempt += 1) {
      const known = await knownOf(em, requests);
      if (!known.ok) return known;
      const missing = requests.filter(({ idempotencyKey }) => !known.value.has(idempotencyKey));
      const refused = missing.length === 0 ? null : await insert(em, missing);
      if (refused === null) return ok(requests.map(({ id, idempotencyKey }) => known.value.get(idempotencyKey) ?? id));
      if (refused !== 'raced') return err(refused);
    }
    throw new Error('keys of the ledger kept colliding');
  },
  balancesOf: async (accounts, of) => {
    const rows = await em.execute<{ name: AccountName; balance_micros: string }[]>(BALANCES, [
      JSON.stringify(accounts),
      of,
    ]);
    const balances = new Map(rows.map((row) => [row.name, micros(BigInt(row.balance_micros))]));
    return new Map(accounts.map((account) => [account, balances.get(account) ?? micros(0n)]));
  },
  ...postedTransactions(em),
});

/** The ids of what is posted already, by key. */
const knownOf = async (
  em: SqlEntityManager,
  requests: readonly PostingRequest[],
): Promise<Result<ReadonlyMap<string, LedgerTransactionId>, PostingRefused>> => {
  const rows = await em.execute<{ id: LedgerTransactionId; idempotency_key: string; request_digest: string }[]>(KNOWN, [
    JSON.stringify(requests.map(({ idempotencyKey }) => idempotencyKey)),
  ]);
  const digests = new Map(rows.map((row) => [row.idempotency_key, row.request_digest]));
  for (const request of requests) {
    const { idempotencyKey } = request;
    const digest = digests.get(idempotencyKey);
    if (digest !== undefined && digest !== digestOf(request)) return err({ code: 'key_reused', idempotencyKey });
  }
  return ok(new Map(rows.map((row) => [row.idempotency_key, row.id])));
};

/** Under a savepoint, so that what is refused leaves a transaction that can go on. */
const insert = async (
  em: SqlEntityManager,
  requests: readonly PostingRequest[],
): Promise<PostingRefused | 'raced' | null> => {
  await em.execute('savepoint posting');
  try {
    await executeInParts(em, ACCOUNTS, accountsOf(requests));
    await executeInParts(em, HEADERS, requests.map(headerOf));
    await executeInParts(em, ENTRIES, linesOf(requests));
  } catch (thrown) {
    const constraint = brokenConstraint(thrown);
    if (constraint === null || !isRefusal(constraint)) throw thrown;
    await em.execute('rollback to savepoint posting');
    return refusalOf(em, constraint, requests);
  }
  await em.execute('release savepoint posting');
  return null;
};

const executeInParts = async (em: SqlEntityManager, sql: string, rows: readonly object[]): Promise<void> => {
  for (let from = 0; from < rows.length; from += ROWS_IN_STATEMENT)
    await em.execute(sql, [JSON.stringify(rows.slice(from, from + ROWS_IN_STATEMENT))]);
};
