import type { UserId } from '../accounts/index.ts';
import { type Currency, type Micros, type Month, invariant, micros } from '../kernel/index.ts';
import { least, sideBySide, total } from './amounts.ts';
import { type Debt, byAge, payDebts } from './deferred.ts';
import { type FundedPlays, fundPlays } from './fund-plays.ts';
import type { Funding } from './funding.ts';
import type { LedgerTransaction } from './ledger.ts';
import type { PlayCounts, TrackMonth } from './play-counts.ts';
import type { PayoutPolicy } from './policy.ts';
import { monthClosed } from './posting.ts';
import { type RateVersion, perPlay, rateFor } from './rate.ts';
import { type EarnedReceipt, type MonthShare, fundOf, sharesByFan } from './receipt-share.ts';
import { type SolvencyReport, solvencyOf } from './solvency.ts';
import type { SplitVersion } from './split.ts';
import {
  type PlaysOfTrack,
  type RatedPlays,
  type TrackEarning,
  type TrackOwner,
  type UnpaidCount,
  earningsOfTracks,
} from './track-earning.ts';

/** What a close begins with, from the closes before it and what has happened since. */
export type OpeningBalances = {
  readonly reserve: Micros;
  readonly debts: readonly Debt[];
  /** What the funds of each month closed before did not cover, latest last. */
  readonly shortfalls: readonly Micros[];
};

/** All that a close depends on; no order in it matters but that of `shortfalls`. */
export type CloseInputs = {
  readonly period: Month;
  /** Of all rates and receipts. */
  readonly currency: Currency;
  readonly policy: PayoutPolicy;
  readonly rates: readonly RateVersion[];
  readonly splits: readonly SplitVersion[];
  /** Of all tracks that were played. */
  readonly tracks: readonly TrackOwner[];
  /** Of the period, and of closed months what came too late for them (R3g). */
  readonly payable: PlayCounts;
  readonly unpaid: readonly UnpaidCount[];
  /** All whose service reaches into the period. */
  readonly receipts: readonly EarnedReceipt[];
  readonly opening: OpeningBalances;
};

export type ReserveMovement = {
  readonly opening: Micros;
  readonly out: Micros;
  readonly in: Micros;
  readonly closing: Micros;
  readonly target: Micros;
};

export type Close = {
  readonly period: Month;
  readonly currency: Currency;
  readonly policyVersion: number;
  /** What the month's service brought, without tax and refunds. */
  readonly gross: Micros;
  /** What of it is the artists' (R7). */
  readonly fund: Micros;
  readonly funding: Funding;
  /** By track, then split version. */
  readonly tracks: readonly TrackEarning[];
  readonly debtsPaid: readonly Debt[];
  /** All that is owed afterwards. */
  readonly debts: readonly Debt[];
  readonly reserve: ReserveMovement;
  /** What no artist needs, now or by the reserve's target (R8). */
  readonly toPlatform: Micros;
  /** For the closes to come: what the month's own funds did not cover. */
  readonly shortfall: Micros;
  readonly transactions: readonly LedgerTransaction[];
  readonly solvency: SolvencyReport;
};

/** R11: the whole close, from nothing but its inputs. */
export const closeMonth = (inputs: CloseInputs): Close => {
  const { period, currency, policy, rates, splits, tracks, opening } = inputs;
  invariant(
    rates.every(({ reference }) => reference.currency === currency) &&
      inputs.receipts.every(({ paid }) => paid.currency === currency),
    `a close in ${currency} has rates or receipts in another currency`,
  );
  const shares = sharesByFan(inputs.receipts, period);
  const gross = total([...shares.values()].map((share) => share.gross));
  const funds = fundsOf(shares, policy);
  const fund = total([...funds.values()]);

  const played = fundPlays({
    counts: inputs.payable,
    perPlay: (month) => perPlay(rateFor(rates, month)).micros,
    funds,
    reserve: opening.reserve,
    currency,
  });
  const earned = earningsOfTracks(playsOfTracks(inputs, played), tracks, splits, rates, currency);

  const { funding } = played;
  const shortfall = micros(funding.reserveUsed + funding.unfunded);
  const debts = payDebts(opening.debts, micros(funding.surplus - funding.surplusUsed), currency);
  const reserve = moveReserve(opening, funding.reserveUsed, debts.left, reserveTarget(opening, shortfall, policy));
  const toPlatform = micros(debts.left - reserve.in);
  const owed = [...debts.remaining, ...newDebts(period, earned)].sort(byAge);

  return {
    period,
    currency,
    policyVersion: policy.version,
    gross,
    fund,
    funding,
    tracks: earned,
    debtsPaid: debts.paid,
    debts: owed,
    reserve,
    toPlatform,
    shortfall,
    transactions: monthClosed(period, currency, {
      gross,
      fund,
      reserveOut: reserve.out,
      reserveIn: reserve.in,
      toPlatform,
      earned: earned.flatMap((track) => track.shares),
      debtsPaid: debts.paid,
    }),
    solvency: solvencyOf({
      fans: played.fans,
      funded: micros(funding.own + funding.surplusUsed + funding.reserveUsed),
      atReference: atReference(inputs, played),
      perPlay: perPlay(rateFor(rates, period)).micros,
      reserve,
      debts: owed,
    }),
  };
};

