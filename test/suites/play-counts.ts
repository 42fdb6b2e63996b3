import { describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { type Month, month } from '@backline/core/kernel';
import type { CountedPlays } from '@backline/core/payout';
import type { Verdict } from '@backline/core/playback';
import { type Harness, type OpenHarness, eachTest } from './harness.ts';
import { MONTH, beginClosing, endClosing, openMonth } from './ledger-samples.ts';
import { addArtist, addPlays, addTrack, addUser, at, catchUp, playOf, rejudge } from './samples.ts';

const OCTOBER = month('2026-10');

const byKey = (a: CountedPlays, b: CountedPlays): number => (keyOf(a) < keyOf(b) ? -1 : 1);
const keyOf = ({ playedIn, listenerId, trackId, verdict, counted }: CountedPlays): string =>
  [playedIn, listenerId, trackId, counted, verdict].join(' ');

/** What the close of the month counts; asks again while something else on the server is still open. */
export const countsOf = async ({ ports }: Pick<Harness, 'ports'>, of: Month): Promise<readonly CountedPlays[]> => {
  for (;;) {
    const rows: CountedPlays[] = [];
    const counted = await ports.playCounts.eachOf(of, (part) => void rows.push(...part));
    if (counted.ok) return rows.sort(byKey);
  }
};

const row = (fan: User, track: Track, changes: Partial<CountedPlays> = {}): CountedPlays => ({
  listenerId: fan.id,
  artistId: track.artistId,
  trackId: track.id,
  verdict: 'payable',
  playedIn: OCTOBER,
  plays: 1,
  counted: 'never',
  ...changes,
});

/** What every PlayCountReader promises, whatever stores the plays. */
export const playCountSuite = (adapter: string, open: OpenHarness): void => {
  describe(`PlayCountReader on ${adapter}`, () => {
    const harness = eachTest(open);
    let number = 0;

    const world = async (): Promise<{ readonly fan: User; readonly other: User; readonly track: Track }> => {
      await openMonth(harness(), OCTOBER);
      await openMonth(harness(), MONTH);
      return {
        fan: await addUser(harness()),
        other: await addUser(harness()),
        track: await addTrack(harness(), await addArtist(harness())),
      };
    };
    const playIn = (fan: User, track: Track, startedAt: string, verdict: Verdict = 'payable') =>
      playOf((number += 1), fan, track, { startedAt: at(startedAt), verdict });
    const close = async (of: Month): Promise<readonly CountedPlays[]> => {
      await beginClosing(harness(), of);
      const counts = await countsOf(harness(), of);
      await endClosing(harness(), of);
      return counts;
    };

    test('counts plays by listener, track and verdict, those of the month only', async () => {
      const { fan, other, track } = await world();
      const second = await addTrack(harness(), await addArtist(harness()));
      await addPlays(harness(), [
        playIn(fan, track, '2026-10-01T00:00:00Z'),
        playIn(fan, track, '2026-10-31T23:59:59.999Z'),
        playIn(fan, track, '2026-10-02T10:00:00Z', 'too-short'),
        playIn(fan, second, '2026-10-02T11:00:00Z'),
        playIn(other, track, '2026-10-02T10:00:00Z'),
        playIn(fan, track, '2026-11-01T00:00:00Z'),
      ]);
      expect(await close(OCTOBER)).toEqual(
        [
          row(fan, track, { plays: 2 }),
          row(fan, track, { verdict: 'too-short' }),
          row(fan, second),
          row(other, track),
        ].sort(byKey),
      );
    });

    test('counts one listener’s only, when asked for', async () => {
      const { fan, other, track } = await world();
      const [settled, late] = [
        playIn(fan, track, '2026-10-05T10:00:00Z'),
        playIn(other, track, '2026-10-05T10:00:00Z'),
      ];
      await addPlays(harness(), [settled, late, playIn(fan, track, '2026-10-06T10:00:00Z')]);
      await close(OCTOBER);
      await rejudge(harness(), [
        [settled, 'held'],
        [late, 'held'],
      ]);
      await addPlays(harness(), [
        playIn(fan, track, '2026-10-07T10:00:00Z'),
        playIn(other, track, '2026-10-07T10:00:00Z'),
      ]);
      await close(MONTH);
      const counted = async (of: Month): Promise<readonly CountedPlays[]> => {
        const rows: CountedPlays[] = [];
        await harness().ports.playCounts.eachOf(of, (part) => void rows.push(...part), fan.id);
        return rows.sort(byKey);
      };
      expect(await counted(OCTOBER)).toEqual([row(fan, track, { plays: 2 })]);
      expect(await counted(MONTH)).toEqual(
        [
          row(fan, track),
          row(fan, track, { counted: 'before', plays: -1 }),
          row(fan, track, { counted: 'before', verdict: 'held' }),
        ].sort(byKey),
      );
    });

    test('a month without plays has no rows', async () => {
      await world();
      expect(await close(OCTOBER)).toEqual([]);
    });

    test('a month that is open is a bug', async () => {
      await world();
      await expect(harness().ports.playCounts.eachOf(OCTOBER, () => undefined)).rejects.toThrow();
    });

    test('counts plays that the rollup has reached and those that it has not', async () => {
      const { fan, track } = await world();
      await addPlays(harness(), [playIn(fan, track, '2026-10-05T10:00:00Z')]);
      await catchUp(harness(), 1);
      await addPlays(harness(), [playIn(fan, track, '2026-10-06T10:00:00Z')]);
      expect(await close(OCTOBER)).toEqual([row(fan, track, { plays: 2 })]);
    });

    test('what is recorded after the closing began is for the next month, under its own', async () => {
      const { fan, track } = await world();
      await addPlays(harness(), [playIn(fan, track, '2026-10-05T10:00:00Z')]);
      await beginClosing(harness(), OCTOBER);
      await addPlays(harness(), [
        playIn(fan, track, '2026-10-06T10:00:00Z'),
        playIn(fan, track, '2026-10-06T11:00:00Z', 'daily-cap'),
        playIn(fan, track, '2026-11-06T10:00:00Z'),
      ]);
      expect(await countsOf(harness(), OCTOBER)).toEqual([row(fan, track)]);
      await endClosing(harness(), OCTOBER);
      expect(await close(MONTH)).toEqual(
        [row(fan, track), row(fan, track, { verdict: 'daily-cap' }), row(fan, track, { playedIn: MONTH })].sort(byKey),
      );
    });

    test('counts by the verdict that a play had when the closing began', async () => {
      const { fan, track } = await world();
      const plays = [1, 2, 3].map((hour) => playIn(fan, track, `2026-10-05T0${hour}:00:00Z`));
      await addPlays(harness(), plays);
      await rejudge(harness(), [[plays[0]!, 'held']]);
      await beginClosing(harness(), OCTOBER);
      await rejudge(harness(), [[plays[1]!, 'held']]);
      const counts = [row(fan, track, { plays: 2 }), row(fan, track, { verdict: 'held' })].sort(byKey);
      expect(await countsOf(harness(), OCTOBER)).toEqual(counts);
      await endClosing(harness(), OCTOBER);
      await rejudge(harness(), [[plays[2]!, 'held']]);
      expect(await countsOf(harness(), OCTOBER)).toEqual(counts);
    });

    test('counts what came too late by the verdict that it had when the closing began', async () => {
      const { fan, track } = await world();
      await close(OCTOBER);
      const late = playIn(fan, track, '2026-10-05T10:00:00Z');
      await addPlays(harness(), [late]);
      await beginClosing(harness(), MONTH);
      await rejudge(harness(), [[late, 'held']]);
      expect(await countsOf(harness(), MONTH)).toEqual([row(fan, track)]);
    });

    test('tells apart what an earlier close counted under another verdict', async () => {
      const { fan, track } = await world();
      const [fraud, released, settled] = ['01', '02', '03'].map((hour) =>
        playIn(fan, track, `2026-10-05T${hour}:00:00Z`, hour === '02' ? 'held' : 'payable'),
      );
      await addPlays(harness(), [fraud!, released!, settled!]);
      expect(await close(OCTOBER)).toHaveLength(2);
      await rejudge(harness(), [[fraud!, 'held']]);
      await rejudge(harness(), [[released!, 'payable']]);
      await rejudge(harness(), [[settled!, 'overlapping']]);
      const late = playIn(fan, track, '2026-10-06T01:00:00Z', 'overlapping');
      await addPlays(harness(), [late]);
      await rejudge(harness(), [[late, 'payable']]);
      expect(await close(MONTH)).toEqual(
        [
          row(fan, track),
          row(fan, track, { verdict: 'payable', counted: 'before', plays: -1 }),
          row(fan, track, { verdict: 'overlapping', counted: 'before' }),
        ].sort(byKey),
      );
    });

    test('each play is counted by exactly one close, whatever the order they come in', async () => {
      const { fan, track } = await world();
      const december = month('2026-12');
      await openMonth(harness(), december);
      const batches = [
        ['2026-09-30T10:00:00Z', '2026-10-01T10:00:00Z', '2026-11-01T10:00:00Z'],
        ['2026-10-20T10:00:00Z', '2026-11-20T10:00:00Z', '2026-12-20T10:00:00Z'],
        ['2026-10-25T10:00:00Z', '2026-11-25T10:00:00Z', '2026-12-25T10:00:00Z'],
      ];
      const counted: CountedPlays[] = [];
      for (const [index, of] of [OCTOBER, MONTH, december].entries()) {
        await addPlays(
          harness(),
          batches[index]!.map((startedAt) => playIn(fan, track, startedAt)),
        );
        counted.push(...(await close(of)));
      }
      expect(counted.reduce((sum, { plays }) => sum + plays, 0)).toBe(9);
    });

    test('the audit finds no difference after all that', async () => {
      const { fan, track } = await world();
      const plays = [1, 2, 3].map((hour) => playIn(fan, track, `2026-10-05T0${hour}:00:00Z`));
      await addPlays(harness(), plays);
      await catchUp(harness(), 3);
      await rejudge(harness(), [[plays[0]!, 'held']]);
      const { ledgerAudit } = harness().ports;
      expect(await ledgerAudit.differences()).toEqual([]);
      expect(await ledgerAudit.rollupDifferences(OCTOBER)).toEqual([]);
    });
  });
};
