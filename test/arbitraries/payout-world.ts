import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import {
  type Instant,
  type Micros,
  type Month,
  USD,
  instant,
  isoText,
  micros,
  money,
  month,
  shiftMonth,
} from '@backline/core/kernel';
import {
  type AccountName,
  type BusinessEvent,
  type Debt,
  type EarnedReceipt,
  type IssuedStatement,
  type LedgerTransaction,
  type PayableCount,
  type RateVersion,
  type SentTransfer,
  type SplitVersion,
  type StatementAdjustment,
  type StatementTransfer,
  type TrackOwner,
  artistAccount,
  availableFrom,
  closableFrom,
  grossOf,
  playCounts,
} from '@backline/core/payout';
import type { PayoutRules } from '../suites/payout/rules.ts';
import type { Books } from './books.ts';
import { sha256 } from './statement-chain.ts';

export const WORLD_FANS = [101, 102, 103] as readonly number[] as readonly UserId[];
export const WORLD_ARTISTS = [1, 2, 3, 7] as readonly number[] as readonly UserId[];

const FIRST_MONTH = month('2026-10');

const track = (trackId: number, artistId: number): TrackOwner => ({
  trackId: trackId as TrackId,
  artistId: artistId as UserId,
});

export const WORLD_TRACKS = [track(11, 1), track(12, 1), track(13, 3)];

const split = (
  id: number,
  trackId: number,
  from: Month,
  shares: readonly (readonly [number, number])[],
): SplitVersion => ({
  id: id as SplitVersion['id'],
  trackId: trackId as TrackId,
  effectiveFrom: from,
  shares: shares.map(([userId, basisPoints]) => ({
    userId: userId as UserId,
    basisPoints,
    acceptedAt: userId === 7 ? null : (0 as Instant),
  })),
});

/** One whose last collaborator has not accepted yet, and one that begins later. */
const SPLITS = [
  split(1, 12, FIRST_MONTH, [
    [1, 3_333],
    [2, 3_333],
    [7, 3_334],
  ]),
  split(2, 13, shiftMonth(FIRST_MONTH, 1), [
    [3, 5_001],
    [2, 4_999],
  ]),
];

const rate = (id: number, effectiveFrom: Month, reference: bigint): RateVersion => ({
  id: id as RateVersion['id'],
  effectiveFrom,
  reference: money(reference, USD),
  multiplier: 2n,
  sourceName: 'somebody',
  sourceUrl: 'https://example.com',
  recordedAt: 0 as Instant,
});

type Earning = {
  readonly period: Month;
  readonly trackId: TrackId;
  readonly splitVersion: SplitVersion['id'] | null;
  readonly perPlay: bigint;
  readonly playedIn: Month;
  /** Not found to be fraud. */
  plays: number;
};

type Lot = {
  readonly userId: UserId;
  readonly splitVersion: SplitVersion['id'] | null;
  readonly amount: bigint;
  readonly closedAt: Instant;
};

type Sent = SentTransfer & { readonly id: string; state: 'in-transit' | 'settled' | 'returned' };

const addTo = <T>(lists: Map<UserId, T[]>, userId: UserId, item: T): void =>
  void lists.set(userId, [...(lists.get(userId) ?? []), item]);

/** A platform of some fans and artists, run by nothing but the rules and a ledger. */
export type World = Awaited<ReturnType<typeof payoutWorld>>;

