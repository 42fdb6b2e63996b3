import type { PlatformEvent } from '@backline/core';
import type { RefreshToken, Session, User, UserId } from '@backline/core/accounts';
import type { Processing, Track, TrackId } from '@backline/core/catalog';
import type { Currency, Instant, Month } from '@backline/core/kernel';
import {
  type AccountName,
  type BusinessEvent,
  type CountedPlays,
  type EarnedReceipt,
  FIRST_RATE,
  type IssuedStatement,
  type KeptClose,
  type LedgerTransactionId,
  type PayoutAccount,
  type PayoutTransfer,
  type Period,
  type PostingRequest,
  type RaisedHold,
  type Reversal,
  type RateVersion,
  type RateVersionId,
  type SplitVersion,
  type SplitVersionId,
} from '@backline/core/payout';
import type { Play, PlayId, Verdict } from '@backline/core/playback';
import type { Checkout, CustomerId, InboxEntry, Receipt, Subscription } from '@backline/core/subscriptions';
import { listeningDayKey } from './holds.ts';
import type { StoredFingerprint } from './fingerprints.ts';
import { type StoredRendition, type StoredWaveform, renditionKeyOf } from './processing.ts';
import { type Draft, type Rows, type Table, table } from './table.ts';

export type StoredToken = RefreshToken & { readonly usedAt: Instant | null };

/** A play, or a changed verdict of one, that the rollup has not reached. */
export type Movement = {
  readonly sequence: number;
  readonly artistId: UserId;
  readonly trackId: TrackId;
  readonly listenerId: UserId;
  readonly month: Month;
  readonly verdict: Verdict;
  /** 1, or -1 where a play left the verdict. */
  readonly added: 1 | -1;
  /** 1 for a play that is new, 0 for a changed verdict. */
  readonly reported: 0 | 1;
};

export type MonthCount = {
  readonly artistId: UserId;
  readonly month: Month;
  readonly verdict: Verdict;
  readonly plays: number;
};

export const monthCountKey = ({ artistId, month, verdict }: Omit<MonthCount, 'plays'>): string =>
  `${artistId} ${month} ${verdict}`;

export type StoredStatement = IssuedStatement;

export type AccountBalance = {
  readonly account: AccountName;
  readonly currency: Currency;
  /** On the normal side. */
  readonly micros: bigint;
};

export const balanceKey = ({ account, currency }: Pick<AccountBalance, 'account' | 'currency'>): string =>
  `${account} ${currency}`;

export const eventKey = ({ sourceType, sourceId, kind }: Omit<BusinessEvent, 'period'>): string =>
  JSON.stringify([sourceType, sourceId, kind]);

