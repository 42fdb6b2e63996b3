import type { AccountReader, UserId } from '../accounts/index.ts';
import type { CatalogReader, TrackId, TrackRepository } from '../catalog/index.ts';
import type {
  BadCursor,
  Clock,
  Currency,
  Ids,
  Instant,
  Micros,
  Money,
  Month,
  Outbox,
  Page,
  PageRequest,
  Result,
  UnitOfWork,
} from '../kernel/index.ts';
import type { PlayId, Verdict } from '../playback/index.ts';
import type { InvoiceId, ReceiptRepository } from '../subscriptions/index.ts';
import type { OpeningBalances } from './close.ts';
import type { Debt } from './deferred.ts';
import type { CountsUnsettled, PostingRefused } from './errors.ts';
import type { PayoutEvent } from './events.ts';
import type { HeldPlayStores, HoldReader } from './hold-ports.ts';
import type { HoldReason } from './hold.ts';
import type { AccountName, BusinessEvent, Entry } from './ledger.ts';
import type { OpenPlays, TrackPlays } from './open-earnings.ts';
import type { Period } from './period.ts';
import type { LedgerTransactionId, PostedTransaction, PostingRequest } from './posting-request.ts';
import type { RateVersion } from './rate.ts';
import type { EarnedReceipt, MonthShare } from './receipt-share.ts';
import type { ReversalRepository } from './reversal-ports.ts';
import type { SplitVersion, SplitVersionId } from './split.ts';
import type { IssuedStatement, Sha256, StatementContext } from './statement.ts';
import type { PayoutAccountRepository, PayoutGateway, TransferRepository } from './transfer-ports.ts';
import type { Withholding } from './withholding.ts';

export interface RateRepository {
  /** All versions, locked against additions until the transaction ends; ordered by `effectiveFrom`. */
  readonly all: () => Promise<readonly RateVersion[]>;
  /** Appends; there is no other change. */
  readonly append: (rate: Omit<RateVersion, 'id'>) => Promise<RateVersion>;
}

export interface RollupRepository {
  /**
   * Moves the rollups forward over what was committed since the last time, each play and each changed
   * verdict counted once. How many of them; 0 when up to date, or when another worker is at it.
   */
  readonly advance: () => Promise<number>;
}

export type PostedEntry = Entry &
  Omit<PostedTransaction, 'transaction' | 'reverses'> & { readonly event: BusinessEvent };

/** Append-only: a correction is another transaction. Unbalanced and empty ones, and lines of nothing, are bugs. */
export interface LedgerRepository {
  /**
   * All of them or none; the ids they have, in their order, or why the first that is refused is. What was posted under
   * its key before is left as it is, in whatever month that was. Months and balances are held until the transaction
   * ends; balances are looked at after all of them.
   */
  readonly post: (
    requests: readonly PostingRequest[],
  ) => Promise<Result<readonly LedgerTransactionId[], PostingRefused>>;
  /** On the accounts' normal sides; what was never posted to has nothing. Held until the transaction ends. */
  readonly balancesOf: (
    accounts: readonly AccountName[],
    currency: Currency,
  ) => Promise<ReadonlyMap<AccountName, Micros>>;
  readonly find: (id: LedgerTransactionId) => Promise<PostedTransaction | null>;
  readonly findEvent: (
    event: Pick<BusinessEvent, 'sourceType' | 'sourceId' | 'kind'>,
  ) => Promise<PostedTransaction | null>;
  /** An account's lines of a month in the order in which they were posted, of one instant by transaction. */
  readonly entriesOf: (account: AccountName, period: Month) => Promise<readonly PostedEntry[]>;
}

