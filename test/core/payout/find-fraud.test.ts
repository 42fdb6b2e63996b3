import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Month, USD, instant, micros, month, ok } from '@backline/core/kernel';
import {
  type CountedPlays,
  type FraudFinding,
  type FraudulentPlays,
  STATEMENT_SCHEMA,
  type SplitVersion,
  type SplitVersionId,
  type StatementTrack,
  balances,
  countFraud,
  fraudIn,
  issue,
} from '@backline/core/payout';
import { memoryPorts } from '@backline/memory';
import { sha256 } from '../../arbitraries/statement-chain.ts';
import { commit } from '../../suites/harness.ts';
import { beginClosing, endClosing } from '../../suites/ledger-samples.ts';

const [ARTIST, DRUMMER, BOT] = [1, 2, 9] as readonly number[] as [UserId, UserId, UserId];
const [SONG, TUNE] = [11, 12] as readonly number[] as [TrackId, TrackId];
const [AUGUST, SEPTEMBER, OCTOBER, NOVEMBER] = [month('2026-08'), month('2026-09'), month('2026-10'), month('2026-11')];

const line = (trackId: TrackId, splitVersion: SplitVersionId | null, trackNominal: bigint): StatementTrack => ({
  trackId,
  title: 'Song',
  splitVersion,
  shareBasisPoints: 10_000,
  accepted: true,
  plays: [],
  trackNominal: micros(trackNominal),
  nominal: micros(trackNominal),
  funded: micros(trackNominal),
  deferred: micros(0n),
});

describe('what closes have counted of fraud', () => {
  const counted = (plays: number, changes: Partial<CountedPlays> = {}): CountedPlays => ({
    listenerId: BOT,
    artistId: ARTIST,
    trackId: SONG,
    verdict: 'payable',
    playedIn: SEPTEMBER,
    counted: 'never',
    ...changes,
    plays,
  });
  const BY_CLOSE: Readonly<Record<string, readonly CountedPlays[]>> = {
    [AUGUST]: [counted(1, { playedIn: AUGUST })],
    [SEPTEMBER]: [counted(2), counted(3, { trackId: TUNE }), counted(4, { playedIn: AUGUST })],
    [OCTOBER]: [counted(5), counted(6, { playedIn: OCTOBER })],
    [NOVEMBER]: [counted(7)],
  };

  const found = async (changes: Partial<FraudFinding> = {}) => {
    const ports = memoryPorts();
    for (const closed of [AUGUST, SEPTEMBER, OCTOBER]) {
      await commit(ports.uow, ({ periods }) => periods.open(closed, instant(0)));
      await beginClosing({ ports }, closed);
      await endClosing({ ports }, closed);
    }
    await commit(ports.uow, ({ periods }) => periods.open(NOVEMBER, instant(0)));
    const playCounts = {
      eachOf: async (of: Month, take: (rows: readonly CountedPlays[]) => void, listenerId?: UserId) => {
        expect(listenerId).toBe(BOT);
        take(BY_CLOSE[of]!);
        return ok(null);
      },
    };
    const finding = { listenerId: BOT, playedIn: SEPTEMBER, trackId: null, ...changes };
    return (await countFraud({ ...ports, playCounts }, finding))?.map(({ period, trackId, artistId, plays }) => [
      period,
      trackId,
      artistId,
      plays,
    ]);
  };

  test('is the month’s plays, by each close that is done, whichever counted them', async () => {
    expect(await found()).toEqual([
      [SEPTEMBER, SONG, ARTIST, 2],
      [SEPTEMBER, TUNE, ARTIST, 3],
      [OCTOBER, SONG, ARTIST, 5],
    ]);
  });

  test('is of one track where it is named', async () => {
    expect(await found({ trackId: TUNE })).toEqual([[SEPTEMBER, TUNE, ARTIST, 3]]);
  });

  test('is not known while the month is open, nor before the first', async () => {
    expect(await found({ playedIn: NOVEMBER })).toBeUndefined();
    expect(await found({ playedIn: month('2026-07') })).toBeUndefined();
  });
});

describe('what is taken back for it', () => {
  const [OLD, NEW] = [4, 5] as readonly number[] as [SplitVersionId, SplitVersionId];
  const lines = {
    tracks: [line(TUNE, NEW, 100n), line(SONG, OLD, 200n), line(SONG, NEW, 80_000n)],
    debtsPaid: [],
    adjustments: [],
    transfers: [],
  };
  const { document } = issue(
    {
      schema: STATEMENT_SCHEMA,
      artistId: DRUMMER,
      sequence: 1,
      previous: null,
      period: OCTOBER,
      currency: USD,
      closedAt: '2026-11-10T00:00:00.000Z',
      policyVersion: 1,
      ...lines,
      ...balances(lines, null),
    },
    sha256,
  );
  const versions: readonly SplitVersion[] = [
    {
      id: NEW,
      trackId: SONG,
      effectiveFrom: AUGUST,
      shares: [{ userId: DRUMMER, basisPoints: 10_000, acceptedAt: null }],
    },
  ];
  const gone = (amount: bigint, changes: Partial<FraudulentPlays> = {}): FraudulentPlays => ({
    period: OCTOBER,
    trackId: SONG,
    splitVersion: NEW,
    plays: 1,
    amount: micros(amount),
    ...changes,
  });
  const statementReader = {
    document: async (id: UserId, of: Month) => (id === DRUMMER && of === OCTOBER ? document : null),
  };

  test('is less than what the close gave by what was taken before, of that track, close and split alone', async () => {
    const before = [
      gone(8_000n),
      gone(16_000n),
      gone(1n, { period: SEPTEMBER }),
      gone(2n, { trackId: TUNE }),
      gone(3n, { splitVersion: OLD }),
      gone(4n, { splitVersion: null }),
    ];
    const ports = { statementReader: { ...memoryPorts().statementReader, ...statementReader } };
    expect(
      await fraudIn(
        ports,
        { period: OCTOBER, trackId: SONG, artistId: ARTIST, plays: 3 },
        { playedIn: SEPTEMBER, rate: micros(8_000n), versions, before },
      ),
    ).toEqual({
      period: OCTOBER,
      trackId: SONG,
      splitVersion: NEW,
      plays: 3,
      amount: 24_000n,
      counted: 56_000n,
      shares: versions[0]!.shares,
    });
  });
});
