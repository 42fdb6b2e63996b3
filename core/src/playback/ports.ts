import type { AccountReader, SessionId, UserId } from '../accounts/index.ts';
import type { CatalogReader, MediaStore, TrackId } from '../catalog/index.ts';
import type { BadCursor, Clock, Instant, Page, PageRequest, Result, UnitOfWork } from '../kernel/index.ts';
import type { HeldTrack, Judge, ListenerFacts } from './judge.ts';
import type { Judgment, Play, PlayId, PlayReport, Verdict } from './play.ts';

/** Of one listener's plays, those that start in [from, until). */
export type PlayWindow = { readonly listenerId: UserId; readonly from: Instant; readonly until: Instant };

export type TrackFacts = {
  readonly artistId: UserId;
  readonly durationMs: number;
  readonly removedAt: Instant | null;
};

/** Of a listener's recorded plays, what those near a reported one mean for it. */
export type Surroundings = {
  /** Whether any play begins at its start or while it lasts. */
  readonly isFollowed: boolean;
  /** When the play that was heard as it began ends; null when none was, or when it is followed. */
  readonly heardUntil: Instant | null;
  /** Plays of its track on its UTC day that are payable, held, or beyond the daily cap. */
  readonly paidThatDay: number;
};

/** What is known of a report before it is recorded. */
export type ReportFacts = {
  /** The play that has its id already, whoever reported it and whenever it began. */
  readonly recorded: { readonly listenerId: UserId; readonly firstVerdict: Verdict } | null;
  readonly track: TrackFacts | null;
  readonly around: Surroundings;
};

/** Calls take effect in the order in which they are made; a later one need not wait for the answer to an earlier. */
export interface PlayRepository {
  /** Holds the listeners' plays until the transaction ends, so that one at a time judges them. */
  readonly lock: (listeners: readonly UserId[]) => Promise<void>;
  /** In the order of the reports. */
  readonly factsOf: (
    reports: readonly (PlayReport & { readonly listenerId: UserId })[],
  ) => Promise<readonly ReportFacts[]>;
  /** In judging order within each listener. */
  readonly inWindows: (windows: readonly PlayWindow[]) => Promise<readonly Play[]>;
  /** Appends all; the transaction fails when an id is recorded already, and runs again when that happened meanwhile. */
  readonly append: (plays: readonly Play[]) => Promise<void>;
  /** Gives recorded plays another judgment; the rollup learns of it. */
  readonly rejudge: (changes: readonly { readonly play: Play; readonly judgment: Judgment }[]) => Promise<void>;
  /** Of each of them, whatever is known. */
  readonly listenerFacts: (listeners: readonly UserId[]) => Promise<ReadonlyMap<UserId, ListenerFacts>>;
  /** Those of the tracks that are held. */
  readonly heldTracks: (tracks: readonly TrackId[]) => Promise<readonly HeldTrack[]>;
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
