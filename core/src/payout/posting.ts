import type { UserId } from '../accounts/index.ts';
import { type Currency, type Micros, type Month, micros } from '../kernel/index.ts';
import { type TakenBack, bear, receiptChange } from './adjustment.ts';
import { least, total } from './amounts.ts';
import type { Debt } from './deferred.ts';
import {
  type BusinessEvent,
  type LedgerTransaction,
  type Posting,
  artistAccount,
  credit,
  debit,
  royaltyPool,
  transaction,
} from './ledger.ts';
import type { PayoutPolicy } from './policy.ts';
import { type EarnedReceipt, takenBack } from './receipt-share.ts';

/**
 * A fan's receipts, as they were and as they are: booked, refunded, charged back, won back, or with another fee.
 *
 * R9: what this changes of closed months' funds the reserve bears, then the platform; nothing is taken from artists.
 * Null when nothing that is booked has changed.
 */
export const receiptsChanged = (
  event: BusinessEvent,
  {
    before,
    after,
    isClosed,
    reserve,
    currency,
    policy,
  }: {
    readonly before: readonly EarnedReceipt[];
    readonly after: readonly EarnedReceipt[];
    readonly isClosed: (month: Month) => boolean;
    /** The balance of `royalty_reserve`. */
    readonly reserve: Micros;
    readonly currency: Currency;
    readonly policy: PayoutPolicy;
  },
): LedgerTransaction | null => {
  const [was, is] = [cashOf(before), cashOf(after)];
  const change = receiptChange(before, after, isClosed, policy);
  const lost = least(change.funds, 0n);
  const { byReserve, byPlatform } = bear(micros(-lost), reserve);
  return transaction(event, currency, [
    debit('stripe_balance', is.received - was.received),
    debit('stripe_fees', is.fees - was.fees),
    credit('sales_tax', is.tax - was.tax),
    credit('deferred_revenue', change.open),
    credit('platform_revenue', change.platform),
    credit('royalty_reserve', change.funds - lost - byReserve),
    debit('chargeback_loss', byPlatform),
  ]);
};

/** R13: a share of a closed month has waited; what its owner owes for a fraud (R10) is set off first. */
export const earningsReleased = (
  event: BusinessEvent,
  currency: Currency,
  { artistId, amount, owed }: { readonly artistId: UserId; readonly amount: Micros; readonly owed: Micros },
): LedgerTransaction | null => {
  const setOff = least(amount, owed);
  return transaction(event, currency, [
    debit(artistAccount('artist_pending', artistId), amount),
    credit(artistAccount('artist_receivable', artistId), setOff),
    credit(artistAccount('artist_available', artistId), amount - setOff),
  ]);
};

export type SentTransfer = { readonly artistId: UserId; readonly net: Micros; readonly withheld: Micros };

export const transferBegun = (
  event: BusinessEvent,
  currency: Currency,
  { artistId, net, withheld }: SentTransfer,
): LedgerTransaction | null =>
  transaction(event, currency, [
    debit(artistAccount('artist_available', artistId), net + withheld),
    credit(artistAccount('payout_in_transit', artistId), net),
    credit('tax_withheld', withheld),
  ]);

/** The provider took it over. */
export const transferSettled = (
  event: BusinessEvent,
  currency: Currency,
  { artistId, net }: SentTransfer,
): LedgerTransaction | null =>
  transaction(event, currency, [
    debit(artistAccount('payout_in_transit', artistId), net),
    credit('stripe_balance', net),
  ]);

/** It never left: all is available again, the withheld tax too. */
export const transferFailed = (
  event: BusinessEvent,
  currency: Currency,
  { artistId, net, withheld }: SentTransfer,
): LedgerTransaction | null =>
  transaction(event, currency, [
    debit(artistAccount('payout_in_transit', artistId), net),
    debit('tax_withheld', withheld),
    credit(artistAccount('artist_available', artistId), net + withheld),
  ]);

