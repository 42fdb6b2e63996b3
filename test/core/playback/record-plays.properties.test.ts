import { describe, expect, test } from '@jest/globals';
import { type DayHold, type HoldId, rateFor } from '@backline/core/payout';
import { DAY_MS, type Day, HOUR_MS, after, before, dayOf, instant, monthOf, monthStart } from '@backline/core/kernel';
import type { PlayId, UnjudgedPlay } from '@backline/core/playback';
import fc from 'fast-check';
import { FAN, type Heard, type History, REPORTED_AT, TRACKS, history, inReports } from '../../arbitraries/history.ts';
import { verdictsByTheText } from '../../arbitraries/oracle.ts';
import { platformFor } from '../../arbitraries/platform.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import { commit } from '../../suites/harness.ts';

const reported = history.chain((it) => fc.tuple(fc.constant(it), inReports(it.plays)));

const ARTISTS = [...new Set(TRACKS.map(({ artistId }) => artistId))];

const earningsByTheText = ({ plays, funding }: History, artistId: number): bigint => {
  const verdicts = verdictsByTheText(plays, funding);
  return (
    8_000n *
    BigInt(plays.filter((play) => play.artistId === artistId && verdicts.get(play.playId) === 'payable').length)
  );
};

const NOVEMBER = monthOf(REPORTED_AT);

/** The fan has accepted a share in a track, and a day of theirs is held; the worker has followed. */
const learn = async (
  { core, ports }: Awaited<ReturnType<typeof platformFor>>,
  { trackId, artistId }: Heard,
  heldDay: Day,
): Promise<void> => {
  const shares = [
    { userId: artistId, basisPoints: 9_999, acceptedAt: REPORTED_AT },
    { userId: FAN, basisPoints: 1, acceptedAt: null },
  ];
  const split = await commit(ports.uow, ({ splits }) => splits.append({ trackId, effectiveFrom: NOVEMBER, shares }));
  await core.payout.acceptShare(FAN, split.id);
  const hold: DayHold = {
    scope: { of: 'listening-day', listenerId: FAN, day: heldDay },
    reason: { code: 'many-plays', plays: 401, allowed: 400 },
    policyVersion: 1,
    decided: null,
  };
  await commit(ports.playLog, ({ holds }) => holds.raise(hold, 'hold' as HoldId, REPORTED_AT));
  for (const event of ports.published())
    if (event.type === 'payout.collaborator_joined') await core.playback.rejudgePlays(event.userId, event.since);
  await core.playback.rejudgePlays(FAN, instant(Date.parse(heldDay)));
};

