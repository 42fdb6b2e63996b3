import type { PayoutPolicy } from '@backline/core/payout';
import type { MonthCase } from './month-case.ts';

/**
 * payout-rules.md R5 to R8, sentence by sentence and as slowly as that is. Nothing here is shared with the code that it
 * judges; shares are found by giving out one micro after the other.
 */

/** Whoever is farthest below their quota gets the next micro; of several the first. */
export const oneByOne = (amount: bigint, weights: readonly bigint[]): readonly bigint[] => {
  const whole = weights.reduce((a, b) => a + b, 0n);
  if (amount === 0n) return weights.map(() => 0n);
  const shares = weights.map((weight) => {
    const certain = (amount * weight) / whole - 2n;
    return certain > 0n ? certain : 0n;
  });
  for (let left = amount - shares.reduce((a, b) => a + b, 0n); left > 0n; left -= 1n) {
    let neediest = 0;
    for (let index = 1; index < weights.length; index += 1) {
      const lack = amount * weights[index]! - shares[index]! * whole;
      const most = amount * weights[neediest]! - shares[neediest]! * whole;
      if (lack > most) neediest = index;
    }
    shares[neediest] = shares[neediest]! + 1n;
  }
  return shares;
};

const floor = (a: bigint, b: bigint): bigint => (a % b === 0n || a >= 0n ? a / b : a / b - 1n);

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((a, b) => a + b, 0n);

const least = (...amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (b < a ? b : a));

const ALL_MONTHS = Array.from({ length: 60 }, (_, index) => ({
  month: `${2024 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`,
  from: Date.UTC(2024, index, 1),
  until: Date.UTC(2024, index + 1, 1),
}));

type OracleReceipt = MonthCase['receipts'][number];

const overMonths = (amount: bigint, from: number, until: number): ReadonlyMap<string, bigint> => {
  const served = ALL_MONTHS.map((month) => ({
    month: month.month,
    lasting: Math.min(month.until, until) - Math.max(month.from, from),
    first: month.from <= from && from < month.until,
  })).filter(({ lasting, first }) => (from === until ? first : lasting > 0));
  const shares = new Map(
    served.map(({ month, lasting }) => [
      month,
      from === until ? 0n : floor(amount * BigInt(lasting), BigInt(until - from)),
    ]),
  );
  const last = served.at(-1)!.month;
  shares.set(last, 0n);
  return shares.set(last, amount - sum(shares.values()));
};

/** R7a, of what is left after the fee, or before it. */
export const receiptByTheText = (receipt: OracleReceipt, what: 'gross' | 'net'): ReadonlyMap<string, bigint> => {
  const back = least(receipt.paid.micros, receipt.refunded + receipt.disputed);
  const taxBack = receipt.paid.micros === 0n ? 0n : floor(back * receipt.tax, receipt.paid.micros);
  const kept = receipt.paid.micros - receipt.tax - back + taxBack - (what === 'net' ? receipt.fee : 0n);
  const listed = sum(receipt.lines.map(({ amount }) => amount));
  const months = new Map<string, bigint>();
  let left = kept;
  receipt.lines.forEach(({ amount, serviceFrom, serviceUntil }, index) => {
    const isLast = index === receipt.lines.length - 1;
    const ofLine = isLast ? left : listed > 0n ? floor(kept * amount, listed) : amount;
    left -= ofLine;
    for (const [month, share] of overMonths(ofLine, serviceFrom, serviceUntil))
      months.set(month, (months.get(month) ?? 0n) + share);
  });
  return months;
};

export const fundByTheText = (receipts: readonly OracleReceipt[], month: string, policy: PayoutPolicy): bigint => {
  const net = sum(receipts.map((receipt) => receiptByTheText(receipt, 'net').get(month) ?? 0n));
  return net > 0n ? floor(net * BigInt(policy.fundBasisPoints), 10_000n) : 0n;
};

const groupsOf = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
};

const perPlayIn = (it: MonthCase, month: string): bigint => {
  const rate = it.rates
    .filter(({ effectiveFrom }) => effectiveFrom <= month)
    .toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0]!;
  return rate.reference.micros * rate.multiplier;
};

type OracleShare = { readonly userId: number; readonly basisPoints: number };

const splitIn = (
  it: MonthCase,
  trackId: number,
  month: string,
): { id: number | null; shares: readonly OracleShare[] } => {
  const inForce = it.splits
    .filter((split) => split.trackId === trackId && split.effectiveFrom <= month)
    .toSorted((a, b) =>
      a.effectiveFrom === b.effectiveFrom ? b.id - a.id : a.effectiveFrom < b.effectiveFrom ? 1 : -1,
    )[0];
  if (inForce !== undefined) return inForce;
  const { artistId } = it.tracks.find((track) => track.trackId === trackId)!;
  return { id: null, shares: [{ userId: artistId, basisPoints: 10_000 }] };
};

