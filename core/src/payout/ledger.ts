import type { UserId } from '../accounts/index.ts';
import { type Currency, type Micros, type Month, invariant, micros } from '../kernel/index.ts';
import { total } from './amounts.ts';

/**
 * Of the platform: what the provider holds for it, what is owed for service not given yet, taxes on sales that are owed
 * to the state, the reserve of R7, withheld taxes of artists, and what was earned and spent.
 */
export type PlatformAccount =
  | 'stripe_balance'
  | 'deferred_revenue'
  | 'sales_tax'
  | 'royalty_reserve'
  | 'tax_withheld'
  | 'platform_revenue'
  | 'stripe_fees'
  | 'royalty_shortfall'
  | 'chargeback_loss';

/**
 * Of an artist: owed by them after a fraud; earned and waiting; earned and free to be sent; owed to them without money
 * behind it yet; sent and not arrived.
 */
export type ArtistAccount =
  'artist_receivable' | 'artist_pending' | 'artist_available' | 'artist_deferred' | 'payout_in_transit';

export type AccountName = PlatformAccount | `royalty_pool:${string}` | `${ArtistAccount}:${number}`;

export const royaltyPool = (period: Month): AccountName => `royalty_pool:${period}`;

export const artistAccount = (kind: ArtistAccount, artistId: UserId): AccountName => `${kind}:${artistId}`;

export type Side = 'debit' | 'credit';

export type Entry = {
  readonly account: AccountName;
  readonly side: Side;
  readonly currency: Currency;
  /** Positive. */
  readonly amount: Micros;
};

/** What happened, once and for all: no two transactions have the same type, id and kind. */
export type BusinessEvent = {
  /** The open month that the entries fall into. */
  readonly period: Month;
  readonly sourceType: 'receipt' | 'period-close' | 'release' | 'transfer' | 'fraud';
  readonly sourceId: string;
  readonly kind: string;
};

/** Debits and credits are equal; each account has one line. */
export type LedgerTransaction = BusinessEvent & { readonly entries: readonly Entry[] };

/** Positive to debit, negative to credit. */
export type Posting = readonly [account: AccountName, amount: bigint];

export const debit = (account: AccountName, amount: bigint): Posting => [account, amount];
export const credit = (account: AccountName, amount: bigint): Posting => [account, -amount];

/** The postings with one line for each account, in the order of their first mention; null when nothing moves. */
export const transaction = (
  event: BusinessEvent,
  currency: Currency,
  postings: readonly Posting[],
): LedgerTransaction | null => {
  const lines = new Map<AccountName, bigint>();
  for (const [account, amount] of postings) lines.set(account, (lines.get(account) ?? 0n) + amount);
  const moved = [...lines].filter(([, amount]) => amount !== 0n);
  invariant(
    total(moved.map(([, amount]) => amount)) === 0n,
    `${event.sourceType} ${event.sourceId} ${event.kind} does not balance`,
  );
  return moved.length === 0 ? null : { ...event, entries: moved.map((line) => entry(line, currency)) };
};

/** The opposite of each line: together they are as if neither had been. */
export const reverse = (it: LedgerTransaction, event: BusinessEvent): LedgerTransaction => ({
  ...event,
  entries: it.entries.map((line) => ({ ...line, side: line.side === 'debit' ? 'credit' : 'debit' })),
});

const DEBIT_NORMAL: readonly string[] = [
  'stripe_balance',
  'artist_receivable',
  'stripe_fees',
  'royalty_shortfall',
  'chargeback_loss',
];

/** The side on which the account's balance grows: debit for assets and expenses. */
export const normalSide = (account: AccountName): Side => (DEBIT_NORMAL.includes(kindOf(account)) ? 'debit' : 'credit');

const MAY_BE_OVERDRAWN: readonly string[] = [
  'stripe_balance',
  'deferred_revenue',
  'sales_tax',
  'platform_revenue',
  'stripe_fees',
  'royalty_shortfall',
  'chargeback_loss',
];

/** Whether a balance below zero, on the normal side, is refused. */
export const refusesOverdraft = (account: AccountName): boolean => !MAY_BE_OVERDRAWN.includes(kindOf(account));

/** What an entry adds to its account's balance on the normal side. */
export const effectOf = ({ account, side, amount }: Entry): Micros =>
  micros(side === normalSide(account) ? amount : -amount);

/** Balances on the normal side after all of the transactions. */
export const balancesOf = (transactions: readonly LedgerTransaction[]): ReadonlyMap<AccountName, Micros> => {
  const balances = new Map<AccountName, Micros>();
  for (const { entries } of transactions)
    for (const line of entries) balances.set(line.account, micros((balances.get(line.account) ?? 0n) + effectOf(line)));
  return balances;
};

const kindOf = (account: AccountName): string => account.split(':')[0] ?? account;

const entry = ([account, amount]: Posting, currency: Currency): Entry =>
  amount > 0n
    ? { account, side: 'debit', currency, amount: micros(amount) }
    : { account, side: 'credit', currency, amount: micros(-amount) };
