import type { Brand, Instant } from '../kernel/index.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Entry, LedgerTransaction } from './ledger.ts';

/** A UUID. */
export type LedgerTransactionId = Brand<string, 'LedgerTransactionId'>;

export type PostedTransaction = {
  readonly id: LedgerTransactionId;
  readonly transaction: LedgerTransaction;
  /** The transaction that this one undoes: its lines are exactly the opposite. */
  readonly reverses: LedgerTransactionId | null;
  readonly postedAt: Instant;
};

export type PostingRequest = PostedTransaction & {
  /** The same at each attempt at the same thing, whoever makes it; of anything else another one. */
  readonly idempotencyKey: string;
};

/** What makes a repeated request the same: not its month, since what is late for one falls into the next. */
export const requestText = ({ transaction, reverses }: Omit<PostingRequest, 'idempotencyKey'>): string =>
  canonicalJson({
    sourceType: transaction.sourceType,
    sourceId: transaction.sourceId,
    kind: transaction.kind,
    reverses,
    entries: transaction.entries.map(entryText).sort(),
  });

const entryText = ({ account, side, currency, amount }: Entry): string => `${account} ${side} ${amount} ${currency}`;
