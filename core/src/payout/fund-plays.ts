import type { UserId } from '../accounts/index.ts';
import { type Currency, type Micros, type Month, invariant, micros } from '../kernel/index.ts';
import { sideBySide, total } from './amounts.ts';
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
  const heard = new Map(
    counts.listeners.map((listenerId, index) => [listenerId, heardBy(rowsOfListener(counts, index), prices)]),
  );
  // Those who heard nothing lack nothing, so their order says nothing.
  const fanIds = [...new Set([...counts.listeners, ...funds.keys()])];
  const claims = fanIds.map((fanId) => ({
    fanId,
    fund: funds.get(fanId) ?? micros(0n),
    ...(heard.get(fanId) ?? NOTHING_HEARD),
  }));
  const funding = fundFans(claims, reserve, currency);
  const fans = sideBySide(claims, funding.granted).map(([claim, granted]) => ({ ...claim, granted }));
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

/** One listener's rows. */
type HeardRows = { readonly trackMonths: Uint32Array; readonly plays: Float64Array };

const rowsOfListener = ({ firstRow, trackMonthOf, plays }: PlayCounts, listener: number): HeardRows => {
  const [from, until] = [at(firstRow, listener), at(firstRow, listener + 1)];
  return { trackMonths: trackMonthOf.subarray(from, until), plays: plays.subarray(from, until) };
};

/** A listener's payable plays, counted by month, since a month has one price. */
const heardBy = ({ trackMonths, plays }: HeardRows, { monthOf, perPlay }: Prices) => {
  const inMonth = new Float64Array(perPlay.length);
  trackMonths.forEach((trackMonth, row) => addAt(inMonth, at(monthOf, trackMonth), at(plays, row)));
  return {
    plays: inMonth.reduce((sum, count) => sum + count, 0),
    nominal: total(perPlay.map((price, month) => price * BigInt(at(inMonth, month)))),
  };
};

const fundTrackMonths = (
  counts: PlayCounts,
  prices: Prices,
  fans: readonly FundedFan[],
  currency: Currency,
): readonly FundedTrackMonth[] => {
  const byId = new Map(fans.map((fan) => [fan.fanId, fan]));
  const inFull = new Float64Array(counts.trackMonths.length);
  const inPart = new Float64Array(counts.trackMonths.length);
  const partly = counts.trackMonths.map(() => 0n);

  for (const [listener, listenerId] of counts.listeners.entries()) {
    const fan = byId.get(listenerId);
    invariant(fan !== undefined, `listener ${listenerId} is no fan`);
    const { nominal, granted } = fan;
    const { trackMonths, plays } = rowsOfListener(counts, listener);
    const counted = granted === nominal ? inFull : inPart;
    trackMonths.forEach((trackMonth, row) => addAt(counted, trackMonth, at(plays, row)));
    if (granted === nominal) continue;

    const earned = Array.from(plays, (count, row) => priceOf(prices, at(trackMonths, row)) * BigInt(count));
    proportionally(granted, earned, currency).forEach((part, row) => {
      const trackMonth = at(trackMonths, row);
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

const addAt = (column: Float64Array, index: number, more: number): void => {
  column[index] = at(column, index) + more;
};
