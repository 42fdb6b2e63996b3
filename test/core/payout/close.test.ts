import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, USD, currency, instant, micros, money, month } from '@backline/core/kernel';
import {
  type Close,
  type CloseInputs,
  type EarnedReceipt,
  FIRST_RATE,
  PAYOUT_POLICY,
  type RateVersion,
  balancesOf,
  closeMonth,
  earnersOf,
  playCounts,
} from '@backline/core/payout';
import { type InvoiceId, usualFee } from '@backline/core/subscriptions';

const [ANA, BO, ARTIST, OTHER, FRIEND] = [101, 102, 1, 2, 3] as readonly number[] as [
  UserId,
  UserId,
  UserId,
  UserId,
  UserId,
];
const [SONG, TUNE] = [11, 12] as readonly number[] as [TrackId, TrackId];
const PERIOD = month('2026-10');

/** The sandbox's price, for exactly the month. */
const tenDollars = (userId: UserId): EarnedReceipt => ({
  invoiceId: `in_${userId}` as InvoiceId,
  userId,
  paid: money(10_000_000n, USD),
  tax: micros(0n),
  fee: usualFee(money(10_000_000n, USD)),
  refunded: micros(0n),
  disputed: micros(0n),
  lines: [
    {
      amount: micros(10_000_000n),
      serviceFrom: instant(Date.UTC(2026, 9, 1)),
      serviceUntil: instant(Date.UTC(2026, 10, 1)),
    },
  ],
});

const plays = (listenerId: UserId, trackId: TrackId, count: number) => ({
  listenerId,
  trackId,
  playedIn: PERIOD,
  plays: count,
});

const october = (changes: Partial<CloseInputs> = {}): CloseInputs => ({
  period: PERIOD,
  currency: USD,
  policy: PAYOUT_POLICY,
  rates: [{ ...FIRST_RATE, id: 1 as RateVersion['id'] }],
  splits: [],
  tracks: [
    { trackId: SONG, artistId: ARTIST },
    { trackId: TUNE, artistId: OTHER },
  ],
  payable: playCounts([]),
  unpaid: [],
  receipts: [tenDollars(ANA)],
  opening: { reserve: micros(0n), debts: [], shortfalls: [] },
  ...changes,
});

const debt = (origin: string, userId: UserId, amount: bigint) => ({
  origin: month(origin),
  userId,
  trackId: SONG,
  splitVersion: null,
  amount: micros(amount),
});

const earned = ({ tracks }: Close): readonly (readonly [number, bigint, bigint])[] =>
  tracks.flatMap(({ shares }) => shares.map(({ userId, funded, deferred }) => [userId, funded, deferred] as const));

