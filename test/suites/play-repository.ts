import { describe, expect, test } from '@jest/globals';
import type { User, UserId } from '@backline/core/accounts';
import type { Track, TrackId } from '@backline/core/catalog';
import { DAY_MS, type Instant, after, dayStart, err, month, monthStart, ok } from '@backline/core/kernel';
import {
  type Judgment,
  type Play,
  type PlayId,
  type PlayWindow,
  type Surroundings,
  type Verdict,
  byStart,
} from '@backline/core/playback';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import {
  NOW,
  addArtist,
  addPlays,
  addTrack,
  addUser,
  at,
  playOf,
  rejudge,
  remove,
  subscriptionOf,
  userOf,
  uuid,
} from './samples.ts';

const ALWAYS = { from: after(NOW, -80 * DAY_MS), until: after(NOW, 80 * DAY_MS) };

const VERDICTS: readonly Verdict[] = [
  'payable',
  'too-short',
  'self-play',
  'unfunded',
  'daily-cap',
  'overlapping',
  'held',
  'too-late',
];

const firstOf = (text: string): Instant => monthStart(month(text));

const ALONE: Surroundings = { heardUntil: null, isFollowed: false, paidThatDay: 0 };

/** Of a listener and a track that there are not. */
const strangerReport = (number: number): Play => ({
  playId: uuid(number) as PlayId,
  listenerId: 999_999 as UserId,
  trackId: 999_999 as TrackId,
  artistId: 999_998 as UserId,
  trackDurationMs: 1,
  startedAt: NOW,
  msPlayed: 1,
  reportedAt: NOW,
  judgment: { verdict: 'payable', occupying: true, policyVersion: 1 },
  firstVerdict: 'payable',
});

