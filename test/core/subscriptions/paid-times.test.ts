import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, type Instant, after, micros } from '@backline/core/kernel';
import {
  type PaidSpan,
  type ReceiptLine,
  type Subscription,
  type SubscriptionId,
  type SubscriptionSnapshot,
  type SubscriptionStatus,
  entitles,
  firstDifference,
  observe,
  pays,
} from '@backline/core/subscriptions';
import * as fc from 'fast-check';
import { START } from '../platform.ts';

const onDay = (day: number): Instant => after(START, day * DAY_MS);

type Said = Partial<{ periodStart: number; periodEnd: number; pastDueSince: number; endedAt: number; cancel: boolean }>;

const snapshotOf = (status: SubscriptionStatus, said: Said = {}): SubscriptionSnapshot => ({
  id: 'subscription' as SubscriptionId,
  userId: 1 as UserId,
  status,
  currentPeriodStart: onDay(said.periodStart ?? 0),
  currentPeriodEnd: onDay(said.periodEnd ?? 30),
  cancelAtPeriodEnd: said.cancel ?? false,
  pastDueSince: said.pastDueSince === undefined ? null : onDay(said.pastDueSince),
  endedAt: said.endedAt === undefined ? null : onDay(said.endedAt),
  payUrl: null,
});

type Observation = readonly [day: number, status: SubscriptionStatus, said?: Said];

const observed = (observations: readonly Observation[]): Subscription | null =>
  observations.reduce<Subscription | null>(
    (known, [day, status, said]) => observe(known, snapshotOf(status, said), [], onDay(day)),
    null,
  );

const spans = (...days: readonly (readonly [number, number | null])[]): readonly PaidSpan[] =>
  days.map(([from, until]) => ({ from: onDay(from), until: until === null ? null : onDay(until) }));

/** A month that an invoice was paid for. */
const paidFor = (from: number, until: number, amount = 10_000_000n): ReceiptLine => ({
  amount: micros(amount),
  serviceFrom: onDay(from),
  serviceUntil: onDay(until),
});

describe('what receipts were for was paid for, whenever we look', () => {
  test('a subscription that had ended before we heard of it paid until then', () => {
    const seen = observe(null, snapshotOf('canceled', { endedAt: 2 }), [paidFor(0, 30)], onDay(9));
    expect(seen.paid).toEqual(spans([0, 2]));
  });

  test('months that had been renewed before we looked are paid for', () => {
    const snapshot = snapshotOf('active', { periodStart: 60, periodEnd: 90 });
    expect(observe(null, snapshot, [paidFor(30, 60), paidFor(0, 30)], onDay(61)).paid).toEqual(spans([0, null]));
  });

  test('a month that nobody paid for is a gap, and what is given back pays for nothing', () => {
    const snapshot = snapshotOf('canceled', { endedAt: 90 });
    const lines = [paidFor(0, 30), paidFor(30, 60, -10_000_000n), paidFor(60, 90)];
    expect(observe(null, snapshot, lines, onDay(95)).paid).toEqual(spans([0, 30], [60, 90]));
  });

  test('looking often or seldom comes to the same', () => {
    fc.assert(
      fc.property(fc.subarray([1, 31, 61]), fc.integer({ min: 1, max: 100 }), (looks, endedAt) => {
        const lines = [0, 30, 60, 90].filter((from) => from < endedAt).map((from) => paidFor(from, from + 30));
        const active = looks
          .filter((day) => day < endedAt)
          .reduce<Subscription | null>((known, day) => {
            const periodStart = Math.floor(day / 30) * 30;
            const snapshot = snapshotOf('active', { periodStart, periodEnd: periodStart + 30 });
            return observe(known, snapshot, lines.slice(0, periodStart / 30 + 1), onDay(day));
          }, null);
        const ended = snapshotOf('canceled', { endedAt });
        expect(observe(active, ended, lines, onDay(101)).paid).toEqual(spans([0, endedAt]));
      }),
    );
  });
});