describe('a month', () => {
  test('of 25,063 payable plays earns $200.504', () => {
    const { tracks } = closeMonth(october({ payable: playCounts([plays(ANA, SONG, 25_063)]) }));
    expect(tracks[0]?.nominal).toBe(200_504_000n);
  });

  test('of a $10 subscription nets $9.41 and pays 823 plays', () => {
    const close = closeMonth(october({ payable: playCounts([plays(ANA, SONG, 823)]) }));
    expect([close.gross, close.fund]).toEqual([10_000_000n, 6_587_000n]);
    expect(close.solvency.breakEvenPlays).toBe(823);
    expect(earned(close)).toEqual([[ARTIST, 6_584_000n, 0n]]);
    expect(close.toPlatform).toBe(3_000n);
  });

  test('with one play more than is paid for owes the rest of it', () => {
    const close = closeMonth(october({ payable: playCounts([plays(ANA, SONG, 824)]) }));
    expect(earned(close)).toEqual([[ARTIST, 6_587_000n, 5_000n]]);
    expect(close.debts).toEqual([
      { origin: PERIOD, userId: ARTIST, trackId: SONG, splitVersion: null, amount: 5_000n },
    ]);
    expect([close.shortfall, close.reserve.target]).toEqual([5_000n, 15_000n]);
  });

  test("has a light listener's rest pay for a heavy one, then the reserve", () => {
    const close = closeMonth(
      october({
        payable: playCounts([plays(ANA, SONG, 800), plays(BO, TUNE, 850)]),
        receipts: [tenDollars(ANA), tenDollars(BO)],
        opening: { reserve: micros(200_000n), debts: [], shortfalls: [] },
      }),
    );
    expect(earned(close)).toEqual([
      [ARTIST, 6_400_000n, 0n],
      [OTHER, 6_800_000n, 0n],
    ]);
    expect(close.funding).toMatchObject({
      own: 12_987_000n,
      surplus: 187_000n,
      surplusUsed: 187_000n,
      reserveUsed: 26_000n,
      unfunded: 0n,
    });
    expect(close.reserve).toEqual({ opening: 200_000n, out: 26_000n, in: 0n, closing: 174_000n, target: 78_000n });
  });

  test("leaves a looping account with its own fund: others' pay does not fall", () => {
    const payable = [plays(ANA, SONG, 800), plays(BO, TUNE, 100_000)];
    const close = closeMonth(october({ payable: playCounts(payable), receipts: [tenDollars(ANA), tenDollars(BO)] }));
    expect(earned(close)).toEqual([
      [ARTIST, 6_400_000n, 0n],
      [OTHER, 6_774_000n, 793_226_000n],
    ]);
  });

  test('pays old debts first, oldest month first, then fills the reserve, and leaves the platform the rest', () => {
    const debts = [
      debt('2026-09', OTHER, 10n),
      debt('2026-08', ARTIST, 6_000_000n),
      debt('2026-08', FRIEND, 6_000_000n),
    ];
    const lean = closeMonth(october({ opening: { reserve: micros(0n), debts, shortfalls: [] } }));
    expect(lean.debtsPaid.map(({ userId, amount }) => [userId, amount])).toEqual([
      [ARTIST, 3_293_500n],
      [FRIEND, 3_293_500n],
    ]);
    expect(lean.debts.map(({ userId, amount }) => [userId, amount])).toEqual([
      [ARTIST, 2_706_500n],
      [FRIEND, 2_706_500n],
      [OTHER, 10n],
    ]);
    const rich = closeMonth(
      october({ opening: { reserve: micros(100n), debts: lean.debts, shortfalls: [micros(600_000n), micros(0n)] } }),
    );
    expect([rich.debts, rich.reserve.in, rich.reserve.closing, rich.toPlatform]).toEqual([
      [],
      599_900n,
      600_000n,
      574_090n,
    ]);
  });

  test('keeps a share for a collaborator who has not accepted', () => {
    const splits = [
      {
        id: 5 as never,
        trackId: SONG,
        effectiveFrom: PERIOD,
        shares: [
          { userId: FRIEND, basisPoints: 3_333, acceptedAt: null },
          { userId: ARTIST, basisPoints: 6_667, acceptedAt: 0 as Instant },
        ],
      },
    ];
    const { tracks } = closeMonth(october({ splits, payable: playCounts([plays(ANA, SONG, 1)]) }));
    expect(tracks[0]?.shares.map(({ userId, accepted, funded }) => [userId, accepted, funded])).toEqual([
      [ARTIST, true, 5_334n],
      [FRIEND, false, 2_666n],
    ]);
  });

  test('books all of it, and the pool of the month is empty afterwards', () => {
    const close = closeMonth(
      october({
        payable: playCounts([plays(ANA, SONG, 100)]),
        opening: {
          reserve: micros(5n),
          debts: [
            { origin: month('2026-09'), userId: OTHER, trackId: TUNE, splitVersion: null, amount: micros(1_000n) },
          ],
          shortfalls: [micros(100_000n)],
        },
      }),
    );
    expect(
      close.transactions.map(({ sourceType, sourceId, kind, period }) => [sourceType, sourceId, kind, period]),
    ).toEqual(
      ['service-given', 'earned', 'deferred-paid', 'reserve-in', 'left-over'].map((kind) => [
        'period-close',
        PERIOD,
        kind,
        PERIOD,
      ]),
    );
    expect(Object.fromEntries(balancesOf(close.transactions))).toEqual({
      deferred_revenue: -10_000_000n,
      'royalty_pool:2026-10': 0n,
      platform_revenue: 3_413_000n + 5_636_005n,
      'artist_pending:1': 800_000n,
      'artist_pending:2': 1_000n,
      'artist_deferred:2': -1_000n,
      royalty_shortfall: -1_000n,
      royalty_reserve: 149_995n,
    });
  });

  test('books what the reserve gives and what is owed', () => {
    const close = closeMonth(
      october({
        payable: playCounts([plays(ANA, SONG, 900)]),
        opening: { reserve: micros(13_000n), debts: [], shortfalls: [] },
      }),
    );
    expect(close.transactions.map(({ kind }) => kind)).toEqual(['service-given', 'reserve-out', 'earned', 'deferred']);
    expect(Object.fromEntries(balancesOf(close.transactions))).toEqual({
      deferred_revenue: -10_000_000n,
      'royalty_pool:2026-10': 0n,
      platform_revenue: 3_413_000n,
      royalty_reserve: -13_000n,
      'artist_pending:1': 6_600_000n,
      royalty_shortfall: 600_000n,
      'artist_deferred:1': 600_000n,
    });
  });

  test('in which nothing happened moves nothing', () => {
    const close = closeMonth(october({ receipts: [] }));
    expect(close).toMatchObject({ transactions: [], tracks: [], debts: [], fund: 0n, toPlatform: 0n });
    expect(close.solvency).toEqual({
      liability: 0n,
      fund: 0n,
      reserveIn: 0n,
      reserveOut: 0n,
      reserve: 0n,
      coverageBasisPoints: 10_000,
      deferredByOrigin: [],
      fans: 0,
      meanPlaysMilli: 0,
      p95Plays: 0,
      breakEvenPlays: 0,
      fundableMultiplierMilli: null,
    });
  });

  test('reports where its money came from and how far it would have gone', () => {
    const listeners = Array.from({ length: 20 }, (_, index) => (201 + index) as UserId);
    const { solvency } = closeMonth(
      october({
        payable: playCounts(listeners.map((listenerId, index) => plays(listenerId, SONG, 10 * (20 - index)))),
        receipts: [tenDollars(ANA), { ...tenDollars(BO), refunded: micros(10_000_000n) }],
        opening: {
          reserve: micros(1_000n),
          debts: [{ origin: month('2026-09'), userId: OTHER, trackId: TUNE, splitVersion: null, amount: micros(7n) }],
          shortfalls: [],
        },
      }),
    );
    expect(solvency).toEqual({
      liability: 16_800_000n,
      fund: 6_587_000n,
      reserveIn: 0n,
      reserveOut: 1_000n,
      reserve: 0n,
      coverageBasisPoints: 3_921,
      deferredByOrigin: [
        { origin: '2026-09', amount: 7n },
        { origin: '2026-10', amount: 10_212_000n },
      ],
      fans: 21,
      meanPlaysMilli: 100_000,
      p95Plays: 190,
      breakEvenPlays: 39,
      fundableMultiplierMilli: 784n,
    });
  });

  test('is of one currency', () => {
    const euros = { ...tenDollars(ANA), paid: money(10_000_000n, currency('EUR')) };
    expect(() => closeMonth(october({ receipts: [euros] }))).toThrow('another currency');
    expect(() => closeMonth(october({ currency: currency('EUR'), receipts: [] }))).toThrow('another currency');
  });

  test('with a play of a track that nobody owns is a bug', () => {
    expect(() => closeMonth(october({ tracks: [], payable: playCounts([plays(ANA, SONG, 1)]) }))).toThrow(
      'nobody owns track 11',
    );
  });

  test('names all to whom it matters', () => {
    const debts = [
      { origin: month('2026-09'), userId: FRIEND, trackId: TUNE, splitVersion: null, amount: micros(1_000n) },
    ];
    const close = closeMonth(
      october({ payable: playCounts([plays(ANA, SONG, 1)]), opening: { reserve: micros(0n), debts, shortfalls: [] } }),
    );
    expect([...earnersOf(close)]).toEqual([ARTIST, FRIEND]);
  });
});