export interface PeriodRepository {
  /** Held until the transaction ends, against other closes and against whatever is posted to it. */
  readonly find: (month: Month) => Promise<Period | null>;
  /** From the first month on; not held. */
  readonly all: () => Promise<readonly Period[]>;
  /** Adds the month, open; nothing where it is there, whatever its status. Before a month that is closed it is a bug. */
  readonly open: (month: Month, openedAt: Instant) => Promise<void>;
  /** Moves a month from open to closing, or from there to closed, those before it being closed; all else is a bug. */
  readonly save: (period: Period) => Promise<void>;
}

export interface SplitRepository {
  /** All versions of a track, locked against additions until the transaction ends. */
  readonly versionsOf: (trackId: TrackId) => Promise<readonly SplitVersion[]>;
  readonly find: (id: SplitVersionId) => Promise<SplitVersion | null>;
  readonly append: (split: Omit<SplitVersion, 'id'>) => Promise<SplitVersion>;
  /** Of a share that is not accepted yet. */
  readonly accept: (id: SplitVersionId, userId: UserId, at: Instant) => Promise<void>;
  /** Of a share that is not accepted yet; again moves the time. */
  readonly decline: (id: SplitVersionId, userId: UserId, at: Instant) => Promise<void>;
  readonly declinedOf: (id: SplitVersionId) => Promise<ReadonlySet<UserId>>;
  /** Of every track, in force in the month or before it. */
  readonly until: (month: Month) => Promise<readonly SplitVersion[]>;
}

/** Receipts as the ledger has them. */
export interface BookingRepository {
  /** The fan's, by invoice. Until the transaction ends they are held, and no close reads any. */
  readonly of: (userId: UserId) => Promise<readonly EarnedReceipt[]>;
  /** Inserts or replaces by invoice. How often the fan's have been booked by now, this time included. */
  readonly save: (userId: UserId, receipts: readonly EarnedReceipt[]) => Promise<number>;
  /** Fans who have a receipt that is not booked as it is. */
  readonly unbooked: (limit: number) => Promise<readonly UserId[]>;
  /** All whose service reaches into the month; nothing is booked until the transaction ends. */
  readonly reaching: (month: Month) => Promise<readonly EarnedReceipt[]>;
}

/** What an artist's share under one version of a split brought with money behind it, by one close. */
export type EarnedFunds = {
  readonly period: Month;
  readonly userId: UserId;
  readonly splitVersion: SplitVersionId | null;
  /** Positive. */
  readonly amount: Money;
};

/** What a close leaves beside the ledger. */
export type KeptClose = {
  readonly period: Month;
  /** The solvency report with the close's other figures, in canonical JSON. */
  readonly report: string;
  readonly shortfall: Micros;
  /** How many payable plays of a track and a month this close deals with. */
  readonly dealtWith: readonly TrackPlays[];
  /** How many of a listener's plays of a track in a closed month were paid and are payable no more, where that changed. */
  readonly lost: readonly LostPlays[];
  /** Which part of the inputs has which digest. */
  readonly inputs: { readonly [part: string]: string };
  /** What became owed by a transaction, positive, and what it paid, negative. */
  readonly debts: readonly (Omit<Debt, 'amount'> & { readonly by: LedgerTransactionId; readonly amount: Money })[];
  readonly earned: readonly EarnedFunds[];
  /** What each receipt brought to the month. */
  readonly funds: readonly (MonthShare & { readonly invoiceId: InvoiceId; readonly currency: Currency })[];
};

export interface CloseRepository {
  /** What the closes so far have left. Nothing else changes debts until the transaction ends. */
  readonly opening: () => Promise<Pick<OpeningBalances, 'debts' | 'shortfalls'>>;
  /** Of a month that is closing. */
  readonly save: (close: KeptClose) => Promise<void>;
  /**
   * Funds of months that were closed before the instant, of shares that their owners have accepted, not released yet;
   * held until the transaction ends.
   */
  readonly releasable: (closedBefore: Instant, limit: number) => Promise<readonly EarnedFunds[]>;
  readonly markReleased: (funds: readonly EarnedFunds[], by: LedgerTransactionId) => Promise<void>;
}

