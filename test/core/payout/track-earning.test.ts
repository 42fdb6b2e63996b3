import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { USD, instant, micros, month } from '@backline/core/kernel';
import {
  FIRST_RATE,
  type PlaysOfTrack,
  type RateVersion,
  type SplitVersion,
  type SplitVersionId,
  earningsOfTracks,
} from '@backline/core/payout';

const [OWNER, FRIEND] = [1 as UserId, 2 as UserId];
const [SONG, TUNE] = [11 as TrackId, 12 as TrackId];
const RATES = [{ ...FIRST_RATE, id: 1 as RateVersion['id'] }];
const TRACKS = [
  { trackId: SONG, artistId: OWNER },
  { trackId: TUNE, artistId: OWNER },
];

const playsOf = (trackId: TrackId, playedIn: string, plays: number, funded = plays): PlaysOfTrack => ({
  trackId,
  playedIn: month(playedIn),
  plays,
  nominal: micros(BigInt(plays) * 8_000n),
  funded: micros(BigInt(funded) * 8_000n),
  unpaid: {},
});

const halves = (id: number, effectiveFrom: string): SplitVersion => ({
  id: id as SplitVersionId,
  trackId: SONG,
  effectiveFrom: month(effectiveFrom),
  shares: [OWNER, FRIEND].map((userId) => ({ userId, basisPoints: 5_000, acceptedAt: instant(0) })),
});

const earned = (plays: readonly PlaysOfTrack[], splits: readonly SplitVersion[] = []) =>
  earningsOfTracks(plays, TRACKS, splits, RATES, USD).map(
    ({ trackId, splitVersion, plays: rated, nominal, shares }) => ({
      trackId,
      splitVersion,
      months: rated.map(({ playedIn, payable }) => [playedIn, payable]),
      nominal,
      users: shares.map(({ userId }) => userId),
    }),
  );

describe('what tracks earn', () => {
  test('is told track by track, month by month, in whatever order it comes', () => {
    const months = ['2026-10', '2026-08', '2026-09'].map((playedIn, index) => playsOf(SONG, playedIn, index + 1));
    const expected = [
      {
        trackId: SONG,
        splitVersion: null,
        months: [
          ['2026-08', 2],
          ['2026-09', 3],
          ['2026-10', 1],
        ],
        nominal: 48_000n,
        users: [OWNER],
      },
      { trackId: TUNE, splitVersion: null, months: [['2026-10', 7]], nominal: 56_000n, users: [OWNER] },
    ];
    const tune = playsOf(TUNE, '2026-10', 7);
    for (const order of [
      [tune, ...months],
      [...months, tune],
      [...months.toReversed(), tune],
    ])
      expect(earned(order)).toEqual(expected);
  });

  test('is shared by the split of the month in which it was played', () => {
    const plays = ['2026-10', '2026-08', '2026-09'].map((playedIn) => playsOf(SONG, playedIn, 1));
    expect(earned(plays, [halves(7, '2026-09')])).toEqual([
      { trackId: SONG, splitVersion: null, months: [['2026-08', 1]], nominal: 8_000n, users: [OWNER] },
      {
        trackId: SONG,
        splitVersion: 7,
        months: [
          ['2026-09', 1],
          ['2026-10', 1],
        ],
        nominal: 16_000n,
        users: [OWNER, FRIEND],
      },
    ]);
  });

  test('of no plays is nothing', () => {
    expect(earned([])).toEqual([]);
  });
});
