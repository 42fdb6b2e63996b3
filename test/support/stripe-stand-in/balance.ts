import type { Books } from './books.ts';
import type { BalanceTransaction } from './objects.ts';

const DAY_S = 86_400;

type Movement = {
  /** Cents; negative for what leaves. */
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly type: string;
  readonly source: string;
};

/** docs.stripe.com/api/balance_transactions: `net` is the amount less the fee; available two days later. */
export const move = (books: Books, { amount, fee, currency, type, source }: Movement): BalanceTransaction => {
  const transaction: BalanceTransaction = {
    id: books.newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: books.now() + 2 * DAY_S,
    balance_type: 'payments',
    created: books.now(),
    currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: type === 'adjustment' ? 'dispute' : type,
    source,
    status: 'pending',
    type,
  };
  books.balanceTransactions.set(transaction.id, transaction);
  return transaction;
};