export interface StatementRepository {
  /** Artists of whose transfers and corrections there is something that no statement of theirs tells yet. */
  readonly withNews: () => Promise<readonly UserId[]>;
  /** In the order given; with the transfers and corrections that no statement of theirs tells of yet. */
  readonly contextsOf: (artistIds: readonly UserId[]) => Promise<readonly StatementContext[]>;
  /** Also of removed tracks. */
  readonly titlesOf: (trackIds: readonly TrackId[]) => Promise<ReadonlyMap<TrackId, string>>;
  /** Of a month that is closing; never changed again. */
  readonly save: (statements: readonly IssuedStatement[]) => Promise<void>;
}

export type PayoutStores = {
  readonly rates: RateRepository;
  readonly rollup: RollupRepository;
  readonly ledger: LedgerRepository;
  readonly periods: PeriodRepository;
  readonly tracks: Pick<TrackRepository, 'find'>;
  readonly splits: SplitRepository;
  readonly receipts: ReceiptRepository;
  readonly bookings: BookingRepository;
  readonly closes: CloseRepository;
  readonly statements: StatementRepository;
  readonly reversals: ReversalRepository;
  readonly payoutAccounts: PayoutAccountRepository;
  readonly transfers: TransferRepository;
  readonly outbox: Outbox<PayoutEvent>;
};

export type KeptReport = { readonly period: Month; readonly closedAt: Instant; readonly report: string };

/** Reads of what closes have left. */
export interface StatementReader {
  /** An artist's files, the latest first. */
  readonly documentsOf: (artistId: UserId) => Promise<readonly string[]>;
  /** As `documentsOf`, a page at a time. */
  readonly page: (artistId: UserId, page: PageRequest) => Promise<Result<Page<string>, BadCursor>>;
  readonly document: (artistId: UserId, period: Month) => Promise<string | null>;
  readonly report: (period: Month) => Promise<KeptReport | null>;
  /** The digest of what the close of a month counted of plays; null where it is not closed. */
  readonly countsOf: (period: Month) => Promise<string | null>;
  /** All that was ever issued, an artist's at a time, in the order in which they were issued. */
  readonly eachChain: (take: (artistId: UserId, documents: readonly string[]) => void) => Promise<void>;
}

export type Verification = { readonly verifiedAt: Instant; readonly differences: readonly Difference[] };

/** When the books were verified, and what was found. */
export interface VerificationLog {
  /** Of very many differences the first 1,000 are kept. */
  readonly append: (verification: Verification) => Promise<void>;
  readonly latest: () => Promise<Verification | null>;
}

/** For people, and their accountants. */
export interface StatementPrinter {
  /** A PDF, with the statement's file attached. The same statement and name give the same bytes. */
  readonly print: (issued: IssuedStatement, artistName: string) => Promise<Uint8Array>;
}

/** One-way; the same text has always the same digest. */
export interface Digests {
  /** Lower-case hex SHA-256 of the text's UTF-8. */
  readonly sha256: Sha256;
}

export type LostPlays = Pick<CountedPlays, 'listenerId' | 'artistId' | 'trackId' | 'playedIn'> & {
  /** 0 where all were gained again. */
  readonly plays: number;
};

/** How many plays of a listener, a track and a verdict a close counts. */
export type CountedPlays = {
  readonly listenerId: UserId;
  readonly artistId: UserId;
  readonly trackId: TrackId;
  readonly verdict: Verdict;
  readonly playedIn: Month;
  /** Not 0; negative only where an earlier close counted plays that have lost the verdict since. */
  readonly plays: number;
  /**
   * Whether an earlier close counted them, under the verdict that they had then. `carried` ones were counted and have
   * been lost before the close before this: what is gained again is not to be paid again.
   */
  readonly counted: 'never' | 'before' | 'carried';
};

