import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { type Brand, type Currency, type Instant, type Micros, type Month, micros, money } from '../kernel/index.ts';
import { type TakenBack, clawBack, takeBack } from './adjustment.ts';
import type { Debt } from './deferred.ts';
import type { LedgerTransactionId } from './posting-request.ts';
import type { SplitShare, SplitVersionId } from './split.ts';
import type { StatementAdjustment } from './statement.ts';

/** A UUID. */
export type ReversalId = Brand<string, 'ReversalId'>;

/** What the close of a period counted for a track under a version of its split. */
export type CloseEarning = {
  readonly period: Month;
  readonly trackId: TrackId;
  readonly splitVersion: SplitVersionId | null;
};

/** How much of it turned out to be fraud. */
export type FraudulentPlays = CloseEarning & {
  /** Positive. */
  readonly plays: number;
  readonly amount: Micros;
};

/** What that takes from one who has a share in it. */
export type ReversedShare = CloseEarning & {
  readonly userId: UserId;
  /** Of the whole track. */
  readonly plays: number;
  /** What it changes of what they have, and of what is deferred; usually negative. */
  readonly balance: Micros;
  readonly deferred: Micros;
};

/** R10: plays that a listener began in a month, all that closes have counted of them. */
export type Reversal = {
  readonly id: ReversalId;
  readonly listenerId: UserId;
  readonly playedIn: Month;
  /** Who found them, and what they found, in the operator's words. */
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  readonly transactionId: LedgerTransactionId;
  readonly currency: Currency;
  readonly plays: readonly FraudulentPlays[];
  /** Of those whom it changes anything for. */
  readonly shares: readonly ReversedShare[];
};

export type FoundFraud = FraudulentPlays & {
  readonly shares: readonly SplitShare[];
  /** What the close counted, less earlier findings. */
  readonly counted: Micros;
};

export type TakenShare = CloseEarning & { readonly artistId: UserId; readonly plays: number } & TakenBack;

/**
 * R10, for each share in what was found: from what it was never paid of that close, then from what its owner has available,
 * the rest being owed.
 *
 * @param available of each owner of a share, before all of this
 */
export const takeBackShares = (
  found: readonly FoundFraud[],
  debts: readonly Debt[],
  available: ReadonlyMap<UserId, Micros>,
  currency: Currency,
): readonly TakenShare[] => {
  const left = new Map(available);
  return found.flatMap(({ period, trackId, splitVersion, plays, amount, counted, shares }) =>
    clawBack(money(counted, currency), money(amount, currency), shares).map((lost): TakenShare => {
      const of = { period, trackId, splitVersion };
      const has = left.get(lost.userId) ?? micros(0n);
      const taken = takeBack(lost.amount.micros, { deferred: deferredOf(debts, of, lost.userId), available: has });
      left.set(lost.userId, micros(has - taken.fromAvailable));
      return { ...of, artistId: lost.userId, plays, ...taken };
    }),
  );
};

export const reversedShares = (taken: readonly TakenShare[]): readonly ReversedShare[] =>
  taken
    .map(({ artistId, fromDeferred, fromAvailable, owed, ...of }) => ({
      ...of,
      userId: artistId,
      balance: micros(-fromAvailable - owed),
      deferred: micros(-fromDeferred),
    }))
    .filter(({ balance, deferred }) => balance !== 0n || deferred !== 0n);

/** What the next statement of one who has a share tells of it. */
export const adjustmentsFor = (
  { id, shares }: Pick<Reversal, 'id' | 'shares'>,
  artistId: UserId,
): readonly StatementAdjustment[] =>
  shares
    .filter(({ userId }) => userId === artistId)
    .map(({ period, trackId, plays, balance, deferred }) => ({
      adjustmentId: id,
      reason: 'fraud',
      origin: period,
      trackId,
      plays,
      balance,
      deferred,
    }));

/** What it changes of what is owed (R8). */
export const debtsReversed = ({ shares }: Pick<Reversal, 'shares'>): readonly Debt[] =>
  shares.flatMap(({ period, trackId, splitVersion, userId, deferred }) =>
    deferred === 0n ? [] : [{ origin: period, userId, trackId, splitVersion, amount: deferred }],
  );

const deferredOf = (debts: readonly Debt[], { period, trackId, splitVersion }: CloseEarning, userId: UserId): Micros =>
  debts.find(
    (debt) =>
      debt.origin === period &&
      debt.userId === userId &&
      debt.trackId === trackId &&
      debt.splitVersion === splitVersion,
  )?.amount ?? micros(0n);