describe('the play log', () => {
  test('ends with the verdicts of the whole history, whatever the order and the size of the reports', async () => {
    await fc.assert(
      fc.asyncProperty(reported, async ([it, reports]) => {
        const { report, verdicts } = await platformFor(it.funding);
        for (const plays of reports) await report(plays);
        expect(await verdicts()).toEqual(verdictsByTheText(it.plays, it.funding));
      }),
      { ...SEEDED, numRuns: 300 },
    );
  });

  test('and so it does when all reports come at once', async () => {
    await fc.assert(
      fc.asyncProperty(reported, async ([it, reports]) => {
        const { report, verdicts } = await platformFor(it.funding);
        await Promise.all(reports.map(report));
        expect(await verdicts()).toEqual(verdictsByTheText(it.plays, it.funding));
      }),
      { ...SEEDED, numRuns: 100 },
    );
  });

  test('a late report runs on through a chain of overlaps, however many days it is long', async () => {
    const funding = [{ from: before(REPORTED_AT, 50 * DAY_MS), until: null }];
    const chain = Array.from({ length: 9 }, (_, number): UnjudgedPlay => ({
      playId: `00000000-0000-4000-8000-00000000000${number}` as PlayId,
      listenerId: FAN,
      ...TRACKS[0]!,
      trackDurationMs: TRACKS[0]!.durationMs,
      startedAt: after(before(REPORTED_AT, 12 * DAY_MS), number * 23 * HOUR_MS),
      msPlayed: DAY_MS,
      reportedAt: REPORTED_AT,
    }));
    const [first, ...rest] = chain;
    const { report, verdicts } = await platformFor(funding);
    await report(rest);
    expect(await verdicts()).toEqual(verdictsByTheText(rest, funding));
    await report([first!]);
    expect(await verdicts()).toEqual(verdictsByTheText(chain, funding));
    expect((await verdicts()).get(chain.at(-1)!.playId)).toBe('payable');
  });

  test('a second report changes nothing and is answered as the first was', async () => {
    await fc.assert(
      fc.asyncProperty(reported, async ([it, reports]) => {
        const { report, verdicts, ports } = await platformFor(it.funding);
        const first = new Map<string, unknown>();
        for (const plays of reports)
          for (const outcome of await report(plays)) first.set(outcome.playId, { ...outcome, outcome: 'duplicate' });
        const before = await verdicts();
        for (const outcome of await report(it.plays)) expect(outcome).toEqual(first.get(outcome.playId));
        expect(await verdicts()).toEqual(before);
        expect(await ports.plays.playCountOf(FAN)).toBe(it.plays.length);
      }),
      { ...SEEDED, numRuns: 100 },
    );
  });

  test('earns each artist 8,000 micros for each payable play, wherever the rollup stands', async () => {
    await fc.assert(
      fc.asyncProperty(
        reported,
        fc.array(fc.boolean(), { minLength: 90, maxLength: 90 }),
        async ([it, reports], advances) => {
          const { report, core } = await platformFor(it.funding);
          for (const [turn, plays] of reports.entries()) {
            await report(plays);
            if (advances[turn] === true) await core.payout.advanceRollup();
          }
          for (const artistId of ARTISTS)
            expect((await core.payout.earningsOf(artistId)).earned.micros).toBe(earningsByTheText(it, artistId));
        },
      ),
      { ...SEEDED, numRuns: 100 },
    );
  });

  test('judged again after a change of funding, it is as if that had been known from the start', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, async (it, { funding }) => {
        const { report, verdicts, core, ports } = await platformFor(it.funding);
        await report(it.plays);
        await ports.uow.run(async ({ subscriptions }) => {
          const [known] = await subscriptions.allOf(FAN);
          await subscriptions.save({ ...known!, paid: funding });
          return { ok: true, value: null };
        });
        const earliest = Math.min(...it.plays.map(({ startedAt }) => startedAt));
        await core.playback.rejudgePlays(FAN, earliest as never);
        expect(await verdicts()).toEqual(verdictsByTheText(it.plays, funding));
      }),
      { ...SEEDED, numRuns: 100 },
    );
  });

  test('the listener’s shares and held days count as if they had been known from the start, whenever they come', async () => {
    const shared = fc.constantFrom(...TRACKS.filter(({ artistId }) => artistId !== FAN));
    await fc.assert(
      fc.asyncProperty(reported, shared, fc.nat(), fc.nat(), async ([it, reports], track, pick, turn) => {
        const platform = await platformFor(it.funding);
        const { report, verdicts } = platform;
        const heldDay = dayOf(it.plays[pick % it.plays.length]!.startedAt);
        const learned = turn % (reports.length + 1);
        for (const [index, plays] of reports.entries()) {
          if (index === learned) await learn(platform, track, heldDay);
          await report(plays);
        }
        if (learned === reports.length) await learn(platform, track, heldDay);
        expect(await verdicts()).toEqual(
          verdictsByTheText(it.plays, it.funding, undefined, {
            shared: (play) => play.trackId === track.trackId && play.startedAt >= monthStart(NOVEMBER),
            held: (play) => dayOf(play.startedAt) === heldDay,
          }),
        );
      }),
      { ...SEEDED, numRuns: 200 },
    );
  });

  test('the first rate is twice the reference that payout-rules.md records', async () => {
    const { ports } = await platformFor([]);
    expect(rateFor(await ports.payouts.rates(), '2026-11' as never)).toMatchObject({
      multiplier: 2n,
      reference: { micros: 4_000n },
    });
  });
});