describe('a close tells', () => {
  test('of each track and month once, paid and unpaid plays together', () => {
    const { tracks } = closeMonth(
      october({
        payable: playCounts([plays(ANA, SONG, 3)]),
        unpaid: [
          { trackId: SONG, playedIn: PERIOD, verdict: 'too-short', plays: 2 },
          { trackId: SONG, playedIn: PERIOD, verdict: 'held', plays: 1 },
          { trackId: TUNE, playedIn: PERIOD, verdict: 'unfunded', plays: 4 },
        ],
      }),
    );
    expect(
      tracks.map(({ trackId, plays: told }) => [trackId, told.map(({ payable, unpaid }) => [payable, unpaid])]),
    ).toEqual([
      [SONG, [[3, { 'too-short': 2, held: 1 }]]],
      [TUNE, [[0, { unfunded: 4 }]]],
    ]);
  });

  test('of what is owed by age, then by whom, then for which track', () => {
    const { debts } = closeMonth(
      october({
        tracks: [
          { trackId: SONG, artistId: OTHER },
          { trackId: TUNE, artistId: ARTIST },
        ],
        payable: playCounts([plays(BO, SONG, 1), plays(BO, TUNE, 1)]),
        receipts: [],
        opening: {
          reserve: micros(0n),
          debts: [debt('2026-09', OTHER, 5n), debt('2026-08', OTHER, 5n), debt('2026-09', ARTIST, 5n)],
          shortfalls: [],
        },
      }),
    );
    expect(debts.map(({ origin, userId }) => [origin, userId])).toEqual([
      ['2026-08', OTHER],
      ['2026-09', ARTIST],
      ['2026-09', OTHER],
      ['2026-10', ARTIST],
      ['2026-10', OTHER],
    ]);
  });
});
