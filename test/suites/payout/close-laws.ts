import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { micros, money, USD } from '@backline/core/kernel';
import type { Close, PayableCount } from '@backline/core/payout';
import type { InvoiceId } from '@backline/core/subscriptions';
import fc from 'fast-check';
import { fundByTheText } from '../../arbitraries/close-oracle.ts';
import {
  FANS,
  type MonthCase,
  PERIOD,
  PERIOD_START,
  TRACKS,
  inputsOf,
  monthCase,
} from '../../arbitraries/month-case.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import type { PayoutRules } from './rules.ts';

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

const fundedBy = ({ funding }: Close): bigint => funding.own + funding.surplusUsed + funding.reserveUsed;

const isInsolvent = ({ funding }: Close): boolean => funding.unfunded > 0n;

const byTrack = (close: Close, what: 'nominal' | 'funded'): ReadonlyMap<number, bigint> =>
  new Map(
    [...Map.groupBy(close.tracks, ({ trackId }) => trackId)].map(([id, of]) => [id, sum(of.map((each) => each[what]))]),
  );

/** R5, R7, R8: where the money of a month goes. */
export const fundingLaws = ({ closeMonth, policy }: PayoutRules): void => {
  const months = monthCase(policy);
  const close = (it: MonthCase): Close => closeMonth(inputsOf(it));

  describe('funding', () => {
    test('meets insolvency, reserves, debts and late plays often enough in these months to be tested by them', () => {
      const closes = fc.sample(months, { ...SEEDED, numRuns: 600 }).map((it) => ({ it, is: close(it) }));
      const share = (holds: (it: MonthCase, is: Close) => boolean): number =>
        closes.filter(({ it, is }) => holds(it, is)).length / closes.length;
      expect(share((_, is) => isInsolvent(is))).toBeGreaterThan(0.15);
      expect(share((_, is) => !isInsolvent(is))).toBeGreaterThan(0.15);
      expect(share((_, is) => is.reserve.out > 0n)).toBeGreaterThan(0.15);
      expect(share((_, is) => is.funding.surplusUsed > 0n)).toBeGreaterThan(0.15);
      expect(share((_, is) => is.debtsPaid.length > 0)).toBeGreaterThan(0.1);
      expect(share((_, is) => is.reserve.in > 0n)).toBeGreaterThan(0.1);
      expect(share((_, is) => is.toPlatform > 0n)).toBeGreaterThan(0.1);
      expect(share((it) => it.payable.some(({ playedIn }) => playedIn < PERIOD))).toBeGreaterThan(0.3);
      expect(share((_, is) => is.tracks.some(({ shares }) => shares.length > 1))).toBeGreaterThan(0.3);
    });

    test('neither creates nor loses a micro', () => {
      fc.assert(
        fc.property(months, (it) => {
          const is = close(it);
          const fund = sum(
            FANS.map((fan) =>
              fundByTheText(
                it.receipts.filter(({ userId }) => userId === fan),
                PERIOD,
                policy,
              ),
            ),
          );
          const paid = sum(is.debtsPaid.map(({ amount }) => amount));
          const earned = sum(is.tracks.flatMap(({ shares }) => shares.map(({ funded }) => funded)));
          expect(earned + paid + is.reserve.closing + is.toPlatform).toBe(fund + it.opening.reserve);
        }),
        SEEDED,
      );
    });

    test('pays or owes each share exactly what it earned', () => {
      fc.assert(
        fc.property(months, (it) => {
          for (const track of close(it).tracks) {
            for (const { nominal, funded, deferred } of track.shares) {
              expect(funded + deferred).toBe(nominal);
              expect(funded >= 0n && deferred >= 0n).toBe(true);
            }
            expect(sum(track.shares.map(({ nominal }) => nominal))).toBe(track.nominal);
            expect(sum(track.shares.map(({ funded }) => funded))).toBe(track.funded);
          }
        }),
        SEEDED,
      );
    });

    test('never pays a share more than it earned, however few micros there are', () => {
      const [it] = fc.sample(months, { ...SEEDED, numRuns: 1 });
      const [rate] = it!.rates;
      const trackId = TRACKS[0]!.trackId;
      const agreed = [
        [3_334, 3_333, 3_333],
        [5_000, 3_000, 2_000],
        [6_001, 2_500, 1_499],
        [9_998, 1, 1],
        [7_000, 2_999, 1],
        // Of 10 micros the last gets 2, of 11 only 1 (the Alabama paradox).
        [4_286, 4_286, 1_428],
      ];
      for (const points of agreed)
        for (let plays = 1; plays <= 12; plays += 1)
          for (let reserve = 0; reserve <= plays; reserve += 1) {
            const { tracks } = close({
              ...it!,
              rates: [{ ...rate!, reference: money(1n, USD), multiplier: 1n }],
              splits: [
                {
                  id: 1 as MonthCase['splits'][number]['id'],
                  trackId,
                  effectiveFrom: PERIOD,
                  shares: points.map((basisPoints, index) => ({
                    userId: (1 + index) as UserId,
                    basisPoints,
                    acceptedAt: null,
                  })),
                },
              ],
              payable: [{ listenerId: FANS[0]!, trackId, playedIn: PERIOD, plays }],
              unpaid: [],
              receipts: [],
              opening: { reserve: micros(BigInt(reserve)), debts: [], shortfalls: [] },
            });
            expect(tracks[0]).toMatchObject({ nominal: BigInt(plays), funded: BigInt(reserve) });
            for (const { deferred } of tracks[0]!.shares) expect(deferred).toBeGreaterThanOrEqual(0n);
          }
    });

    test('is full whenever all that there is covers all that was earned', () => {
      fc.assert(
        fc.property(months, (it) => {
          const is = close(it);
          const earned = sum(is.tracks.map(({ nominal }) => nominal));
          expect(is.fund + it.opening.reserve >= earned).toBe(!isInsolvent(is));
          expect(fundedBy(is) === earned).toBe(!isInsolvent(is));
        }),
        SEEDED,
      );
    });

    test('leaves the platform nothing, and no reserve, while anything of the month is owed', () => {
      fc.assert(
        fc.property(
          months.map((it) => ({ it, is: close(it) })).filter(({ is }) => isInsolvent(is)),
          ({ is }) => {
            expect([is.toPlatform, is.reserve.closing, is.debtsPaid]).toEqual([0n, 0n, []]);
            expect(fundedBy(is)).toBe(is.fund + is.reserve.opening);
          },
        ),
        { ...SEEDED, numRuns: 60 },
      );
    });

    test('takes from the reserve only when the surplus is used up', () => {
      fc.assert(
        fc.property(months, (it) => {
          const { funding, reserve } = close(it);
          expect(reserve.out).toBe(funding.reserveUsed);
          if (reserve.out > 0n) expect(funding.surplusUsed).toBe(funding.surplus);
        }),
        SEEDED,
      );
    });

    test('gives the platform something only when all debts are paid and the reserve has reached its target', () => {
      fc.assert(
        fc.property(months, (it) => {
          const { toPlatform, debts, reserve } = close(it);
          if (toPlatform > 0n) expect([debts, reserve.closing >= reserve.target]).toEqual([[], true]);
          if (reserve.in > 0n) expect([debts, reserve.closing <= reserve.target]).toEqual([[], true]);
        }),
        SEEDED,
      );
    });

    test('pays older debts before younger ones, and keeps the rest', () => {
      fc.assert(
        fc.property(months, (it) => {
          const is = close(it);
          const remaining = is.debts.filter(({ origin }) => origin < PERIOD);
          expect(sum([...is.debtsPaid, ...remaining].map(({ amount }) => amount))).toBe(
            sum(it.opening.debts.map(({ amount }) => amount)),
          );
          for (const paid of is.debtsPaid) expect(remaining.every(({ origin }) => origin >= paid.origin)).toBe(true);
        }),
        SEEDED,
      );
    });

    test("gives each track at least its part of its own listeners' funds", () => {
      fc.assert(
        fc.property(months, (it) => {
          const least = new Map<number, bigint>();
          for (const fan of FANS) {
            const fund = fundByTheText(
              it.receipts.filter(({ userId }) => userId === fan),
              PERIOD,
              policy,
            );
            const own = it.payable.filter(({ listenerId }) => listenerId === fan);
            const cost = sum(own.map((row) => earnedBy(it, row)));
            if (cost === 0n) continue;
            const paid = fund < cost ? fund : cost;
            for (const [trackId, rows] of Map.groupBy(own, (row) => row.trackId))
              for (const same of Map.groupBy(rows, (row) => row.playedIn).values())
                least.set(
                  trackId,
                  (least.get(trackId) ?? 0n) + (paid * sum(same.map((row) => earnedBy(it, row)))) / cost,
                );
          }
          const funded = byTrack(close(it), 'funded');
          for (const [trackId, amount] of least) expect(funded.get(trackId)).toBeGreaterThanOrEqual(amount);
        }),
        SEEDED,
      );
    });

    test('lets one account move at most its own fund, the surplus and the reserve', () => {
      const loop = fc.record({
        plays: fc.integer({ min: 1, max: 100_000 }),
        paid: fc.bigInt({ min: 0n, max: 10_000_000n }),
      });
      fc.assert(
        fc.property(months, loop, (it, { plays, paid }) => {
          const without = close(it);
          const { with: is, fund } = closeWithBot(it, plays, paid);
          const [before, after] = [byTrack(without, 'funded'), byTrack(is, 'funded')];
          const lost = sum([...before].map(([trackId, amount]) => amount - after.get(trackId)!));
          expect(lost).toBeLessThanOrEqual(without.funding.surplusUsed + without.funding.reserveUsed);
          expect(after.get(BOT_TRACK)).toBeLessThanOrEqual(fund + without.funding.surplus + it.opening.reserve);
        }),
        SEEDED,
      );
    });

    test('never hurts anybody by more money, but for a micro a fan', () => {
      const more = fc.oneof(fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 0n, max: 5_000_000n }));
      fc.assert(
        fc.property(months, more, fc.nat(), (it, amount, pick) => {
          fc.pre(it.receipts.length > 0);
          const { userId } = it.receipts[pick % it.receipts.length]!;
          const richer = close({ ...it, receipts: [...it.receipts, plainReceipt(userId, amount)] });
          const before = close(it);
          fc.pre(before.funding.granted.length === richer.funding.granted.length);
          expect(fundedBy(richer)).toBeGreaterThanOrEqual(fundedBy(before));
          before.funding.granted.forEach((granted, fan) =>
            expect(richer.funding.granted[fan]).toBeGreaterThanOrEqual(granted - 1n),
          );
        }),
        SEEDED,
      );
    });

    test('keeps in the reserve so many months of the average shortfall', () => {
      fc.assert(
        fc.property(months, (it) => {
          const { reserve, shortfall } = close(it);
          const { targetMonths, averagedMonths } = policy.reserve;
          const averaged = [shortfall, ...it.opening.shortfalls.toReversed()].slice(0, averagedMonths);
          expect(reserve.target).toBe((sum(averaged) * BigInt(targetMonths)) / BigInt(averaged.length));
          expect(reserve.closing).toBe(reserve.opening - reserve.out + reserve.in);
        }),
        SEEDED,
      );
    });

    test('reports the highest multiple that would have been funded in full', () => {
      fc.assert(
        fc.property(months, (it) => {
          const { solvency } = close(it);
          const atReference = sum(
            it.payable.map((row) => rateIn(it, row.playedIn).reference.micros * BigInt(row.plays)),
          );
          const most = solvency.fundableMultiplierMilli!;
          const available = (solvency.fund + it.opening.reserve) * 1_000n;
          expect(atReference * most).toBeLessThanOrEqual(available);
          expect(atReference * (most + 1n)).toBeGreaterThan(available);
        }),
        SEEDED,
      );
    });
  });

  const BOT = 900 as UserId;
  const BOT_TRACK = 99 as TrackId;

  const closeWithBot = (it: MonthCase, plays: number, paid: bigint): { with: Close; fund: bigint } => {
    const receipt = plainReceipt(BOT, paid);
    return {
      fund: fundByTheText([receipt], PERIOD, policy),
      with: close({
        ...it,
        tracks: [...it.tracks, { trackId: BOT_TRACK, artistId: 9 as UserId }],
        payable: [...it.payable, { listenerId: BOT, trackId: BOT_TRACK, playedIn: PERIOD, plays }],
        receipts: [...it.receipts, receipt],
      }),
    };
  };
};