describe('the times that a subscription pays for', () => {
  test.each<[string, readonly Observation[], readonly PaidSpan[]]>([
    ['active: from the start of its period, however late we hear of it', [[3, 'active']], spans([0, null])],
    [
      'active through renewals: one time',
      [
        [0, 'active'],
        [31, 'active', { periodStart: 30 }],
      ],
      spans([0, null]),
    ],
    ['trialing: none', [[0, 'trialing']], []],
    [
      'a trial that becomes active: from the first paid period',
      [
        [0, 'trialing'],
        [14, 'active', { periodStart: 14, periodEnd: 44 }],
      ],
      spans([14, null]),
    ],
    [
      'past due: for 7 days more',
      [
        [0, 'active'],
        [30, 'past_due', { pastDueSince: 30 }],
      ],
      spans([0, 37]),
    ],
    [
      'past due, heard of late: 7 days from when it was',
      [
        [0, 'active'],
        [34, 'past_due', { pastDueSince: 30 }],
      ],
      spans([0, 37]),
    ],
    [
      'past due, paid in time: without a gap',
      [
        [0, 'active'],
        [30, 'past_due', { pastDueSince: 30 }],
        [33, 'active', { periodStart: 30 }],
      ],
      spans([0, null]),
    ],
    [
      'past due, paid on the last instant: without a gap',
      [
        [0, 'active'],
        [30, 'past_due', { pastDueSince: 30 }],
        [37, 'active', { periodStart: 30 }],
      ],
      spans([0, null]),
    ],
    [
      'past due, paid too late: again from then on',
      [
        [0, 'active'],
        [30, 'past_due', { pastDueSince: 30 }],
        [40, 'active', { periodStart: 30 }],
      ],
      spans([0, 37], [40, null]),
    ],
    [
      'past due, then unpaid: not longer for that',
      [
        [0, 'active'],
        [30, 'past_due', { pastDueSince: 30 }],
        [45, 'unpaid'],
      ],
      spans([0, 37]),
    ],
    [
      'past due, then canceled within the days of grace: until then',
      [
        [0, 'active'],
        [30, 'past_due', { pastDueSince: 30 }],
        [33, 'canceled', { endedAt: 33 }],
      ],
      spans([0, 33]),
    ],
    [
      'canceled: until it ended, however late we hear of it',
      [
        [0, 'active'],
        [25, 'canceled', { endedAt: 20 }],
      ],
      spans([0, 20]),
    ],
    [
      'canceled at the period end: paid until then',
      [
        [0, 'active'],
        [5, 'active', { cancel: true }],
        [30, 'canceled', { endedAt: 30, cancel: true }],
      ],
      spans([0, 30]),
    ],
    [
      'paused: until we hear of it',
      [
        [0, 'active'],
        [12, 'paused'],
      ],
      spans([0, 12]),
    ],
    [
      'paused and resumed: twice',
      [
        [0, 'active'],
        [12, 'paused'],
        [20, 'active'],
      ],
      spans([0, 12], [20, null]),
    ],
    [
      'incomplete: none',
      [
        [0, 'incomplete'],
        [1, 'incomplete_expired', { endedAt: 1 }],
      ],
      [],
    ],
    [
      'incomplete, then active: from the start of its period',
      [
        [0, 'incomplete'],
        [1, 'active'],
      ],
      spans([0, null]),
    ],
    [
      'a status that nobody has heard of: none from then on',
      [
        [0, 'active'],
        [9, 'unknown'],
      ],
      spans([0, 9]),
    ],
    [
      'ended before it began: none',
      [
        [0, 'active', { periodStart: 5 }],
        [6, 'canceled', { endedAt: 5 }],
      ],
      [],
    ],
    [
      'the same heard twice: no change',
      [
        [0, 'active'],
        [0, 'active'],
        [12, 'paused'],
        [15, 'paused'],
      ],
      spans([0, 12]),
    ],
  ])('%s', (_, observations, expected) => {
    expect(observed(observations)?.paid).toEqual(expected);
  });

  type Change = readonly [day: number, status: SubscriptionStatus];
  const changes = fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom<SubscriptionStatus>('active', 'past_due', 'trialing', 'paused', 'unpaid', 'active', 'past_due'),
      ),
      { minLength: 1, maxLength: 10 },
    )
    .map((steps): readonly Change[] => {
      let day = 0;
      return steps.map(([pause, status]) => [(day += pause), status]);
    });

  /** What a provider says that changes its mind on these days; past due days count from the first of several. */
  const history = (of: readonly Change[]): readonly Observation[] => {
    let since: number | null = null;
    return of.map(([day, status]) => {
      since = status === 'past_due' ? (since ?? day) : null;
      return [day, status, { periodStart: day, ...(since === null ? {} : { pastDueSince: since }) }];
    });
  };

  test('are those in which it was active, or past due for less than 7 days', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 0, max: 220 }), (of, halfDay) => {
        const at = halfDay / 2;
        const heard = history(of);
        const last = heard.findLast(([day]) => day <= at);
        const [, status, said] = last ?? [0, 'incomplete' as const];
        const expected =
          status === 'active' ||
          (status === 'past_due' && said?.pastDueSince !== undefined && at < said.pastDueSince + 7);
        expect(pays(observed(heard)?.paid ?? [], onDay(at))).toBe(expected);
      }),
    );
  });

  test('are in order, apart, and never empty', () => {
    fc.assert(
      fc.property(changes, (of) => {
        const paid = observed(history(of))?.paid ?? [];
        const instants = paid.flatMap(({ from, until }) => [from, until ?? Infinity]);
        expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
      }),
    );
  });
});

