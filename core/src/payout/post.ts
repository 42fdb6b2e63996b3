import { type Ids, type Instant, invariant } from '../kernel/index.ts';
import type { LedgerTransaction } from './ledger.ts';
import type { PayoutStores } from './ports.ts';
import type { LedgerTransactionId } from './posting-request.ts';

/**
 * Posts what must not be refused, under keys that follow from the events: again is nothing. What is refused all the same
 * is a bug, and undoes the transaction.
 */
export const post = async (
  { ledger }: Pick<PayoutStores, 'ledger'>,
  transactions: readonly LedgerTransaction[],
  postedAt: Instant,
  ids: Ids,
): Promise<readonly LedgerTransactionId[]> => {
  const posted = await ledger.post(
    transactions.map((transaction) => ({
      id: ids.uuid() as LedgerTransactionId,
      transaction,
      reverses: null,
      postedAt,
      idempotencyKey: `${transaction.sourceType}:${transaction.sourceId}:${transaction.kind}`,
    })),
  );
  invariant(posted.ok, `the ledger refused a posting: ${posted.ok ? '' : posted.error.code}`);
  return posted.value;
};
