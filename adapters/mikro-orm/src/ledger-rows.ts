import { createHash } from 'node:crypto';
import { isoText } from '@backline/core/kernel';
import {
  type Entry,
  type PostingRequest,
  effectOf,
  normalSide,
  refusesOverdraft,
  requestText,
} from '@backline/core/payout';
import { firstOf } from './periods.ts';

/** Rows of `ledger_account`, each account once. */
export const accountsOf = (requests: readonly PostingRequest[]) => {
  const accounts = new Map<string, Entry>();
  for (const { transaction } of requests)
    for (const entry of transaction.entries) accounts.set(`${entry.account} ${entry.currency}`, entry);
  return [...accounts.values()].map((entry) => ({
    name: entry.account,
    currency: entry.currency,
    normal_side: normalSide(entry.account),
    no_overdraft: refusesOverdraft(entry.account),
  }));
};

/** A row of `ledger_transaction`. */
export const headerOf = (request: PostingRequest) => ({
  id: request.id,
  period: firstOf(request.transaction.period),
  source_type: request.transaction.sourceType,
  source_id: request.transaction.sourceId,
  kind: request.transaction.kind,
  idempotency_key: request.idempotencyKey,
  request_digest: digestOf(request),
  reverses_txn_id: request.reverses,
  line_count: request.transaction.entries.length,
  created_at: isoText(request.postedAt),
});

/** Rows of `ledger_entry`. What raises balances comes first: however they are divided, the last part overdraws an account, or none does. */
export const linesOf = (requests: readonly PostingRequest[]) => {
  const lines = requests.flatMap(({ id, transaction }) =>
    transaction.entries.map((entry, index) => ({ entry, line: { transaction_id: id, line_no: index + 1 } })),
  );
  const { rising = [], falling = [] } = Object.groupBy(lines, ({ entry }) =>
    effectOf(entry) > 0n ? 'rising' : 'falling',
  );
  return [...rising, ...falling].map(({ entry: { account, side, currency: of, amount }, line }) => ({
    ...line,
    account,
    currency: of,
    side,
    amount_micros: String(amount),
  }));
};

/** SHA-256 of all that makes a repeated request the same. */
export const digestOf = (request: PostingRequest): string =>
  createHash('sha256').update(requestText(request)).digest('hex');