export interface PlayCountReader {
  /**
   * What the close of a month counts: its plays recorded before its closing began, and those of earlier months recorded
   * since the closing before it, by the verdict that they had then. The same at any later time. In parts of some
   * thousand, in no order; no two of all rows are of the same listener, track, verdict, month and `counted`.
   *
   * The month is closing or closed; any other is a bug.
   *
   * @param listenerId whose plays only, when given
   */
  readonly eachOf: (
    period: Month,
    take: (rows: readonly CountedPlays[]) => void,
    listenerId?: UserId,
  ) => Promise<Result<null, CountsUnsettled>>;
}

/** Something that does not follow from what it is made of. */
export type Difference = {
  readonly check:
    | 'trial-balance'
    | 'transaction-balance'
    | 'transaction-digest'
    | 'balance'
    | 'overdraft'
    | 'reversal'
    | 'deferral'
    | 'hold'
    | 'fraud'
    | 'statement-chain'
    | 'statement-booked'
    | 'statement'
    | 'close-counts'
    | 'transfer'
    | 'rollup-day'
    | 'rollup-month'
    | 'track-plays'
    | 'listener-plays';
  /** Which account, transaction, day, …: names and values, as in `track 7, day 2026-11-02, verdict payable`. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
};

/** Recomputes from entries and plays what is kept beside them; reads one moment and locks nothing. */
export interface LedgerAudit {
  /** Empty where all agrees; of each check at most so many that a person can look at them. */
  readonly differences: () => Promise<readonly Difference[]>;
  /** The rollups of one month only. */
  readonly rollupDifferences: (month: Month) => Promise<readonly Difference[]>;
}

export type JudgedPlayView = {
  readonly playId: PlayId;
  readonly trackId: TrackId;
  readonly title: string;
  readonly startedAt: Instant;
  readonly msPlayed: number;
  readonly verdict: Verdict;
  /** Of a play that is held: why, and whether for good. */
  readonly hold: { readonly reason: HoldReason; readonly refused: boolean } | null;
};

/** What an artist has earned, by where it is. */
export type ArtistStanding = {
  /** By closed months: all that has not arrived, deferred and under way included, less what is owed back for a fraud. */
  readonly owed: Micros;
  /** What has arrived, with what was withheld of it. */
  readonly paid: Micros;
  /** Months without plays may be left out. */
  readonly open: OpenPlays;
};

/** Reads for screens; never locks. Counts are exact at any time: the rollup and what it has not reached yet. */
export interface PayoutReader {
  readonly rates: () => Promise<readonly RateVersion[]>;
  /** All of one moment. */
  readonly standingOf: (artistId: UserId, currency: Currency) => Promise<ArtistStanding>;
  /** Newest first; never says who listened. Plays of other artists' tracks are not found. */
  readonly playsOfArtist: (
    artistId: UserId,
    filter: { readonly month?: Month; readonly trackId?: TrackId },
    page: PageRequest,
  ) => Promise<Result<Page<JudgedPlayView>, BadCursor>>;
}

export type PayoutPorts = {
  readonly uow: UnitOfWork<PayoutStores>;
  /** As `uow`, for the close of a month: its transaction computes for seconds, and writes and waits for minutes. */
  readonly longUow: UnitOfWork<PayoutStores>;
  readonly playLog: UnitOfWork<HeldPlayStores>;
  readonly holdReader: HoldReader;
  readonly payouts: PayoutReader;
  readonly playCounts: PlayCountReader;
  readonly ledgerAudit: LedgerAudit;
  readonly accounts: Pick<AccountReader, 'account'>;
  readonly catalog: Pick<CatalogReader, 'playable'>;
  readonly statementReader: StatementReader;
  readonly verifications: VerificationLog;
  readonly digests: Digests;
  readonly payoutGateway: PayoutGateway;
  readonly withholding: Withholding;
  readonly clock: Clock;
  readonly ids: Ids;
};