export const memoryTables = () => ({
  users: table((user: User) => user.id, { email: ({ email }) => email }),
  sessions: table((session: Session) => session.id, { user: ({ userId }) => userId }),
  tokens: table((token: StoredToken) => token.digest, { session: ({ sessionId }) => sessionId }),
  tracks: table((track: Track) => track.id, {
    artist: ({ artistId }) => artistId,
    unremovedAudio: (track) => (track.removedAt === null ? audioKeyOf(track) : null),
  }),
  processings: table((processing: Processing) => processing.trackId, {}),
  renditions: table(renditionKeyOf as (rendition: StoredRendition) => string, { track: ({ trackId }) => trackId }),
  waveforms: table((waveform: StoredWaveform) => waveform.trackId, {}),
  fingerprints: table((stored: StoredFingerprint) => stored.trackId, {}),
  plays: table((play: Play) => play.playId, {
    listener: ({ listenerId }) => listenerId,
    artist: ({ artistId }) => artistId,
  }),
  movements: table((movement: Movement) => movement.sequence, {
    artist: ({ artistId }) => artistId,
    track: ({ trackId }) => trackId,
    listener: ({ listenerId }) => listenerId,
  }),
  monthCounts: table(monthCountKey as (count: MonthCount) => string, { artist: ({ artistId }) => artistId }),
  trackCounts: table((count: { readonly trackId: TrackId; readonly plays: number }) => count.trackId, {}),
  listenerCounts: table((count: { readonly listenerId: UserId; readonly plays: number }) => count.listenerId, {}),
  subscriptions: table((subscription: Subscription) => subscription.id, { user: ({ userId }) => userId }),
  customers: table((customer: { readonly userId: UserId; readonly id: CustomerId }) => customer.userId, {}),
  checkouts: table((checkout: Checkout) => checkout.id, {
    user: ({ userId }) => userId,
    session: ({ hosted }) => hosted?.sessionId ?? null,
  }),
  receipts: table((receipt: Receipt) => receipt.invoiceId, {
    user: ({ userId }) => userId,
    subscription: ({ subscriptionId }) => subscriptionId,
  }),
  inbox: table((entry: InboxEntry) => entry.id, {}),
  rates: seededRates(),
  periods: table((period: Period) => period.month, {}),
  ledger: table((posted: PostingRequest) => posted.id, {
    key: ({ idempotencyKey }) => idempotencyKey,
    event: ({ transaction }) => eventKey(transaction),
    reverses: ({ reverses }) => reverses,
    period: ({ transaction }) => transaction.period,
  }),
  balances: table(balanceKey as (balance: AccountBalance) => string, {}),
  /** By what verdict a close counted a play last. */
  countedVerdicts: table((counted: { readonly playId: PlayId; readonly verdict: Verdict }) => counted.playId, {}),
  closeCounts: table((close: { readonly period: Month; readonly rows: readonly CountedPlays[] }) => close.period, {}),
  splits: table((split: SplitVersion) => split.id, { track: ({ trackId }) => trackId }),
  declined: table(
    ({ splitId, userId }: { readonly splitId: SplitVersionId; readonly userId: UserId }) => `${splitId} ${userId}`,
    { split: ({ splitId }) => splitId },
  ),
  holds: table((hold: RaisedHold) => hold.id, {
    listener: ({ scope }) => (scope.of === 'listening-day' ? scope.listenerId : null),
    day: ({ scope }) => (scope.of === 'listening-day' ? listeningDayKey(scope) : null),
    track: ({ scope }) => (scope.of === 'track' ? scope.trackId : null),
  }),
  reversals: table((reversal: Reversal) => reversal.id, {}),
  bookings: table((booked: EarnedReceipt) => booked.invoiceId, { user: ({ userId }) => userId }),
  bookingCounts: table((counted: { readonly userId: UserId; readonly count: number }) => counted.userId, {}),
  closes: table((close: KeptClose) => close.period, {}),
  /** Which earned funds have become available, and by what. */
  released: table((it: { readonly key: string; readonly by: LedgerTransactionId }) => it.key, {}),
  payoutAccounts: table((account: PayoutAccount) => account.artistId, { account: ({ id }) => id }),
  transfers: table((transfer: PayoutTransfer) => transfer.id, { artist: ({ artistId }) => artistId }),
  statements: table(({ statement }: StoredStatement) => `${statement.artistId} ${statement.period}`, {
    artist: ({ statement }) => statement.artistId,
  }),
  outbox: table((entry: { readonly sequence: number; readonly event: PlatformEvent }) => entry.sequence, {}),
});

/** The same audio by the same artist has the same key. */
export const audioKeyOf = ({ artistId, audio }: Pick<Track, 'artistId' | 'audio'>): string =>
  `${artistId} ${audio.sha256}`;

const seededRates = () => {
  const rates = table((rate: RateVersion) => rate.id, {});
  const draft = rates.draft();
  draft.put({ ...FIRST_RATE, id: 1 as RateVersionId });
  draft.commit();
  return rates;
};

export type MemoryTables = ReturnType<typeof memoryTables>;

/** One transaction's view of every table. */
export type Drafts = {
  readonly [Name in keyof MemoryTables]: MemoryTables[Name] extends Table<infer Row, infer Index>
    ? Draft<Row, Index>
    : never;
};

/** What readers and repositories have in common. */
export type Readable = {
  readonly [Name in keyof MemoryTables]: MemoryTables[Name] extends Table<infer Row, infer Index>
    ? Rows<Row, Index>
    : never;
};

/** Numbers that count up, and that a rolled-back transaction uses up as well. */
export type Sequence = () => number;

export const sequenceAfter = (last: number): Sequence => {
  let value = last;
  return () => {
    value += 1;
    return value;
  };
};

export const memorySequences = () => ({
  users: sequenceAfter(0),
  tracks: sequenceAfter(0),
  rates: sequenceAfter(1),
  splits: sequenceAfter(0),
  movements: sequenceAfter(0),
  events: sequenceAfter(0),
});

export type Sequences = ReturnType<typeof memorySequences>;