export const payoutWorld = async (rules: PayoutRules, books: Books, reference: bigint) => {
  const rates = [rate(1, month('2020-01'), reference), rate(2, shiftMonth(FIRST_MONTH, 1), reference + 1n)];
  const world = {
    now: instant(Date.parse('2026-10-05T00:00:00Z')),
    open: FIRST_MONTH,
    splits: SPLITS as readonly SplitVersion[],
    receipts: [] as EarnedReceipt[],
    counts: [] as PayableCount[],
    earnings: [] as Earning[],
    lots: [] as Lot[],
    transfers: [] as Sent[],
    debts: [] as readonly Debt[],
    shortfalls: [] as Micros[],
    statements: new Map<UserId, IssuedStatement[]>(),
    adjustments: new Map<UserId, StatementAdjustment[]>(),
    sent: new Map<UserId, StatementTransfer[]>(),
    posted: [] as LedgerTransaction[],
    events: 0,
  };
  await books.openMonth(FIRST_MONTH);

  const post = async (transactions: readonly (LedgerTransaction | null)[]): Promise<void> => {
    const moved = transactions.filter((it) => it !== null);
    await books.post(moved);
    world.posted.push(...moved);
  };
  const event = (sourceType: BusinessEvent['sourceType'], kind: string): BusinessEvent => ({
    period: world.open,
    sourceType,
    sourceId: String((world.events += 1)),
    kind,
  });
  const balance = async (account: AccountName): Promise<Micros> => (await books.balances()).get(account) ?? micros(0n);

  const changeReceipts = async (fan: UserId, kind: string, after: readonly EarnedReceipt[]): Promise<void> => {
    const before = world.receipts.filter(({ userId }) => userId === fan);
    await post([
      rules.receiptsChanged(event('receipt', kind), {
        before,
        after,
        isClosed: (of) => of < world.open,
        reserve: await balance('royalty_reserve'),
        currency: USD,
        policy: rules.policy,
      }),
    ]);
    world.receipts = [...world.receipts.filter(({ userId }) => userId !== fan), ...after];
  };

  const issueStatements = (close: ReturnType<PayoutRules['closeMonth']>, closedAt: Instant): void => {
    const contexts = WORLD_ARTISTS.map((artistId) => ({
      artistId,
      before: world.statements.get(artistId)?.at(-1) ?? null,
      adjustments: world.adjustments.get(artistId) ?? [],
      transfers: world.sent.get(artistId) ?? [],
    }));
    const issued = rules.statementsOf({ close, closedAt, titleOf: (id) => `Track ${id}`, sha256 }, contexts);
    issued.forEach((it) => addTo(world.statements, it.statement.artistId, it));
    world.adjustments.clear();
    world.sent.clear();
  };

  const returned = async (sent: Sent): Promise<void> => {
    const how = sent.state === 'in-transit' ? rules.transferFailed : rules.transferReversed;
    await post([how({ ...event('transfer', 'returned'), sourceId: sent.id }, USD, sent)]);
    sent.state = 'returned';
    addTo(world.sent, sent.artistId, {
      transferId: sent.id,
      state: 'returned',
      at: isoText(world.now),
      net: sent.net,
      withheld: sent.withheld,
    });
  };

  return {
    state: world,
    rates,
    books,
    rules,

    wait: (days: number): void => {
      world.now = instant(world.now + days * 86_400_000);
    },
    play: (row: Omit<PayableCount, 'playedIn'>, monthsAgo: number): void => {
      world.counts.push({ ...row, playedIn: shiftMonth(world.open, -monthsAgo) });
    },
    pay: async (receipt: EarnedReceipt): Promise<void> => {
      const own = world.receipts.filter(({ userId }) => userId === receipt.userId);
      await changeReceipts(receipt.userId, 'booked', [...own, receipt]);
    },
    takeBack: async (pick: number, percent: bigint, disputed: boolean): Promise<void> => {
      const it = world.receipts[pick % world.receipts.length]!;
      const amount = micros((it.paid.micros * percent) / 100n);
      const changed = { ...it, ...(disputed ? { disputed: amount } : { refunded: amount }) };
      const own = world.receipts.filter(({ userId }) => userId === it.userId);
      await changeReceipts(
        it.userId,
        disputed ? 'disputed' : 'refunded',
        own.map((other) => (other === it ? changed : other)),
      );
    },
    accept: (): void => {
      world.splits = world.splits.map((version) => {
        const accepted = rules.acceptSplit(version, 7 as UserId, world.now);
        return accepted.ok ? accepted.value : version;
      });
    },
    close: async (): Promise<void> => {
      const period = world.open;
      world.now = instant(Math.max(world.now, closableFrom(period, rules.policy)));
      await books.beginClose(period);
      const inputs = {
        period,
        currency: USD,
        policy: rules.policy,
        rates,
        splits: world.splits,
        tracks: WORLD_TRACKS,
        payable: playCounts(world.counts),
        unpaid: [],
        receipts: world.receipts,
        opening: { reserve: await balance('royalty_reserve'), debts: world.debts, shortfalls: world.shortfalls },
      };
      const close = rules.closeMonth(inputs);
      await post(close.transactions);
      await books.endClose(period, rules.closeDigest(inputs, sha256));
      for (const { trackId, splitVersion, plays, shares } of close.tracks) {
        for (const { playedIn, perPlay, payable } of plays)
          world.earnings.push({ period, trackId, splitVersion, perPlay, playedIn, plays: payable });
        for (const { userId, funded } of shares)
          world.lots.push({ userId, splitVersion, amount: funded, closedAt: world.now });
      }
      for (const { userId, splitVersion, amount } of close.debtsPaid)
        world.lots.push({ userId, splitVersion, amount, closedAt: world.now });
      world.debts = close.debts;
      world.shortfalls.push(close.shortfall);
      world.counts = [];
      issueStatements(close, world.now);
      world.open = shiftMonth(period, 1);
      await books.openMonth(world.open);
    },
    release: async (): Promise<void> => {
      const mayHave = ({ userId, splitVersion, closedAt }: Lot): boolean => {
        const shares = world.splits.find(({ id }) => id === splitVersion)?.shares;
        const accepted = shares?.find((share) => share.userId === userId)?.acceptedAt !== null;
        return accepted && availableFrom(closedAt, rules.policy) <= world.now;
      };
      const due = world.lots.filter(mayHave);
      world.lots = world.lots.filter((lot) => !mayHave(lot));
      for (const [artistId, lots] of Map.groupBy(due, ({ userId }) => userId)) {
        const amount = micros(lots.reduce((sum, lot) => sum + lot.amount, 0n));
        const owed = await balance(artistAccount('artist_receivable', artistId));
        await post([rules.earningsReleased(event('release', 'waited'), USD, { artistId, amount, owed })]);
      }
    },
    send: async (artistId: UserId, withheldPercent: bigint): Promise<void> => {
      const available = money(await balance(artistAccount('artist_available', artistId)), USD);
      const due = rules.transferable({ available, onboarded: true }, rules.policy);
      if (!due.due) return;
      const withheld = micros((due.gross.micros * withheldPercent) / 100n);
      const { net } = rules.transferOf(due.gross, { withheld, ruleId: 'percent' });
      const begun = event('transfer', 'begun');
      const sent = { artistId, net: net.micros, withheld };
      await post([rules.transferBegun(begun, USD, sent)]);
      world.transfers.push({ ...sent, id: begun.sourceId, state: 'in-transit' });
      addTo(world.sent, artistId, {
        transferId: begun.sourceId,
        state: 'sent',
        at: isoText(world.now),
        net: net.micros,
        withheld,
      });
    },
    settle: async (pick: number): Promise<void> => {
      const waiting = world.transfers.filter(({ state }) => state === 'in-transit');
      const sent = waiting[pick % waiting.length];
      if (sent === undefined) return;
      await post([rules.transferSettled({ ...event('transfer', 'settled'), sourceId: sent.id }, USD, sent)]);
      sent.state = 'settled';
    },
    giveBack: async (pick: number): Promise<void> => {
      const gone = world.transfers.filter(({ state }) => state !== 'returned');
      const sent = gone[pick % gone.length];
      if (sent !== undefined) await returned(sent);
    },
    findFraud: async (pick: number, share: number): Promise<void> => {
      const known = world.earnings.filter(({ plays }) => plays > 0);
      const earning = known[pick % known.length];
      if (earning === undefined) return;
      const { period, trackId, splitVersion } = earning;
      const plays = Math.max(1, Math.floor((earning.plays * share) / 100));
      const together = world.earnings.filter(
        (other) => other.period === period && other.trackId === trackId && other.splitVersion === splitVersion,
      );
      const counted = together.reduce((sum, other) => sum + other.perPlay * BigInt(other.plays), 0n);
      const { artistId } = WORLD_TRACKS.find((owned) => owned.trackId === trackId)!;
      const { shares } = rules.splitFor(
        world.splits.filter((version) => version.trackId === trackId),
        earning.playedIn,
        artistId,
      );
      const lost = rules.clawBack(money(counted, USD), money(earning.perPlay * BigInt(plays), USD), shares);
      const found = event('fraud', 'found');
      const taken = [];
      for (const { userId, amount } of lost) {
        const isIt = (debt: Debt): boolean =>
          debt.origin === period &&
          debt.userId === userId &&
          debt.trackId === trackId &&
          debt.splitVersion === splitVersion;
        const deferred = world.debts.find(isIt)?.amount ?? micros(0n);
        const available = await balance(artistAccount('artist_available', userId));
        const back = rules.takeBack(amount.micros, { deferred, available });
        taken.push({ artistId: userId, ...back });
        const left = { origin: period, userId, trackId, splitVersion, amount: micros(deferred - back.fromDeferred) };
        world.debts = [...world.debts.filter((debt) => !isIt(debt)), ...(left.amount > 0n ? [left] : [])];
        addTo(world.adjustments, userId, {
          adjustmentId: found.sourceId,
          reason: 'fraud',
          origin: period,
          trackId,
          plays,
          balance: micros(-back.fromAvailable - back.owed),
          deferred: micros(-back.fromDeferred),
        });
      }
      await post([rules.fraudReversed(found, USD, taken)]);
      earning.plays -= plays;
    },
  };
};

/** What service is still to be given for, by month, as the receipts say now. */
export const unearned = (receipts: readonly EarnedReceipt[], rules: PayoutRules, open: Month): bigint =>
  receipts.reduce((sum, receipt) => {
    const given = [...rules.monthlyShares(receipt)].filter(([of]) => of < open);
    return sum + grossOf(receipt) - given.reduce((all, [, share]) => all + share.gross, 0n);
  }, 0n);
