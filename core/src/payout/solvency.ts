import type { Micros, Month } from '../kernel/index.ts';
import { least, total } from './amounts.ts';
import { type Debt, owedByOrigin } from './deferred.ts';
import type { FundedFan } from './fund-plays.ts';

/** R15: where the money of a closed month came from, and how far it would have gone. Amounts in the close's currency. */
export type SolvencyReport = {
  /** What all payable plays earned, at the promised multiple. */
  readonly liability: Micros;
  /** What the fans brought. */
  readonly fund: Micros;
  readonly reserveIn: Micros;
  readonly reserveOut: Micros;
  readonly reserve: Micros;
  /** Funded of the liability, floored, of 10,000. */
  readonly coverageBasisPoints: number;
  /** What is owed after the close, oldest month first. */
  readonly deferredByOrigin: readonly { readonly origin: Month; readonly amount: Micros }[];
  /** Those who brought something or had payable plays. */
  readonly fans: number;
  /** Thousandths of a play, floored. */
  readonly meanPlaysMilli: number;
  /** By nearest rank. */
  readonly p95Plays: number;
  /** How many plays the mean fund pays at the month's rate, floored. */
  readonly breakEvenPlays: number;
  /** In thousandths, floored: the highest multiple of the reference that the fund and the reserve would have paid in full. */
  readonly fundableMultiplierMilli: bigint | null;
};

export type SolvencyFigures = {
  readonly fans: readonly FundedFan[];
  readonly funded: Micros;
  /** What all payable plays would have earned at the reference rate itself. */
  readonly atReference: Micros;
  readonly perPlay: Micros;
  readonly reserve: { readonly opening: Micros; readonly in: Micros; readonly out: Micros; readonly closing: Micros };
  readonly debts: readonly Debt[];
};

const WHOLE_BASIS_POINTS = 10_000n;
const MILLI = 1_000n;

export const solvencyOf = ({ fans, funded, atReference, perPlay, reserve, debts }: SolvencyFigures): SolvencyReport => {
  const liability = total(fans.map(({ nominal }) => nominal));
  const fund = total(fans.map(({ fund }) => fund));
  const plays = fans.map((fan) => fan.plays).sort((a, b) => a - b);
  const allPlays = plays.reduce((sum, count) => sum + count, 0);
  return {
    liability,
    fund,
    reserveIn: reserve.in,
    reserveOut: reserve.out,
    reserve: reserve.closing,
    coverageBasisPoints: Number(
      liability === 0n ? WHOLE_BASIS_POINTS : (least(funded, liability) * WHOLE_BASIS_POINTS) / liability,
    ),
    deferredByOrigin: owedByOrigin(debts),
    fans: fans.length,
    meanPlaysMilli: fans.length === 0 ? 0 : Number((BigInt(allPlays) * MILLI) / BigInt(fans.length)),
    p95Plays: nearestRank(plays, 95),
    breakEvenPlays: fans.length === 0 ? 0 : Number(fund / (perPlay * BigInt(fans.length))),
    fundableMultiplierMilli: atReference === 0n ? null : ((fund + reserve.opening) * MILLI) / atReference,
  };
};

/** @param sorted ascending */
const nearestRank = (sorted: readonly number[], percent: number): number =>
  sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