/** R5: what the plays of a month earn. */
export const earningLaws = ({ closeMonth, policy }: PayoutRules): void => {
  const months = monthCase(policy);
  const close = (it: MonthCase): Close => closeMonth(inputsOf(it));

  describe('earning', () => {
    test('is exactly the payable plays at the rate of the month that each began in', () => {
      fc.assert(
        fc.property(months, (it) => {
          const nominal = byTrack(close(it), 'nominal');
          for (const { trackId } of TRACKS)
            expect(nominal.get(trackId) ?? 0n).toBe(
              sum(it.payable.filter((row) => row.trackId === trackId).map((row) => earnedBy(it, row))),
            );
        }),
        SEEDED,
      );
    });

    test('says of each track how many plays at which rate, and how many for nothing', () => {
      fc.assert(
        fc.property(months, (it) => {
          for (const { trackId, plays } of close(it).tracks) {
            for (const { playedIn, payable, perPlay, unpaid, rateVersion } of plays) {
              const same = (row: { trackId: number; playedIn: string }) =>
                row.trackId === trackId && row.playedIn === playedIn;
              expect(payable).toBe(it.payable.filter(same).reduce((count, row) => count + row.plays, 0));
              const rate = rateIn(it, playedIn);
              expect([rateVersion, perPlay]).toEqual([rate.id, rate.reference.micros * rate.multiplier]);
              const counted = Object.fromEntries(
                [...Map.groupBy(it.unpaid.filter(same), ({ verdict }) => verdict)].map(([verdict, rows]) => [
                  verdict,
                  rows.reduce((count, row) => count + row.plays, 0),
                ]),
              );
              expect(unpaid).toEqual(counted);
            }
          }
        }),
        SEEDED,
      );
    });

    test('lists every track that was played, whether it earned or not', () => {
      fc.assert(
        fc.property(months, (it) => {
          const listed = close(it).tracks.flatMap(({ trackId, plays }) =>
            plays.map(({ playedIn }) => `${trackId} ${playedIn}`),
          );
          const played = [...it.payable, ...it.unpaid].map(({ trackId, playedIn }) => `${trackId} ${playedIn}`);
          expect(listed.toSorted()).toEqual([...new Set(played)].toSorted());
        }),
        SEEDED,
      );
    });

    test('doubles when the rate does', () => {
      fc.assert(
        fc.property(months, (it) => {
          const doubled = it.rates.map((rate) => ({ ...rate, multiplier: rate.multiplier * 2n }));
          const twice = byTrack(close({ ...it, rates: doubled }), 'nominal');
          for (const [trackId, nominal] of byTrack(close(it), 'nominal')) expect(twice.get(trackId)).toBe(nominal * 2n);
        }),
        SEEDED,
      );
    });

    test('of an artist does not depend on what others play', () => {
      fc.assert(
        fc.property(months, fc.constantFrom(...TRACKS), (it, { trackId }) => {
          const only = { ...it, payable: it.payable.filter((row) => row.trackId === trackId) };
          fc.pre(only.payable.length > 0);
          expect(byTrack(close(only), 'nominal').get(trackId)).toBe(byTrack(close(it), 'nominal').get(trackId));
        }),
        SEEDED,
      );
    });

    test('never falls by another play', () => {
      fc.assert(
        fc.property(months, fc.nat(), fc.integer({ min: 1, max: 50 }), (it, pick, plays) => {
          const more = { ...it.payable[pick % it.payable.length]!, plays };
          const after = byTrack(close({ ...it, payable: [...it.payable, more] }), 'nominal');
          for (const [trackId, nominal] of byTrack(close(it), 'nominal'))
            expect(after.get(trackId)).toBe(nominal + (trackId === more.trackId ? earnedBy(it, more) : 0n));
        }),
        SEEDED,
      );
    });

    test('is the same whether plays come in time or late', () => {
      fc.assert(
        fc.property(months, fc.infiniteStream(fc.boolean()), (it, late) => {
          const september = it.payable.map((row) => ({ ...row, playedIn: EARLIER }));
          const isLate = september.map(() => late.next().value);
          const inTime = close({ ...it, period: EARLIER, payable: september });
          const first = close({ ...it, period: EARLIER, payable: september.filter((_, index) => !isLate[index]) });
          const second = close({ ...it, payable: september.filter((_, index) => isLate[index]), unpaid: [] });
          const [all, before, after] = [inTime, first, second].map((each) => byTrack(each, 'nominal'));
          for (const [trackId, nominal] of all!)
            expect((before!.get(trackId) ?? 0n) + (after!.get(trackId) ?? 0n)).toBe(nominal);
        }),
        SEEDED,
      );
    });
  });

  const EARLIER = '2026-09' as typeof PERIOD;
};

const rateIn = (it: MonthCase, month: string) =>
  it.rates
    .filter(({ effectiveFrom }) => effectiveFrom <= month)
    .toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0]!;

const earnedBy = (it: MonthCase, { playedIn, plays }: PayableCount): bigint => {
  const { reference, multiplier } = rateIn(it, playedIn);
  return reference.micros * multiplier * BigInt(plays);
};

/** All of it for the period, without fee or tax. */
const plainReceipt = (userId: UserId, amount: bigint): MonthCase['receipts'][number] => ({
  invoiceId: `more_${userId}` as InvoiceId,
  userId,
  paid: money(amount, USD),
  tax: micros(0n),
  fee: micros(0n),
  refunded: micros(0n),
  disputed: micros(0n),
  lines: [{ amount: micros(amount), serviceFrom: PERIOD_START, serviceUntil: PERIOD_START }],
});
