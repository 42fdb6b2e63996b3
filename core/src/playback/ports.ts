import type { AccountReader, SessionId, UserId } from '../accounts/index.ts';
import type { CatalogReader, MediaStore, TrackId } from '../catalog/index.ts';
import type { BadCursor, Clock, Instant, Page, PageRequest, Result, UnitOfWork } from '../kernel/index.ts';
import type { FundedSpan, Judge } from './judge.ts';
import type { Judgment, Play, PlayId, Verdict } from './play.ts';

/** Of one listener's plays, those that start in [from, until). */
export type PlayWindow = { readonly listenerId: UserId; readonly from: Instant; readonly until: Instant };

export type TrackFacts = {
  readonly trackId: TrackId;
  readonly artistId: UserId;
  readonly durationMs: number;
  readonly removedAt: Instant | null;
};

export interface PlayRepository {
  /** Holds the listeners' plays until the transaction ends, so that one at a time judges them. */
  readonly lock: (listeners: readonly UserId[]) => Promise<void>;
  /** Those of the ids that are recorded, whoever reported them and whenever they began. */
  readonly recorded: (
    ids: readonly PlayId[],
  ) => Promise<readonly { readonly playId: PlayId; readonly listenerId: UserId; readonly firstVerdict: Verdict }[]>;
  /** In judging order within each listener. */
  readonly inWindows: (windows: readonly PlayWindow[]) => Promise<readonly Play[]>;
  /**
   * Appends all, or none when any id is recorded already: then returns those ids (another listener's
   * transaction was first), else an empty list.
   */
  readonly append: (plays: readonly Play[]) => Promise<readonly PlayId[]>;
  /** Gives recorded plays another judgment; the rollup learns of it. */
  readonly rejudge: (changes: readonly { readonly play: Play; readonly judgment: Judgment }[]) => Promise<void>;
  readonly trackFacts: (ids: readonly TrackId[]) => Promise<readonly TrackFacts[]>;
  readonly funding: (
    listeners: readonly UserId[],
  ) => Promise<readonly (FundedSpan & { readonly listenerId: UserId })[]>;
}

export type PlayLogStores = { readonly plays: PlayRepository };

export type PlayView = {
  readonly playId: PlayId;
  readonly trackId: TrackId;
  readonly title: string;
  readonly artistName: string | null;
  readonly startedAt: Instant;
  readonly msPlayed: number;
  readonly verdict: Verdict;
};

/** Reads for screens; never locks. */
export interface PlayReader {
  /** Newest first. */
  readonly playsOf: (listenerId: UserId, page: PageRequest) => Promise<Result<Page<PlayView>, BadCursor>>;
  /** All that the listener ever reported. */
  readonly playCountOf: (listenerId: UserId) => Promise<number>;
}

/** What a signed link allows: one track, to one listener, while one session lives. */
export type StreamLink = {
  readonly trackId: TrackId;
  readonly listenerId: UserId;
  readonly sessionId: SessionId;
  readonly expiresAt: Instant;
};

export interface StreamLinks {
  /** A URL-safe token. */
  readonly sign: (link: StreamLink) => string;
  /** Null for anything that this platform did not sign, or that is past its time. Never throws. */
  readonly verify: (token: string, now: Instant) => StreamLink | null;
}

/** Whether the listener has a subscription that lets them stream any track now. */
export type IsSubscribed = (listenerId: UserId, now: Instant) => Promise<boolean>;

export type PlaybackPorts = {
  readonly playLog: UnitOfWork<PlayLogStores>;
  readonly plays: PlayReader;
  readonly accounts: AccountReader;
  readonly catalog: CatalogReader;
  readonly media: MediaStore;
  readonly streamLinks: StreamLinks;
  readonly clock: Clock;
};

export type RecordPorts = Pick<PlaybackPorts, 'playLog' | 'clock'> & { readonly judge: Judge };