export type OracleClose = {
  /** By user, track and split version. */
  readonly shares: ReadonlyMap<
    string,
    { readonly nominal: bigint; readonly funded: bigint; readonly deferred: bigint }
  >;
  readonly debtsPaid: ReadonlyMap<string, bigint>;
  readonly debtsLeft: ReadonlyMap<string, bigint>;
  readonly fund: bigint;
  readonly reserve: bigint;
  readonly toPlatform: bigint;
  readonly shortfall: bigint;
};

type Heard = { readonly trackId: number; readonly month: string; readonly earned: bigint };

const heardBy = (it: MonthCase, fan: number): readonly Heard[] => {
  const counts = it.payable.filter(({ listenerId }) => listenerId === fan);
  return [...groupsOf(counts, ({ trackId, playedIn }) => `${String(trackId).padStart(9, '0')} ${playedIn}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, same]) => ({
      trackId: same[0]!.trackId,
      month: same[0]!.playedIn,
      earned: sum(same.map(({ plays, playedIn }) => BigInt(plays) * perPlayIn(it, playedIn))),
    }));
};

const debtKey = ({ origin, userId, trackId }: MonthCase['opening']['debts'][number]): string =>
  `${origin} ${userId} ${trackId}`;

const paidDebts = (it: MonthCase, surplus: bigint) => {
  const sorted = it.opening.debts.toSorted(
    (a, b) => (a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : 0) || a.userId - b.userId || a.trackId - b.trackId,
  );
  const paid = new Map<string, bigint>();
  let left = surplus;
  for (const origin of new Set(sorted.map((debt) => debt.origin))) {
    const owed = sorted.filter((debt) => debt.origin === origin);
    const now = least(left, sum(owed.map(({ amount }) => amount)));
    oneByOne(
      now,
      owed.map(({ amount }) => amount),
    ).forEach((part, index) => paid.set(debtKey(owed[index]!), part));
    left -= now;
  }
  const remaining = new Map(sorted.map((debt) => [debtKey(debt), debt.amount - paid.get(debtKey(debt))!]));
  return { paid, remaining, left };
};

const without0 = (amounts: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> =>
  new Map([...amounts].filter(([, amount]) => amount !== 0n));

export const closeByTheText = (it: MonthCase): OracleClose => {
  const ids = [...it.payable.map(({ listenerId }) => listenerId), ...it.receipts.map(({ userId }) => userId)];
  const fans = [...new Set(ids)]
    .toSorted((a, b) => a - b)
    .map((fan) => {
      const heard = heardBy(it, fan);
      const fund = fundByTheText(
        it.receipts.filter(({ userId }) => userId === fan),
        it.period,
        it.policy,
      );
      const cost = sum(heard.map(({ earned }) => earned));
      return { heard, fund, cost, own: least(fund, cost) };
    });
  const surplus = sum(fans.map(({ fund, own }) => fund - own));
  const lacking = fans.map(({ cost, own }) => cost - own);
  const fromSurplus = least(surplus, sum(lacking));
  const fromReserve = least(it.opening.reserve, sum(lacking) - fromSurplus);
  const covered = oneByOne(fromSurplus + fromReserve, lacking);

  const earned = new Map<string, { nominal: bigint; funded: bigint; shares: readonly OracleShare[] }>();
  fans.forEach(({ heard, own }, index) => {
    const funded = oneByOne(
      own + covered[index]!,
      heard.map(({ earned }) => earned),
    );
    heard.forEach(({ trackId, month, earned: nominal }, at) => {
      const split = splitIn(it, trackId, month);
      const known = earned.get(`${trackId} ${split.id}`) ?? { nominal: 0n, funded: 0n, shares: split.shares };
      earned.set(`${trackId} ${split.id}`, {
        ...known,
        nominal: known.nominal + nominal,
        funded: known.funded + funded[at]!,
      });
    });
  });
  const shares = new Map<string, { nominal: bigint; funded: bigint; deferred: bigint }>();
  for (const [key, { nominal, funded, shares: agreed }] of earned) {
    const sorted = agreed.toSorted((a, b) => a.userId - b.userId);
    const nominals = oneByOne(
      nominal,
      sorted.map(({ basisPoints }) => BigInt(basisPoints)),
    );
    const paid = oneByOne(funded, nominals);
    sorted.forEach(({ userId }, index) =>
      shares.set(`${userId} ${key}`, {
        nominal: nominals[index]!,
        funded: paid[index]!,
        deferred: nominals[index]! - paid[index]!,
      }),
    );
  }

  const debts = paidDebts(it, surplus - fromSurplus);
  const shortfall = sum(lacking) - fromSurplus;
  const averaged = [...it.opening.shortfalls, shortfall].toReversed().slice(0, it.policy.reserve.averagedMonths);
  const target = (sum(averaged) * BigInt(it.policy.reserve.targetMonths)) / BigInt(averaged.length);
  const kept = it.opening.reserve - fromReserve;
  const filled = kept >= target ? 0n : least(debts.left, target - kept);
  return {
    shares,
    debtsPaid: without0(debts.paid),
    debtsLeft: without0(debts.remaining),
    fund: sum(fans.map(({ fund }) => fund)),
    reserve: kept + filled,
    toPlatform: debts.left - filled,
    shortfall,
  };
};