/** What every PlayRepository promises, whatever stores it. */
export const playRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`PlayRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const log = () => harness().ports.playLog;
    const inWindows = (...windows: readonly PlayWindow[]) => commit(log(), ({ plays }) => plays.inWindows(windows));
    const allOf = ({ id }: Pick<User, 'id'>) => inWindows({ listenerId: id, ...ALWAYS });
    const factsOf = (...reports: readonly Play[]) => commit(log(), ({ plays }) => plays.factsOf(reports));
    /** What has the ids, when a stranger reports them of a track that there is not. */
    const recorded = async (...numbers: readonly number[]) =>
      (await factsOf(...numbers.map(strangerReport))).map((facts) => facts.recorded);
    /** What the surroundings of such a play are. */
    const around = async (play: Play) => (await factsOf(play))[0]!.around;
    const lock = (listeners: readonly UserId[]) => commit(log(), ({ plays }) => plays.lock(listeners));
    const listenerFacts = (...listeners: readonly UserId[]) =>
      commit(log(), ({ plays }) => plays.listenerFacts(listeners));
    const earningOf = async ({ id }: User) =>
      (await listenerFacts(id)).get(id)!.earning.toSorted((a, b) => a.trackId - b.trackId || a.from - b.from);
    const spansOf = async (...listeners: readonly UserId[]) =>
      [...(await listenerFacts(...listeners))].flatMap(([listenerId, { funding }]) =>
        funding.toSorted((a, b) => a.from - b.from).map((span) => ({ ...span, listenerId })),
      );
    const append = (...plays: readonly Play[]) => commit(log(), (stores) => stores.plays.append(plays));

    const scene = async (): Promise<{ readonly fan: User; readonly other: User; readonly track: Track }> => ({
      fan: await addUser(harness()),
      other: await addUser(harness()),
      track: await addTrack(harness(), await addArtist(harness())),
    });

    test('nothing is recorded before anything is appended', async () => {
      expect(await recorded(1)).toEqual([null]);
      expect(await allOf(userOf(1))).toEqual([]);
    });

    test('asked for nothing, finds nothing', async () => {
      expect(await factsOf()).toEqual([]);
      expect(await inWindows()).toEqual([]);
      await append();
      expect(await listenerFacts()).toEqual(new Map());
      await commit(log(), ({ plays }) => plays.rejudge([]));
      await commit(log(), ({ plays }) => plays.lock([]));
    });

    test('returns what was appended, under every verdict', async () => {
      const { fan, track } = await scene();
      const plays = VERDICTS.map((verdict, index) => playOf(index, fan, track, { verdict }));
      await append(...plays);
      expect(await allOf(fan)).toEqual(plays);
    });

    test('returns the greatest and the smallest amounts', async () => {
      const { track } = await scene();
      const far = { id: Number.MAX_SAFE_INTEGER as UserId };
      const plays = [
        playOf(1, far, track, { msPlayed: 86_400_000, trackDurationMs: 2 ** 31 - 1, reportedAt: after(NOW, 1) }),
        playOf(2, far, track, { msPlayed: 0, trackDurationMs: 1, verdict: 'too-short' }),
        playOf(3, far, track, { playId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' as PlayId }),
        playOf(4, far, track, { trackId: (Number.MAX_SAFE_INTEGER - 1) as TrackId, artistId: (2 ** 52) as UserId }),
      ];
      await append(...plays);
      expect(await allOf(far)).toEqual(plays);
    });

    test('an id is recorded whoever reported it and whenever it began', async () => {
      const { fan, other, track } = await scene();
      await addPlays(harness(), [
        playOf(1, fan, track, { verdict: 'unfunded' }),
        playOf(2, other, track, { startedAt: after(NOW, -59 * DAY_MS) }),
      ]);
      expect(await recorded(2, 3, 1)).toMatchObject([
        { listenerId: other.id, firstVerdict: 'payable' },
        null,
        { listenerId: fan.id, firstVerdict: 'unfunded' },
      ]);
    });

    test('inWindows finds what starts in the window, the end left out', async () => {
      const { fan, track } = await scene();
      const [from, until] = [NOW, after(NOW, 1_000)];
      const starts = [after(from, -1), from, after(until, -1), until].map((startedAt) => startedAt as Instant);
      await addPlays(
        harness(),
        starts.map((startedAt, index) => playOf(index, fan, track, { startedAt })),
      );
      const found = await inWindows({ listenerId: fan.id, from, until });
      expect(found.map(({ startedAt }) => startedAt)).toEqual([from, after(until, -1)]);
    });

    test('inWindows keeps the judging order within each listener, whatever the order of arrival', async () => {
      const { fan, other, track } = await scene();
      const plays = [
        playOf(9, fan, track, { startedAt: NOW }),
        playOf(3, fan, track, { startedAt: NOW }),
        playOf(5, other, track, { startedAt: NOW }),
        playOf(7, fan, track, { startedAt: NOW }),
        playOf(1, fan, track, { startedAt: after(NOW, 5) }),
        playOf(2, other, track, { startedAt: after(NOW, -5) }),
        playOf(4, fan, track, { startedAt: after(NOW, -40 * DAY_MS) }),
      ];
      for (const play of plays) await addPlays(harness(), [play]);
      const found = await inWindows({ listenerId: other.id, ...ALWAYS }, { listenerId: fan.id, ...ALWAYS });
      for (const { id } of [fan, other])
        expect(found.filter(({ listenerId }) => listenerId === id)).toEqual(
          plays.filter(({ listenerId }) => listenerId === id).sort(byStart),
        );
      expect(found).toHaveLength(plays.length);
    });

    test('inWindows looks for each listener in their own window', async () => {
      const { fan, other, track } = await scene();
      const [early, late] = [NOW, after(NOW, DAY_MS)];
      await addPlays(harness(), [
        playOf(1, fan, track, { startedAt: early }),
        playOf(2, fan, track, { startedAt: late }),
        playOf(3, other, track, { startedAt: early }),
        playOf(4, other, track, { startedAt: late }),
      ]);
      const found = await inWindows(
        { listenerId: fan.id, from: early, until: late },
        { listenerId: other.id, from: late, until: after(late, 1) },
      );
      expect(found.map(({ playId }) => playId).sort()).toEqual([uuid(1), uuid(4)]);
    });

    test('plays of all months are one log', async () => {
      const { fan, track } = await scene();
      const starts = [
        '2026-09-30T23:59:59.999Z',
        '2026-10-01T00:00:00Z',
        '2026-10-31T23:59:59.999Z',
        '2026-11-01T00:00:00Z',
      ];
      const plays = starts.map((start, index) => playOf(index, fan, track, { startedAt: at(start) }));
      await addPlays(harness(), plays);
      expect(await allOf(fan)).toEqual(plays);
      expect(await recorded(0, 1, 2, 3)).not.toContain(null);
    });

    test.each([
      ['of another listener', (play: Play, fan: User): Play => ({ ...play, listenerId: fan.id })],
      [
        'of the same listener in another month',
        (play: Play): Play => ({ ...play, startedAt: after(NOW, -40 * DAY_MS) }),
      ],
      ['of the very same play', (play: Play): Play => play],
    ])('nothing is appended with an id that is taken: %s', async (_, again) => {
      const { fan, other, track } = await scene();
      const first = playOf(1, other, track);
      await addPlays(harness(), [first]);
      await expect(append(playOf(2, fan, track), again(first, fan), playOf(3, fan, track))).rejects.toThrow();
      expect(await recorded(1, 2, 3)).toMatchObject([{ listenerId: other.id }, null, null]);
      expect(await allOf(fan)).toEqual([]);
      expect(await allOf(other)).toEqual([first]);
    });

    test.each([
      ['commits, the second finds it recorded', ok, 1],
      ['is rolled back, the second is appended', err, 2],
    ] as const)('of two appends at once of one id: where the first %s', async (_, end, owner) => {
      const { fan, other, track } = await scene();
      const [first, second] = [playOf(1, fan, track), playOf(1, other, track)];
      const { order } = await contend(
        log(),
        async ({ plays }) => {
          await plays.append([first]);
          // Answered only once the append has been.
          await plays.factsOf([first]);
        },
        async ({ plays }) => {
          const [facts] = await plays.factsOf([second]);
          if (facts!.recorded !== null) return;
          await plays.append([second]);
          await plays.factsOf([second]);
        },
        () => end(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(await recorded(1)).toMatchObject([{ listenerId: (owner === 1 ? fan : other).id }]);
      expect(await allOf(fan)).toEqual(owner === 1 ? [first] : []);
      expect(await allOf(other)).toEqual(owner === 1 ? [] : [second]);
    });

    test('calls take effect in their order, answered or not', async () => {
      const { fan, track } = await scene();
      const play = playOf(1, fan, track);
      const judgment: Judgment = { verdict: 'held', occupying: true, policyVersion: 1 };
      const [, , , found] = await commit(log(), ({ plays }) =>
        Promise.all([
          plays.lock([fan.id]),
          plays.append([play]),
          plays.rejudge([{ play, judgment }]),
          plays.inWindows([{ listenerId: fan.id, ...ALWAYS }]),
        ]),
      );
      expect(found).toEqual([{ ...play, judgment }]);
    });

    test('rejudge changes the judgment, never what the report was answered', async () => {
      const { fan, track } = await scene();
      const [one, other] = [playOf(1, fan, track), playOf(2, fan, track)];
      await addPlays(harness(), [one, other]);
      const judgment: Judgment = { verdict: 'daily-cap', occupying: true, policyVersion: 7 };
      await commit(log(), ({ plays }) => plays.rejudge([{ play: one, judgment }]));
      expect(await allOf(fan)).toEqual([{ ...one, judgment }, other]);
      expect(await recorded(1)).toMatchObject([{ listenerId: fan.id, firstVerdict: 'payable' }]);
    });

    test('a play may be judged again and again, many in one go', async () => {
      const { fan, track } = await scene();
      const plays = Array.from({ length: 50 }, (_, index) => playOf(index, fan, track));
      await addPlays(harness(), plays);
      await rejudge(
        harness(),
        plays.map((play) => [play, 'unfunded'] as const),
      );
      const unfunded = await allOf(fan);
      await rejudge(
        harness(),
        unfunded.slice(0, 20).map((play) => [play, 'payable'] as const),
      );
      const verdicts = (await allOf(fan)).map(({ judgment }) => judgment.verdict);
      expect(verdicts).toEqual([...Array<Verdict>(20).fill('payable'), ...Array<Verdict>(30).fill('unfunded')]);
    });

    test('what was appended or judged in a transaction that fails is not', async () => {
      const { fan, track } = await scene();
      const play = playOf(1, fan, track);
      await addPlays(harness(), [play]);
      await log().run(async ({ plays }) => {
        await plays.append([playOf(2, fan, track)]);
        await plays.rejudge([{ play, judgment: { verdict: 'held', occupying: false, policyVersion: 2 } }]);
        return err(null);
      });
      expect(await allOf(fan)).toEqual([play]);
      expect(await recorded(2)).toEqual([null]);
    });

    test('lock holds each of the listeners', async () => {
      const [a, b, c] = [3, 1, 2].map((id) => id as UserId);
      expect(await inTurn(log(), ({ plays }) => plays.lock([a!]))).toEqual(['first', 'second']);
      const { order } = await contend(
        log(),
        ({ plays }) => plays.lock([a!, b!]),
        ({ plays }) => plays.lock([b!, c!]),
        () => ok(null),
      );
      expect(order).toEqual(['first', 'second']);
    });

    test('who waited for a listener sees what was appended meanwhile', async () => {
      const { fan, track } = await scene();
      const play = playOf(1, fan, track);
      const { second } = await contend(
        log(),
        async ({ plays }) => {
          await plays.lock([fan.id]);
          await plays.append([play]);
        },
        async ({ plays }) => {
          await plays.lock([fan.id]);
          return plays.inWindows([{ listenerId: fan.id, ...ALWAYS }]);
        },
        () => ok(null),
      );
      expect(second).toEqual([play]);
    });

    test('listeners in any order never lock one another out', async () => {
      const ids = Array.from({ length: 20 }, (_, index) => (index + 1) as UserId);
      await Promise.all(Array.from({ length: 6 }, (_, index) => lock(index % 2 === 0 ? ids : ids.toReversed())));
    });

    test('tells the facts of tracks, removed ones included', async () => {
      const artist = await addArtist(harness());
      const [kept, removed] = [await addTrack(harness(), artist), await addTrack(harness(), artist)];
      await remove(harness(), removed);
      const reports = [removed.id, kept.id, 12_345 as TrackId].map((trackId, index) => ({
        ...strangerReport(index),
        trackId,
      }));
      expect((await factsOf(...reports)).map((facts) => facts.track)).toEqual([
        { artistId: artist.id, durationMs: 180_000, removedAt: NOW },
        { artistId: artist.id, durationMs: 180_000, removedAt: null },
        null,
      ]);
    });

    test('takes starts of all times, though plays of few are recorded', async () => {
      const { fan, track } = await scene();
      const starts = [-62_167_219_200_000, 0, 253_402_300_799_999].map((startedAt) => startedAt as Instant);
      const facts = await factsOf(...starts.map((startedAt, index) => playOf(index, fan, track, { startedAt })));
      expect(facts.map(({ around }) => around)).toEqual(starts.map(() => ALONE));
    });

    test.each<readonly [string, Partial<Play>, Partial<Surroundings>]>([
      ['ends as it begins', { startedAt: after(NOW, -31_000) }, {}],
      ['ends while it lasts', { startedAt: after(NOW, -30_999) }, { heardUntil: after(NOW, 1) }],
      ['lasts nearly a day', { startedAt: after(NOW, 1 - DAY_MS), msPlayed: DAY_MS }, { heardUntil: after(NOW, 1) }],
      ['begins with it', { startedAt: NOW }, { isFollowed: true }],
      ['begins as it is about to end', { startedAt: after(NOW, 30_999) }, { isFollowed: true }],
      ['begins as it ends', { startedAt: after(NOW, 31_000) }, {}],
      ['is of another listener', { startedAt: NOW, listenerId: 77_777 as UserId }, {}],
    ])('tells how a play is affected by one that %s', async (_, changes, expected) => {
      const { fan, other, track } = await scene();
      await addPlays(harness(), [playOf(1, fan, track, { trackId: other.id as number as TrackId, ...changes })]);
      expect(await around(playOf(2, fan, track, { startedAt: NOW }))).toEqual({ ...ALONE, ...expected });
    });

    test.each([0, 31_000])(
      'of a play that both lasts into another and is followed, only this is told: by %d ms',
      async (msPlayed) => {
        const { fan, track } = await scene();
        const other = { trackId: 77_777 as TrackId };
        await addPlays(harness(), [
          playOf(1, fan, track, { ...other, startedAt: after(NOW, -1_000) }),
          playOf(2, fan, track, { ...other, startedAt: NOW, msPlayed, verdict: 'too-short' }),
        ]);
        expect(await around(playOf(3, fan, track, { startedAt: NOW }))).toEqual({ ...ALONE, isFollowed: true });
      },
    );

    test('tells the end of the last play that was heard, not of those that were not', async () => {
      const { fan, track } = await scene();
      const before = (number: number, seconds: number, changes: Partial<Play>) =>
        playOf(number, fan, track, {
          startedAt: after(NOW, -seconds * 1_000),
          verdict: 'unfunded',
          msPlayed: 3_600_000,
          ...changes,
        });
      const [heard, unheard] = [true, false].map((occupying): Partial<Play> => ({
        judgment: { verdict: 'unfunded', occupying, policyVersion: 1 },
      }));
      await addPlays(harness(), [before(1, 30, unheard!), before(2, 60, heard!), before(3, 7_200, heard!)]);
      expect((await around(playOf(4, fan, track, { startedAt: NOW }))).heardUntil).toBe(after(NOW, 3_540_000));
    });

    test.each<readonly [string, Partial<Play> & { readonly verdict?: Verdict }, number]>([
      ['in its first moment', { startedAt: dayStart(NOW) }, 1],
      ['in its last', { startedAt: after(dayStart(NOW), DAY_MS - 1) }, 1],
      ['on the day before', { startedAt: after(dayStart(NOW), -1) }, 0],
      ['on the day after', { startedAt: after(dayStart(NOW), DAY_MS) }, 0],
      ['of another listener', { listenerId: 77_777 as UserId }, 0],
      ['of another track', { trackId: 77_777 as TrackId }, 0],
      ...VERDICTS.map(
        (verdict) => [verdict, { verdict }, ['payable', 'held', 'daily-cap'].includes(verdict) ? 1 : 0] as const,
      ),
    ])('counts plays of the track on the UTC day towards the cap: %s', async (_, changes, count) => {
      const { fan, track } = await scene();
      await addPlays(harness(), [playOf(1, fan, track, { startedAt: after(dayStart(NOW), 1), ...changes })]);
      expect((await around(playOf(2, fan, track, { startedAt: NOW }))).paidThatDay).toBe(count);
    });

    test('of a listener of whom nothing is known it tells so', async () => {
      const stranger = 77_777 as UserId;
      const nothing = { funding: [], earning: [], heldDays: [] };
      expect(await listenerFacts(stranger)).toEqual(new Map([[stranger, nothing]]));
    });

    test('tells since when listeners have a share in a track, and until when', async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      const artist = await addArtist(harness());
      const [shared, kept] = [await addTrack(harness(), artist), await addTrack(harness(), artist)];
      const append = (track: Track, effectiveFrom: string, ...accepted: readonly (readonly [User, boolean])[]) =>
        commit(harness().ports.uow, ({ splits }) =>
          splits.append({
            trackId: track.id,
            effectiveFrom: month(effectiveFrom),
            shares: [
              { userId: artist.id, basisPoints: 10_000 - accepted.length, acceptedAt: NOW },
              ...accepted.map(([user, yes]) => ({ userId: user.id, basisPoints: 1, acceptedAt: yes ? NOW : null })),
            ],
          }),
        );
      await append(shared, '2026-09', [fan, true]);
      await append(shared, '2026-11', [fan, true], [other, false]);
      await append(shared, '2026-12', [fan, true]);
      await append(shared, '2026-12', [other, true]);
      await append(kept, '2027-01', [fan, true]);
      await append(kept, '2026-10', [fan, true]);
      expect(await earningOf(fan)).toEqual([
        { trackId: shared.id, from: firstOf('2026-09'), until: firstOf('2026-11') },
        { trackId: shared.id, from: firstOf('2026-11'), until: firstOf('2026-12') },
        { trackId: shared.id, from: firstOf('2026-12'), until: firstOf('2026-12') },
        { trackId: kept.id, from: firstOf('2026-10'), until: firstOf('2027-01') },
        { trackId: kept.id, from: firstOf('2027-01'), until: null },
      ]);
      expect(await earningOf(other)).toEqual([{ trackId: shared.id, from: firstOf('2026-12'), until: null }]);
    });

    test('tells what pays for the listeners, of all their subscriptions', async () => {
      const [fan, other, third] = [await addUser(harness()), await addUser(harness()), await addUser(harness())];
      const [first, second, open] = [
        { from: NOW, until: after(NOW, 1_000) },
        { from: after(NOW, 2_000), until: after(NOW, 3_000) },
        { from: after(NOW, 2_500), until: null },
      ];
      await commit(harness().ports.uow, async ({ subscriptions }) => {
        await subscriptions.save(subscriptionOf('a', fan.id, { paid: [first, second] }));
        await subscriptions.save(subscriptionOf('b', fan.id, { paid: [open] }));
        await subscriptions.save(subscriptionOf('c', other.id, { paid: [open] }));
        await subscriptions.save(subscriptionOf('d', third.id, { paid: [] }));
      });
      expect(await spansOf(fan.id, third.id)).toEqual(
        [first, second, open].map((span) => ({ ...span, listenerId: fan.id })),
      );
      expect(await spansOf(other.id)).toEqual([{ ...open, listenerId: other.id }]);
    });
  });
};
