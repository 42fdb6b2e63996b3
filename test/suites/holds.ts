import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, createCore } from '@backline/core';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  type Month,
  type Result,
  type UnitOfWork,
  USD,
  after,
  err,
  micros,
  money,
  month,
  monthStart,
  ok,
  shiftMonth,
} from '@backline/core/kernel';
import {
  type HeldPlayStores,
  type HoldId,
  PAYOUT_POLICY,
  type Statement,
  parseStatement,
  recordingHold,
  verifyStatements,
} from '@backline/core/payout';
import type { PlayId, Verdict } from '@backline/core/playback';
import { type InvoiceId, usualFee } from '@backline/core/subscriptions';
import { type MemoryPorts, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { beginClosing, openMonth } from './ledger-samples.ts';
import { everything } from './paging.ts';
import { addArtist, addTrack, addUser, at, catchUp, subscriptionOf, uuid } from './samples.ts';

const PERIOD = month('2026-10');
const NEXT = month('2026-11');
const START = monthStart(PERIOD);
const SUSPECT = at('2026-10-20T00:00:00Z');
const CLOSABLE = at('2026-11-10T00:00:00Z');
const NEXT_CLOSABLE = at('2026-12-10T00:00:00Z');
const PER_PLAY = 8_000n;

/** The daily cap is 10 plays of a track, and what is looked at is more than 100 of an artist. */
const TRACKS = 12;
const TOO_MANY = 110;

/** What is promised of holds, from the first suspicion to what is paid, whatever stores it. */
export const holdsSuite = (adapter: string, open: OpenHarness): void => {
  describe(`holds on ${adapter}`, () => {
    const harness = eachTest(open);
    let clock: SteppingClock;
    let ports: MemoryPorts;
    let core: Core;
    let artist: User;
    let fan: User;
    let songs: Track[] = [];
    let plays = 0;

    const set = (to: Instant): void => clock.advance(to - clock.now());

    beforeEach(async () => {
      clock = steppingClock(at('2026-10-21T00:00:00Z'));
      ports = { ...memoryPorts({ clock }), ...harness().ports, clock };
      core = createCore(ports);
      plays = 0;
      artist = await addArtist(harness());
      songs = [];
      for (let number = 0; number < TRACKS; number += 1) songs.push(await addTrack(harness(), artist));
      fan = await fanWhoPays();
    });

    /** Two months in advance. */
    const fanWhoPays = async (): Promise<User> => {
      const user = await addUser(harness());
      const price = money(20_000_000n, USD);
      const end = monthStart(shiftMonth(PERIOD, 2));
      await commit(harness().ports.uow, async ({ subscriptions, receipts }) => {
        await subscriptions.save(subscriptionOf(`sub_${user.id}`, user.id, { paid: [{ from: START, until: end }] }));
        await receipts.save({
          invoiceId: `in_${user.id}` as InvoiceId,
          userId: user.id,
          subscriptionId: null,
          paid: price,
          tax: micros(0n),
          fee: usualFee(price),
          refunded: micros(0n),
          disputed: micros(0n),
          lines: [{ amount: price.micros, serviceFrom: START, serviceUntil: end }],
          paidAt: START,
        });
      });
      return user;
    };

    /** One after another from then on, each song in turn. */
    const listen = async (count: number, from: Instant, user = fan): Promise<readonly Verdict[]> => {
      const reports = Array.from({ length: count }, (_, index) => ({
        playId: uuid((plays += 1)) as PlayId,
        trackId: songs[index % TRACKS]!.id,
        startedAt: after(from, index * 40_000),
        msPlayed: 31_000,
      }));
      return (await core.playback.recordPlays(user.id, reports)).map((outcome) => {
        if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
        return outcome.verdict;
      });
    };
    const judged = (filter: { readonly month?: Month } = {}) =>
      everything((page) => ports.payouts.playsOfArtist(artist.id, filter, page));
    const verdicts = async (filter = {}): Promise<{ readonly [verdict: string]: number }> =>
      Object.fromEntries(
        [...Map.groupBy(await judged(filter), ({ verdict }) => verdict)].map(([verdict, those]) => [
          verdict,
          those.length,
        ]),
      );
    const onlyHold = async () => {
      const [hold, ...more] = await ports.holdReader.holds({ undecided: false }, 10);
      expect(more).toEqual([]);
      return hold!;
    };
    const settle = async (decision: 'released' | 'refused') =>
      core.payout.settleHold((await onlyHold()).id, { decision, by: 'Ann' });
    const earned = async () => (await core.payout.earningsOf(artist.id)).earned.micros;
    const close = async (period: Month) => {
      expect(await core.payout.closePeriod(period)).toMatchObject({ ok: true, value: { now: true } });
    };
    const statementOf = async (period: Month): Promise<Statement> => {
      const parsed = parseStatement((await ports.statementReader.document(artist.id, period)) ?? '');
      if (!parsed.ok) throw new Error(`${period}: ${parsed.error.code}`);
      return parsed.value.statement;
    };
    const paidBy = async (period: Month): Promise<bigint> =>
      (await statementOf(period)).tracks.reduce((sum, { nominal }) => sum + nominal, 0n);
    const expectSound = async (): Promise<void> => {
      expect(await ports.ledgerAudit.differences()).toEqual([]);
      const documents = await ports.statementReader.documentsOf(artist.id);
      expect(verifyStatements(documents, ports.digests.sha256).problems).toEqual([]);
    };

    test('a day of too many plays is held once, and says why but not whose it was', async () => {
      await listen(TOO_MANY, SUSPECT);
      await listen(20, after(SUSPECT, -DAY_MS));
      await catchUp(harness(), TOO_MANY + 20);
      expect(await earned()).toBe(130n * PER_PLAY);
      expect(await core.payout.raiseHolds()).toBe(1);
      expect(await core.payout.raiseHolds()).toBe(0);
      expect(await verdicts()).toEqual({ held: TOO_MANY, payable: 20 });
      expect(await earned()).toBe(20n * PER_PLAY);
      const held = (await judged()).filter(({ verdict }) => verdict === 'held');
      const reason = {
        code: 'mostly-one-artist',
        plays: TOO_MANY,
        allowed: 100,
        ofOneArtist: TOO_MANY,
        allowedPercent: 80,
      };
      expect(new Set(held.map(({ hold }) => JSON.stringify(hold)))).toEqual(
        new Set([JSON.stringify({ reason: held[0]!.hold!.reason, refused: false })]),
      );
      expect(held[0]!.hold).toEqual({ reason, refused: false });
      expect(await onlyHold()).toMatchObject({ scope: { listenerId: fan.id, day: '2026-10-20' }, reason });
      await expectSound();
    });

    test('as many as are allowed are not held', async () => {
      await listen(100, SUSPECT);
      expect(await core.payout.raiseHolds()).toBe(0);
      expect(await verdicts()).toEqual({ payable: 100 });
    });

    test('what comes in later for a held day is held at once, and judging again changes nothing', async () => {
      await listen(101, SUSPECT);
      await core.payout.raiseHolds();
      expect(await listen(2, after(SUSPECT, 20 * HOUR_MS))).toEqual(['held', 'held']);
      expect(await core.playback.rejudgePlays(fan.id, START)).toBe(0);
      expect(await verdicts()).toEqual({ held: 103 });
    });

    /** The core, but for what it stores of plays: that pauses where `at` says, and begins with what is told then. */
    const pausing = (at: 'raise' | 'rejudge', paused: () => void): Core => {
      const pause = async <T>(value: T): Promise<T> => {
        paused();
        await setTimeout(100);
        return value;
      };
      const playLog: MemoryPorts['playLog'] = {
        run: <R extends Result<unknown, unknown>>(work: (stores: HeldPlayStores) => Promise<R>) =>
          (ports.playLog as UnitOfWork<HeldPlayStores>).run((stores) =>
            work({
              holds: {
                ...stores.holds,
                raise: async (...hold) => {
                  const raised = await stores.holds.raise(...hold);
                  return at === 'raise' ? pause(raised) : raised;
                },
              },
              plays: {
                ...stores.plays,
                rejudge: async (changes) => {
                  await stores.plays.rejudge(changes);
                  if (at === 'rejudge') await pause(null);
                },
              },
            }),
          ),
      };
      return createCore({ ...ports, playLog });
    };

    test.each(['raise', 'rejudge'] as const)(
      'a play that is reported while its day is being held is held too: at its %s',
      async (at) => {
        await listen(101, SUSPECT);
        const reached = Promise.withResolvers<void>();
        const raising = pausing(at, reached.resolve).payout.raiseHolds();
        await Promise.race([reached.promise, raising]);
        await Promise.all([raising, listen(3, after(SUSPECT, 20 * HOUR_MS))]);
        expect(await verdicts()).toEqual({ held: 104 });
      },
    );

    test('released it is payable again, refused it is held for good; either once', async () => {
      expect(await core.payout.settleHold(uuid(9) as HoldId, { decision: 'released', by: 'Ann' })).toEqual(
        err({ code: 'hold_not_found' }),
      );
      await listen(TOO_MANY, SUSPECT);
      await core.payout.raiseHolds();
      expect(await settle('released')).toMatchObject({
        ok: true,
        value: { changed: TOO_MANY, hold: { decided: { decision: 'released', by: 'Ann', at: clock.now() } } },
      });
      expect(await verdicts()).toEqual({ payable: TOO_MANY });
      expect(await settle('refused')).toEqual(err({ code: 'hold_decided', decision: 'released' }));
      expect(await core.payout.raiseHolds()).toBe(0);
      expect(await verdicts()).toEqual({ payable: TOO_MANY });
      await expectSound();
    });

    test('a close holds what nobody has held by then, and pays none of it', async () => {
      await listen(TOO_MANY, SUSPECT);
      await listen(5, after(SUSPECT, -DAY_MS));
      set(CLOSABLE);
      await close(PERIOD);
      expect(await paidBy(PERIOD)).toBe(5n * PER_PLAY);
      const held = (await statementOf(PERIOD)).tracks.flatMap((track) => track.plays.map(({ unpaid }) => unpaid.held));
      expect(held.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(TOO_MANY);
      expect(await settle('refused')).toMatchObject({ ok: true, value: { changed: 0 } });
      expect((await judged()).filter(({ hold }) => hold?.refused === true)).toHaveLength(TOO_MANY);
      await expectSound();
    });

    test('released after the close it is paid by the next one, once', async () => {
      await listen(TOO_MANY, SUSPECT);
      await listen(5, after(SUSPECT, -DAY_MS));
      set(CLOSABLE);
      await close(PERIOD);
      await settle('released');
      expect(await earned()).toBe(BigInt(TOO_MANY + 5) * PER_PLAY);
      set(NEXT_CLOSABLE);
      await close(NEXT);
      expect(await paidBy(NEXT)).toBe(BigInt(TOO_MANY) * PER_PLAY);
      expect((await statementOf(NEXT)).tracks.flatMap((track) => track.plays.map(({ playedIn }) => playedIn))).toEqual(
        songs.map(() => PERIOD),
      );
      set(at('2027-01-10T00:00:00Z'));
      await close(shiftMonth(NEXT, 1));
      expect(await ports.statementReader.document(artist.id, shiftMonth(NEXT, 1))).toBeNull();
      expect(await earned()).toBe(BigInt(TOO_MANY + 5) * PER_PLAY);
      await expectSound();
    });

    describe('a copy of another artist’s track', () => {
      let original: Track;
      let copy: Track;
      beforeEach(async () => {
        original = await addTrack(harness(), await addArtist(harness()));
        copy = songs[0]!;
      });
      const hold = () => core.payout.holdCopy({ trackId: copy.id, ofTrackId: original.id });

      test('is held with its plays, once, and says why; what comes in later too', async () => {
        await listen(TRACKS * 2, SUSPECT);
        expect(await core.payout.holdOnTrack(artist.id, copy.id)).toEqual(ok(null));
        expect(await hold()).toMatchObject({ ok: true, value: { scope: { trackId: copy.id } } });
        expect(await hold()).toEqual(ok(null));
        expect(await verdicts()).toEqual({ held: 2, payable: 22 });
        const reason = { code: 'same-recording', trackId: copy.id, asTrackId: original.id };
        const held = (await judged()).filter(({ verdict }) => verdict === 'held');
        expect(held.map((play) => play.hold)).toEqual([
          { reason, refused: false },
          { reason, refused: false },
        ]);
        expect(await core.payout.holdOnTrack(artist.id, copy.id)).toMatchObject(ok({ reason, decided: null }));
        expect(await core.payout.holdOnTrack(original.artistId, copy.id)).toEqual(err({ code: 'track_not_found' }));
        const never = (2 ** 40) as Track['id'];
        expect(await core.payout.holdOnTrack(artist.id, never)).toEqual(err({ code: 'track_not_found' }));
        expect(await listen(2, after(SUSPECT, 12 * HOUR_MS))).toEqual(['held', 'payable']);
        expect(await core.playback.rejudgePlays(fan.id, START)).toBe(0);
        await expectSound();
      });

      test('released it is payable again, in the next close where its month is closed', async () => {
        await listen(TRACKS, SUSPECT);
        await hold();
        set(CLOSABLE);
        await close(PERIOD);
        expect(await paidBy(PERIOD)).toBe(BigInt(TRACKS - 1) * PER_PLAY);
        expect(await settle('released')).toMatchObject({ ok: true, value: { changed: 1 } });
        expect(await verdicts()).toEqual({ payable: TRACKS });
        expect(await hold()).toEqual(ok(null));
        set(NEXT_CLOSABLE);
        await close(NEXT);
        expect(await paidBy(NEXT)).toBe(PER_PLAY);
        await expectSound();
      });

      test('refused it is never paid', async () => {
        await listen(TRACKS, SUSPECT);
        await hold();
        expect(await settle('refused')).toMatchObject({ ok: true, value: { changed: 0 } });
        expect((await judged()).filter((play) => play.hold?.refused === true)).toHaveLength(1);
        set(CLOSABLE);
        await close(PERIOD);
        expect(await paidBy(PERIOD)).toBe(BigInt(TRACKS - 1) * PER_PLAY);
        await expectSound();
      });

      test('found after a close keeps what was paid', async () => {
        await listen(TRACKS, SUSPECT);
        set(CLOSABLE);
        await close(PERIOD);
        clock.advance(HOUR_MS);
        await hold();
        expect(await verdicts()).toEqual({ payable: TRACKS });
        await listen(1, after(SUSPECT, 12 * HOUR_MS));
        expect(await verdicts()).toEqual({ payable: TRACKS, held: 1 });
        await expectSound();
      });

      test('is not held while a close counts', async () => {
        await listen(TRACKS, SUSPECT);
        set(CLOSABLE);
        await openMonth(harness(), PERIOD);
        await beginClosing(harness(), PERIOD);
        expect(await hold()).toEqual(err({ code: 'month_closing' }));
        expect(await verdicts()).toEqual({ payable: TRACKS });
      });

      test('a day of too many plays that is released stays held where its track is', async () => {
        await listen(TOO_MANY, SUSPECT);
        await core.payout.raiseHolds();
        const ofDay = await onlyHold();
        await hold();
        await core.payout.settleHold(ofDay.id, { decision: 'released', by: 'Ann' });
        expect(await verdicts()).toEqual({ held: 10, payable: TOO_MANY - 10 });
        expect((await judged()).flatMap((play) => play.hold?.reason.code ?? [])).toEqual(
          Array.from({ length: 10 }, () => 'same-recording'),
        );
        await expectSound();
      });

      test('whose holding was broken off is held before the next close', async () => {
        await listen(TRACKS, SUSPECT);
        await commit(ports.playLog, ({ holds }) =>
          holds.raiseOnTrack(
            recordingHold({ trackId: copy.id, ofTrackId: original.id }, PAYOUT_POLICY),
            uuid(7) as HoldId,
            clock.now(),
          ),
        );
        expect(await verdicts()).toEqual({ payable: TRACKS });
        set(CLOSABLE);
        await close(PERIOD);
        expect(await paidBy(PERIOD)).toBe(BigInt(TRACKS - 1) * PER_PLAY);
        await expectSound();
      });
    });

    test('of a closed month’s day only what came too late is held, and what was paid stays so', async () => {
      await listen(90, SUSPECT);
      set(CLOSABLE);
      await close(PERIOD);
      clock.advance(HOUR_MS);
      await listen(20, after(SUSPECT, 12 * HOUR_MS));
      expect(await core.payout.raiseHolds()).toBe(1);
      expect(await verdicts()).toEqual({ payable: 90, held: 20 });
      expect(await earned()).toBe(90n * PER_PLAY);
      set(at('2026-11-20T00:00:00Z'));
      await settle('released');
      set(NEXT_CLOSABLE);
      await close(NEXT);
      expect(await paidBy(NEXT)).toBe(20n * PER_PLAY);
      await expectSound();
    });
  });
};