/** It came back after it had been settled. */
export const transferReversed = (
  event: BusinessEvent,
  currency: Currency,
  { artistId, net, withheld }: SentTransfer,
): LedgerTransaction | null =>
  transaction(event, currency, [
    debit('stripe_balance', net),
    debit('tax_withheld', withheld),
    credit(artistAccount('artist_available', artistId), net + withheld),
  ]);

/** R10: what was funded goes back into the reserve, which is for artists only; what was not is owed no longer. */
export const fraudReversed = (
  event: BusinessEvent,
  currency: Currency,
  takenBackFrom: readonly (TakenBack & { readonly artistId: UserId })[],
): LedgerTransaction | null =>
  transaction(
    event,
    currency,
    takenBackFrom.flatMap(({ artistId, fromDeferred, fromAvailable, owed }) => [
      debit(artistAccount('artist_deferred', artistId), fromDeferred),
      credit('royalty_shortfall', fromDeferred),
      debit(artistAccount('artist_available', artistId), fromAvailable),
      debit(artistAccount('artist_receivable', artistId), owed),
      credit('royalty_reserve', fromAvailable + owed),
    ]),
  );

/** What the entries of a close are made from. */
export type ClosedAmounts = {
  /** What the month's service brought, without tax and refunds, and what of it is the artists' (R7). */
  readonly gross: Micros;
  readonly fund: Micros;
  readonly reserveOut: Micros;
  readonly reserveIn: Micros;
  readonly toPlatform: Micros;
  readonly earned: readonly { readonly userId: UserId; readonly funded: Micros; readonly deferred: Micros }[];
  readonly debtsPaid: readonly Debt[];
};

/**
 * The entries of a close, each kind at most once, in the order in which no account is ever overdrawn. The month's pool
 * is empty afterwards.
 */
export const monthClosed = (
  period: Month,
  currency: Currency,
  { gross, fund, reserveOut, reserveIn, toPlatform, earned, debtsPaid }: ClosedAmounts,
): readonly LedgerTransaction[] => {
  const pool = royaltyPool(period);
  const paid = total(debtsPaid.map(({ amount }) => amount));
  const kinds: readonly (readonly [kind: string, postings: readonly Posting[]])[] = [
    ['service-given', [debit('deferred_revenue', gross), credit(pool, fund), credit('platform_revenue', gross - fund)]],
    ['reserve-out', [debit('royalty_reserve', reserveOut), credit(pool, reserveOut)]],
    [
      'earned',
      earned.flatMap(({ userId, funded }) => [
        debit(pool, funded),
        credit(artistAccount('artist_pending', userId), funded),
      ]),
    ],
    [
      'deferred',
      earned.flatMap(({ userId, deferred }) => [
        debit('royalty_shortfall', deferred),
        credit(artistAccount('artist_deferred', userId), deferred),
      ]),
    ],
    [
      'deferred-paid',
      [
        ...debtsPaid.flatMap(({ userId, amount }) => [
          debit(artistAccount('artist_deferred', userId), amount),
          credit(artistAccount('artist_pending', userId), amount),
        ]),
        debit(pool, paid),
        credit('royalty_shortfall', paid),
      ],
    ],
    ['reserve-in', [debit(pool, reserveIn), credit('royalty_reserve', reserveIn)]],
    ['left-over', [debit(pool, toPlatform), credit('platform_revenue', toPlatform)]],
  ];
  return kinds
    .map(([kind, postings]) =>
      transaction({ period, sourceType: 'period-close', sourceId: period, kind }, currency, postings),
    )
    .filter((it) => it !== null);
};

const cashOf = (receipts: readonly EarnedReceipt[]) => {
  const each = receipts.map((receipt) => ({ receipt, back: takenBack(receipt) }));
  return {
    received: total(each.map(({ receipt, back }) => receipt.paid.micros - receipt.fee - back.whole)),
    fees: total(each.map(({ receipt }) => receipt.fee)),
    tax: total(each.map(({ receipt, back }) => receipt.tax - back.tax)),
  };
};
