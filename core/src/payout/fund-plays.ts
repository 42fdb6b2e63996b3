import type { UserId } from '../accounts/index.ts';
import { type Currency, type Micros, type Month, invariant, micros } from '../kernel/index.ts';
import { type Funding, fundFans, proportionally } from './funding.ts';
import { type PlayCounts, at } from './play-counts.ts';

/** What a fan brought, played and is granted for it. */
export type FundedFan = {
  readonly fanId: UserId;
  readonly fund: Micros;
  /** Payable ones. */
  readonly plays: number;
  readonly nominal: Micros;
  readonly granted: Micros;
};

/** What the payable plays of a track in a month earned together. */
export type FundedTrackMonth = { readonly plays: number; readonly nominal: Micros; readonly funded: Micros };

export type FundedPlays = {
  readonly funding: Funding;
  /** All who brought or played anything, by id. */
  readonly fans: readonly FundedFan[];
  /** In the order of the counts' `trackMonths`. */
  readonly trackMonths: readonly FundedTrackMonth[];
};

export type PlayFunding = {
  readonly counts: PlayCounts;
  readonly perPlay: (playedIn: Month) => Micros;
  readonly funds: ReadonlyMap<UserId, Micros>;
  readonly reserve: Micros;
  readonly currency: Currency;
};

/**
 * R7 for all plays of a close: between fans by what they lack, ties by user id; inside a fan by what each track of each
 * month earned, ties by track, then month. Two passes over the rows, and arithmetic in bigint only for each fan, each
 * track, and the rows of fans whose plays are not funded in full.
 */
export const fundPlays = ({ counts, perPlay, funds, reserve, currency }: PlayFunding): FundedPlays => {
  const prices = pricesOf(counts, perPlay);
  const heard = new Map(counts.listeners.map((listenerId, index) => [listenerId, heardBy(counts, prices, index)]));
  const fanIds = [...new Set([...counts.listeners, ...funds.keys()])].sort((a, b) => a - b);
  const claims = fanIds.map((fanId) => ({
    fanId,
    fund: funds.get(fanId) ?? micros(0n),
    ...(heard.get(fanId) ?? NOTHING_HEARD),
  }));
  const funding = fundFans(claims, reserve, currency);
  const fans = claims.map((claim, index) => ({ ...claim, granted: funding.granted[index] ?? micros(0n) }));
  return { funding, fans, trackMonths: fundTrackMonths(counts, prices, fans, currency) };
};

const NOTHING_HEARD = { plays: 0, nominal: micros(0n) };

/** The price of a play by the month's number, and each track month's number of its month. */
type Prices = { readonly monthOf: Uint32Array; readonly perPlay: readonly Micros[] };

const pricesOf = ({ trackMonths }: PlayCounts, perPlay: (playedIn: Month) => Micros): Prices => {
  const months = [...new Set(trackMonths.map(({ playedIn }) => playedIn))];
  return {
    monthOf: Uint32Array.from(trackMonths, ({ playedIn }) => months.indexOf(playedIn)),
    perPlay: months.map(perPlay),
  };
};

const priceOf = ({ monthOf, perPlay }: Prices, trackMonth: number): Micros => {
  const price = perPlay[at(monthOf, trackMonth)];
  invariant(price !== undefined, `no price of track month ${trackMonth}`);
  return price;
};

/** A listener's payable plays, counted by month, since a month has one price. */
const heardBy = (counts: PlayCounts, { monthOf, perPlay }: Prices, listener: number) => {
  const inMonth = new Float64Array(perPlay.length);
  for (let row = at(counts.firstRow, listener); row < at(counts.firstRow, listener + 1); row += 1) {
    const month = at(monthOf, at(counts.trackMonthOf, row));
    inMonth[month] = at(inMonth, month) + at(counts.plays, row);
  }
  return {
    plays: inMonth.reduce((sum, plays) => sum + plays, 0),
    nominal: micros(perPlay.reduce((sum, price, month) => sum + price * BigInt(at(inMonth, month)), 0n)),
  };
};

const fundTrackMonths = (
  counts: PlayCounts,
  prices: Prices,
  fans: readonly FundedFan[],
  currency: Currency,
): readonly FundedTrackMonth[] => {
  const numbers = new Map(counts.listeners.map((listenerId, index) => [listenerId, index]));
  const [inFull, inPart] = [new Float64Array(counts.trackMonths.length), new Float64Array(counts.trackMonths.length)];
  const partly = counts.trackMonths.map(() => 0n);

  for (const { fanId, nominal, granted } of fans) {
    const listener = numbers.get(fanId);
    if (listener === undefined) continue;
    const [from, until] = [at(counts.firstRow, listener), at(counts.firstRow, listener + 1)];
    const rows = counts.trackMonthOf.subarray(from, until);
    const plays = counts.plays.subarray(from, until);
    const counted = granted === nominal ? inFull : inPart;
    rows.forEach((trackMonth, row) => (counted[trackMonth] = at(counted, trackMonth) + at(plays, row)));
    if (granted === nominal) continue;

    const earned = Array.from(rows, (trackMonth, row) => priceOf(prices, trackMonth) * BigInt(at(plays, row)));
    proportionally(granted, earned, currency).forEach((part, row) => {
      const trackMonth = at(rows, row);
      partly[trackMonth] = (partly[trackMonth] ?? 0n) + part;
    });
  }
  return partly.map((part, trackMonth) => {
    const [full, short] = [at(inFull, trackMonth), at(inPart, trackMonth)];
    const price = priceOf(prices, trackMonth);
    return {
      plays: full + short,
      nominal: micros(price * BigInt(full + short)),
      funded: micros(price * BigInt(full) + part),
    };
  });
};