describe('who may stream', () => {
  test.each<[string, SubscriptionSnapshot, number, boolean]>([
    ['active', snapshotOf('active'), 10, true],
    ['active, a renewal heard of late', snapshotOf('active'), 31, true],
    ['trialing', snapshotOf('trialing'), 10, true],
    ['past due for less than 7 days', snapshotOf('past_due', { pastDueSince: 30 }), 36.999, true],
    ['past due for 7 days', snapshotOf('past_due', { pastDueSince: 30 }), 37, false],
    ['past due, nobody knows since when', snapshotOf('past_due'), 30, false],
    ['cancelling, before the period ends', snapshotOf('active', { cancel: true }), 29.999, true],
    ['cancelling, once the period has ended', snapshotOf('active', { cancel: true }), 30, false],
    ['a trial that is cancelling, once it has ended', snapshotOf('trialing', { cancel: true }), 30, false],
    ['canceled', snapshotOf('canceled', { endedAt: 5 }), 10, false],
    ['unpaid', snapshotOf('unpaid'), 10, false],
    ['paused', snapshotOf('paused'), 10, false],
    ['incomplete', snapshotOf('incomplete'), 10, false],
    ['incomplete and expired', snapshotOf('incomplete_expired'), 10, false],
    ['of a status that nobody has heard of', snapshotOf('unknown'), 10, false],
  ])('%s', (_, snapshot, day, expected) => {
    expect(entitles(snapshot, onDay(day))).toBe(expected);
  });
});

describe('the first instant about which two lists of times disagree', () => {
  test.each<[string, readonly PaidSpan[], readonly PaidSpan[], number | null]>([
    ['none', [], [], null],
    ['the same', spans([0, 5], [7, null]), spans([0, 5], [7, null]), null],
    ['the same, cut in two', spans([0, 5]), spans([0, 2], [2, 5]), null],
    ['one more', spans([0, 5]), spans([0, 5], [7, null]), 7],
    ['an end', spans([0, null]), spans([0, 5]), 5],
    ['a later end', spans([0, 5]), spans([0, 9]), 5],
    ['a beginning', [], spans([3, null]), 3],
    ['an earlier beginning', spans([3, 5]), spans([1, 5]), 1],
  ])('%s', (_, a, b, expected) => {
    const day = expected === null ? null : onDay(expected);
    expect(firstDifference(a, b)).toBe(day);
    expect(firstDifference(b, a)).toBe(day);
  });
});
