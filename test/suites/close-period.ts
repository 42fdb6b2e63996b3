import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, createCore } from '@backline/core';
import type { User, UserId } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import {
  DAY_MS,
  type Instant,
  MINUTE_MS,
  USD,
  after,
  err,
  micros,
  money,
  month,
  monthStart,
  shiftMonth,
} from '@backline/core/kernel';
import {
  type PayoutAccountId,
  type Statement,
  artistAccount,
  parseStatement,
  verifyStatements,
} from '@backline/core/payout';
import type { PlayId } from '@backline/core/playback';
import { type InvoiceId, usualFee } from '@backline/core/subscriptions';
import { type MemoryPorts, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { valueOf } from '../core/platform.ts';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { addTrack, addUser, at, subscriptionOf, uuid } from './samples.ts';

const PERIOD = month('2026-10');
const START = at('2026-10-01T00:00:00Z');
/** Late enough for a month of plays, and not too late for its first day. */
const REPORTED = at('2026-10-30T23:00:00Z');
const CLOSABLE = at('2026-11-10T00:00:00Z');
const PER_PLAY = 8_000n;
/** R7 of $10.00 less the usual fee of $0.59. */
const FUND = 6_587_000n;

/** What the close of a month promises, whatever stores it. */
export const closePeriodSuite = (adapter: string, open: OpenHarness): void => {
  describe(`closePeriod on ${adapter}`, () => {
    const harness = eachTest(open);
    let clock: SteppingClock;
    let ports: MemoryPorts;
    let core: Core;
    let [artist, other]: User[] = [];
    let [song, tune]: Track[] = [];
    let plays = 0;

    const set = (to: Instant): void => clock.advance(to - clock.now());

    beforeEach(async () => {
      clock = steppingClock(REPORTED);
      ports = { ...memoryPorts({ clock }), ...harness().ports, clock };
      core = createCore(ports);
      plays = 0;
      [artist, other] = [await addUser(harness(), { role: 'ARTIST' }), await addUser(harness(), { role: 'ARTIST' })];
      song = await addTrack(harness(), artist!, { title: 'Song' });
      tune = await addTrack(harness(), other!, { title: 'Tune' });
    });

    const fanWho = async (paid: boolean): Promise<User> => {
      const fan = await addUser(harness());
      if (!paid) return fan;
      const invoiceId = `in_${fan.id}` as InvoiceId;
      const price = money(10_000_000n, USD);
      await commit(harness().ports.uow, async ({ subscriptions, receipts }) => {
        await subscriptions.save(
          subscriptionOf(`sub_${fan.id}`, fan.id, { paid: [{ from: START, until: at('2026-11-01T00:00:00Z') }] }),
        );
        await receipts.save({
          invoiceId,
          userId: fan.id,
          subscriptionId: null,
          paid: price,
          tax: micros(0n),
          fee: usualFee(price),
          refunded: micros(0n),
          disputed: micros(0n),
          lines: [{ amount: price.micros, serviceFrom: START, serviceUntil: at('2026-11-01T00:00:00Z') }],
          paidAt: START,
        });
      });
      return fan;
    };

    /** One after another, a minute apart, from that day on; reported at the clock's time. */
    const listen = async (fan: User, track: Track, count: number, from: Instant = START): Promise<void> => {
      const reports = Array.from({ length: count }, (_, index) => {
        plays += 1;
        const day = Math.floor(index / 10) * DAY_MS;
        return {
          playId: uuid(plays) as PlayId,
          trackId: track.id,
          startedAt: after(from, day + (index % 10) * MINUTE_MS + (track === tune ? 12 * 60 * MINUTE_MS : 0)),
          msPlayed: 31_000,
        };
      });
      for (const { outcome } of await core.playback.recordPlays(fan.id, reports)) expect(outcome).toBe('accepted');
    };

    const refund = (user: User) =>
      commit(harness().ports.uow, async ({ receipts }) => {
        const receipt = await receipts.find(`in_${user.id}` as InvoiceId);
        await receipts.save({ ...receipt!, refunded: receipt!.paid.micros });
      });
    const close = () => core.payout.closePeriod(PERIOD);
    const statementOf = async ({ id }: { readonly id: UserId }, period = PERIOD): Promise<Statement> => {
      const parsed = parseStatement((await ports.statementReader.document(id, period)) ?? '');
      if (!parsed.ok) throw new Error(parsed.error.code);
      return parsed.value.statement;
    };
    const balances = async (...accounts: Parameters<typeof artistAccount>[0][]) =>
      commit(harness().ports.uow, async ({ ledger }) => [
        ...(
          await ledger.balancesOf(
            accounts.map((kind) => artistAccount(kind, artist!.id)),
            USD,
          )
        ).values(),
      ]);
    const reserve = () =>
      commit(harness().ports.uow, async ({ ledger }) =>
        (await ledger.balancesOf(['royalty_reserve'], USD)).get('royalty_reserve'),
      );
    const expectSound = async (): Promise<void> => {
      expect(await ports.ledgerAudit.differences()).toEqual([]);
      const documents = [artist!, other!].map(({ id }) => ports.statementReader.documentsOf(id));
      expect(verifyStatements((await Promise.all(documents)).flat(), ports.digests.sha256).problems).toEqual([]);
    };

    test('pays every payable play in full where the fans brought enough', async () => {
      const fan = await fanWho(true);
      await listen(fan, song!, 25);
      await listen(fan, tune!, 5);
      set(CLOSABLE);
      const closed = await close();
      expect(closed).toMatchObject({ ok: true, value: { period: PERIOD, closedAt: CLOSABLE, now: true } });
      expect(await statementOf(artist!)).toMatchObject({
        sequence: 1,
        tracks: [{ trackId: song!.id, title: 'Song', nominal: 25n * PER_PLAY, funded: 25n * PER_PLAY, deferred: 0n }],
        balance: { closing: 25n * PER_PLAY },
      });
      expect((await statementOf(other!)).balance.closing).toBe(5n * PER_PLAY);
      expect(await balances('artist_pending', 'artist_deferred')).toEqual([25n * PER_PLAY, 0n]);
      expect(
        await commit(harness().ports.uow, ({ ledger }) => ledger.balancesOf(['royalty_pool:2026-10'], USD)),
      ).toEqual(new Map([['royalty_pool:2026-10', 0n]]));
      await expectSound();
    });

    test('is refused before day 10, and leaves no trace', async () => {
      await listen(await fanWho(true), song!, 1);
      set(after(CLOSABLE, -1));
      expect(await close()).toEqual(err({ code: 'too_early', closableFrom: CLOSABLE }));
      expect(await ports.statementReader.report(PERIOD)).toBeNull();
    });

    test('again, and ten at once, is once', async () => {
      await listen(await fanWho(true), song!, 3);
      set(CLOSABLE);
      const outcomes = await Promise.all(Array.from({ length: 10 }, close));
      const digests = outcomes.map((outcome) => (outcome.ok ? outcome.value.inputsDigest : outcome.error.code));
      expect(new Set(digests).size).toBe(1);
      expect(outcomes.filter((outcome) => outcome.ok && outcome.value.now)).toHaveLength(1);
      clock.advance(DAY_MS);
      expect(await close()).toMatchObject({ ok: true, value: { now: false, inputsDigest: digests[0] } });
      expect(await ports.statementReader.documentsOf(artist!.id)).toHaveLength(1);
      await expectSound();
    });

    test('owes what nobody has paid for, and takes nothing from other fans beyond what they leave', async () => {
      const [heavy, light] = [await fanWho(true), await fanWho(true)];
      const heard = 29 * 10;
      for (const track of [song!, tune!]) await listen(heavy, track, heard);
      for (let more = 0; more < 4; more += 1)
        await listen(
          heavy,
          await addTrack(harness(), artist!, { title: `More ${more}` }),
          heard,
          after(START, (more + 1) * 60 * MINUTE_MS),
        );
      await listen(light, song!, 10);
      set(CLOSABLE);
      expect(await close()).toMatchObject({ ok: true });
      const [mine, theirs] = [await statementOf(artist!), await statementOf(other!)];
      const nominal = 6n * BigInt(heard) * PER_PLAY + 10n * PER_PLAY;
      const funded = mine.balance.funded + theirs.balance.funded;
      expect(funded).toBe(2n * FUND);
      expect(funded + mine.deferred.closing + theirs.deferred.closing).toBe(nominal);
      expect(await balances('artist_deferred')).toEqual([mine.deferred.closing]);
      expect(JSON.parse((await ports.statementReader.report(PERIOD))!.report)).toMatchObject({
        fund: String(2n * FUND),
        shortfall: String(nominal - 2n * FUND),
        toPlatform: '0',
      });
      await expectSound();
    });

    test('a play that nobody paid for is counted and paid nothing', async () => {
      const fan = await fanWho(false);
      await listen(fan, song!, 7);
      await listen(await fanWho(true), song!, 1);
      set(CLOSABLE);
      await close();
      expect((await statementOf(artist!)).tracks).toMatchObject([
        { plays: [{ playedIn: PERIOD, payable: 1, unpaid: { unfunded: 7 } }], nominal: PER_PLAY },
      ]);
    });

    test('killed anywhere and run again is the same as never killed', async () => {
      await listen(await fanWho(true), song!, 12);
      set(CLOSABLE);
      let hashes = 0;
      const dying = createCore({
        ...ports,
        digests: {
          sha256: (text) => {
            hashes += 1;
            if (hashes > 2) throw new Error('killed');
            return ports.digests.sha256(text);
          },
        },
      });
      await expect(dying.payout.closePeriod(PERIOD)).rejects.toThrow('killed');
      expect(await ports.statementReader.report(PERIOD)).toBeNull();
      await listen(await fanWho(true), song!, 5, at('2026-11-01T00:00:00Z'));
      expect(await close()).toMatchObject({ ok: true, value: { now: true } });
      expect((await statementOf(artist!)).balance.funded).toBe(12n * PER_PLAY);
      await expectSound();
    });

    test('a refund before it lowers what there is; after it artists keep theirs', async () => {
      const [fan, generous] = [await fanWho(true), await fanWho(true)];
      await listen(fan, song!, 290);
      await listen(generous, tune!, 1);
      await core.payout.bookReceipts(fan.id);
      await refund(generous);
      set(CLOSABLE);
      await close();
      expect(JSON.parse((await ports.statementReader.report(PERIOD))!.report)).toMatchObject({ fund: String(FUND) });
      const before = await statementOf(artist!);
      const held = await reserve();

      await refund(fan);
      await core.payout.bookReceipts(fan.id);
      expect(await statementOf(artist!)).toEqual(before);
      expect(await balances('artist_pending')).toEqual([290n * PER_PLAY]);
      expect(await reserve()).toBeLessThanOrEqual(held!);
      await expectSound();
    });

    test('what is late for it is paid by the next one, at the rate of its own day', async () => {
      const fan = await fanWho(true);
      await listen(fan, song!, 2);
      set(CLOSABLE);
      await close();
      await listen(fan, song!, 3, at('2026-10-20T00:00:00Z'));
      set(at('2026-12-10T00:00:00Z'));
      expect(await core.payout.closePeriod(month('2026-11'))).toMatchObject({ ok: true });
      const parsed = parseStatement((await ports.statementReader.document(artist!.id, month('2026-11'))) ?? '');
      expect(parsed).toMatchObject({
        ok: true,
        value: {
          statement: {
            sequence: 2,
            tracks: [{ plays: [{ playedIn: PERIOD, payable: 3 }], nominal: 3n * PER_PLAY, deferred: 3n * PER_PLAY }],
          },
        },
      });
      await expectSound();
    });

    test('what was paid, lost and gained again over several closes is paid once', async () => {
      const fan = await fanWho(true);
      await listen(fan, song!, 5);
      const held = (verdict: 'held' | 'payable') =>
        commit(ports.playLog, async ({ plays: log }) => {
          await log.lock([fan.id]);
          const until = at('2026-11-01T00:00:00Z');
          const own = await log.inWindows([{ listenerId: fan.id, from: START, until }]);
          await log.rejudge(
            own.slice(0, 2).map((play) => ({ play, judgment: { verdict, occupying: false, policyVersion: 1 } })),
          );
        });
      set(CLOSABLE);
      await close();
      const earned = async () => (await core.payout.earningsOf(artist!.id)).earned.micros;
      const steps: readonly (readonly [string, 'held' | 'payable'])[] = [
        ['2026-11', 'held'],
        ['2026-12', 'payable'],
        ['2027-01', 'held'],
        ['2027-02', 'payable'],
      ];
      for (const [name, verdict] of steps) {
        await held(verdict);
        expect(await earned()).toBe(5n * PER_PLAY);
        set(after(monthStart(shiftMonth(month(name), 1)), 9 * DAY_MS));
        expect(await core.payout.closePeriod(month(name))).toMatchObject({ ok: true });
        expect(await earned()).toBe(5n * PER_PLAY);
      }
      expect(await core.payout.verifyBooks()).toEqual([]);
      await expectSound();
    });

    test('what has waited for 20 days becomes available, once', async () => {
      await listen(await fanWho(true), song!, 4);
      set(CLOSABLE);
      await close();
      clock.advance(20 * DAY_MS);
      expect(await core.payout.releaseEarnings()).toBe(0);
      clock.advance(1);
      expect(await core.payout.releaseEarnings()).toBe(1);
      expect(await core.payout.releaseEarnings()).toBe(0);
      expect(await balances('artist_pending', 'artist_available')).toEqual([0n, 4n * PER_PLAY]);
      await expectSound();
    });

    test('statements tell of each transfer that it was sent and that it came back, once', async () => {
      const tracks = [song!, await addTrack(harness(), artist!), await addTrack(harness(), artist!)];
      for (let fans = 0; fans < 4; fans += 1) {
        const fan = await fanWho(true);
        for (const [index, track] of tracks.entries())
          await listen(fan, track, 290, after(START, index * 60 * MINUTE_MS));
      }
      set(CLOSABLE);
      await close();
      const funded = 4n * FUND;
      const sent = funded - (funded % 10_000n);
      valueOf(await core.payout.startOnboarding(artist!.id));
      ports.payees.setOnboarded(`payee-${artist!.id}` as PayoutAccountId, true);
      const transferAll = async (): Promise<void> => {
        await core.payout.releaseEarnings();
        expect(await core.payout.transferEarnings()).toMatchObject({ settled: 1 });
      };
      set(at('2026-12-01T00:00:00Z'));
      await transferAll();
      const { id } = ports.payees.sent()[0]!;
      set(at('2026-12-05T00:00:00Z'));
      ports.payees.reverse(id);
      await core.payout.followPayee({ kind: 'transfer', id });
      set(at('2026-12-10T00:00:00Z'));
      expect(await core.payout.closePeriod(month('2026-11'))).toMatchObject({ ok: true });
      expect(await statementOf(artist!, month('2026-11'))).toMatchObject({
        sequence: 2,
        tracks: [],
        transfers: [
          { net: sent, withheld: 0n, state: 'sent', at: '2026-12-01T00:00:00.000Z' },
          { net: sent, withheld: 0n, state: 'returned', at: '2026-12-05T00:00:00.000Z' },
        ],
        balance: { opening: funded, closing: funded },
      });
      set(at('2026-12-20T00:00:00Z'));
      await transferAll();
      set(at('2027-01-10T00:00:00Z'));
      expect(await core.payout.closePeriod(month('2026-12'))).toMatchObject({ ok: true });
      const last = await statementOf(artist!, month('2026-12'));
      expect(last).toMatchObject({ sequence: 3, transfers: [{ net: sent, state: 'sent' }] });
      expect(last.balance.closing).toBe(funded - sent);
      const { paid, balance } = await core.payout.earningsOf(artist!.id);
      expect([paid.micros, balance.micros]).toEqual([sent, funded - sent + last.deferred.closing]);
      set(at('2027-02-10T00:00:00Z'));
      expect(await core.payout.closePeriod(month('2027-01'))).toMatchObject({ ok: true });
      expect(await ports.statementReader.documentsOf(artist!.id)).toHaveLength(3);
      await expectSound();
    });

    test('whatever is due is closed, oldest first, and nothing before its time', async () => {
      const fan = await fanWho(true);
      await listen(fan, song!, 1);
      await core.payout.bookReceipts(fan.id);
      set(after(CLOSABLE, -1));
      expect(await core.payout.closeDuePeriods()).toEqual({ ok: true, value: [] });
      set(at('2027-01-09T23:59:59Z'));
      expect(await core.payout.closeDuePeriods()).toMatchObject({
        ok: true,
        value: [{ period: PERIOD }, { period: '2026-11' }],
      });
      expect(await core.payout.closeDuePeriods()).toEqual({ ok: true, value: [] });
      await expectSound();
    });

    test('months are closed in their order', async () => {
      await listen(await fanWho(true), song!, 1);
      await core.payout.bookReceipts(artist!.id);
      set(at('2026-12-10T00:00:00Z'));
      await commit(harness().ports.uow, ({ periods }) => periods.open(PERIOD, START));
      expect(await core.payout.closePeriod(month('2026-11'))).toEqual(
        err({ code: 'earlier_month_open', earlier: PERIOD }),
      );
      expect(await close()).toMatchObject({ ok: true });
      expect(await core.payout.closePeriod(month('2026-11'))).toMatchObject({ ok: true });
      expect(await core.payout.closePeriod(month('2026-09'))).toEqual(
        err({ code: 'before_first_month', firstMonth: PERIOD }),
      );
    });
  });
};