/** Of fans who brought anything. */
const fundsOf = (shares: ReadonlyMap<UserId, MonthShare>, policy: PayoutPolicy): ReadonlyMap<UserId, Micros> =>
  new Map([...shares].map(([fanId, share]) => [fanId, fundOf(share, policy)] as const).filter(([, fund]) => fund > 0n));

/** R8: so many months of the average shortfall, over this month and those before it. */
const reserveTarget = ({ shortfalls }: OpeningBalances, shortfall: Micros, { reserve }: PayoutPolicy): Micros => {
  const averaged = [...shortfalls, shortfall].slice(-reserve.averagedMonths);
  return micros((total(averaged) * BigInt(reserve.targetMonths)) / BigInt(averaged.length));
};

/** @param left what is left of the surplus after all debts */
const moveReserve = ({ reserve }: OpeningBalances, out: Micros, left: Micros, target: Micros): ReserveMovement => {
  const rest = reserve - out;
  const filled = rest < target ? least(left, target - rest) : micros(0n);
  return { opening: reserve, out, in: filled, closing: micros(rest + filled), target };
};

const newDebts = (origin: Month, tracks: readonly TrackEarning[]): readonly Debt[] =>
  tracks.flatMap(({ trackId, splitVersion, shares }) =>
    shares
      .filter(({ deferred }) => deferred > 0n)
      .map(({ userId, deferred }) => ({ origin, userId, trackId, splitVersion, amount: deferred })),
  );

const atReference = ({ payable, rates }: CloseInputs, { trackMonths }: FundedPlays): Micros =>
  total(
    sideBySide(payable.trackMonths, trackMonths).map(
      ([{ playedIn }, { plays }]) => rateFor(rates, playedIn).reference.micros * BigInt(plays),
    ),
  );

/** The payable plays of each track and month with those that are not; one of the two may be none. */
const playsOfTracks = ({ payable, unpaid }: CloseInputs, funded: FundedPlays): readonly PlaysOfTrack[] => {
  const notPaid = Map.groupBy(unpaid, keyOf);
  const paid = sideBySide(payable.trackMonths, funded.trackMonths).map(([trackMonth, amounts]) => {
    const counts = notPaid.get(keyOf(trackMonth)) ?? [];
    return { ...trackMonth, ...amounts, unpaid: byVerdict(counts) };
  });
  const known = new Set(paid.map(keyOf));
  const others = [...notPaid].flatMap(([key, counts]) =>
    counts[0] === undefined || known.has(key)
      ? []
      : [{ ...NOTHING_PAID, ...onlyTrackMonth(counts[0]), unpaid: byVerdict(counts) }],
  );
  return [...paid, ...others];
};

const NOTHING_PAID = { plays: 0, nominal: micros(0n), funded: micros(0n) };

const keyOf = ({ trackId, playedIn }: TrackMonth): string => `${trackId} ${playedIn}`;

const onlyTrackMonth = ({ trackId, playedIn }: TrackMonth): TrackMonth => ({ trackId, playedIn });

const byVerdict = (counts: readonly UnpaidCount[]): RatedPlays['unpaid'] => {
  const plays: { [verdict in UnpaidCount['verdict']]?: number } = {};
  for (const { verdict, plays: more } of counts) plays[verdict] = (plays[verdict] ?? 0) + more;
  return plays;
};

/** Who earned something or is owed something less by this close. */
export const earnersOf = ({ tracks, debtsPaid }: Close): ReadonlySet<UserId> =>
  new Set([
    ...tracks.flatMap(({ shares }) => shares.map(({ userId }) => userId)),
    ...debtsPaid.map(({ userId }) => userId),
  ]);
