import type { Busy, ImageRef, ImageStore, StorageFull, UserId } from '../accounts/index.ts';
import type {
  BadCursor,
  ByteSource,
  Clock,
  Day,
  Instant,
  Outbox,
  Page,
  PageRequest,
  Result,
  UnitOfWork,
} from '../kernel/index.ts';
import type { DuplicateTrack, MediaTooLarge, UnplayableAudio, UnsupportedAudio } from './errors.ts';
import type { CatalogEvent } from './events.ts';
import type { AudioFacts, MediaKey, Track, TrackDetails, TrackId, TrackStatus } from './track.ts';

export interface TrackRepository {
  readonly nextId: () => Promise<TrackId>;
  /** Locks the track until the transaction ends. Removed tracks are found too. */
  readonly find: (id: TrackId) => Promise<Track | null>;
  /** The same audio by the same artist, unless removed, is refused; races are decided. */
  readonly insert: (track: Track) => Promise<Result<null, DuplicateTrack>>;
  readonly save: (track: Track) => Promise<void>;
  /** Of the artist's tracks, those not removed; locked. */
  readonly findAllOf: (artistId: UserId) => Promise<readonly Track[]>;
}

export type CatalogStores = { readonly tracks: TrackRepository; readonly outbox: Outbox<CatalogEvent> };

/** What the catalogue shows of a track. */
export type TrackView = TrackDetails &
  Omit<AudioFacts, 'contentType'> & {
    readonly trackId: TrackId;
    readonly artist: { readonly userId: UserId; readonly displayName: string | null };
    readonly sizeBytes: number;
    readonly loudnessLufs: number | null;
    readonly artwork: ImageRef | null;
    readonly status: TrackStatus;
    /** Plays by verdicts that count as streams: see playback's COUNTED_VERDICTS. */
    readonly playCount: number;
    readonly createdAt: Instant;
  };

export type TrackSort = 'new' | 'popular' | 'title';

export type TrackSearch = {
  /** Over title, artist and tags; forgives a typo. Blank is as none. */
  readonly query?: string;
  readonly genre?: string;
  readonly tag?: string;
  readonly artistId?: UserId;
  /** Without it: by relevance where there is a query, else `new`. */
  readonly sort?: TrackSort;
};

/** What streaming needs to know of a track. */
export type PlayableTrack = {
  readonly trackId: TrackId;
  readonly artistId: UserId;
  readonly audio: MediaKey;
  readonly contentType: string;
};

/** Reads for screens; never locks. Removed tracks are not found. */
export interface CatalogReader {
  readonly track: (id: TrackId) => Promise<TrackView | null>;
  readonly tracks: (search: TrackSearch, page: PageRequest) => Promise<Result<Page<TrackView>, BadCursor>>;
  readonly playable: (id: TrackId) => Promise<PlayableTrack | null>;
  readonly trackCountOf: (artistId: UserId) => Promise<number>;
}

/** An upload that is on durable storage but belongs to nothing yet. */
export type StagedMedia = {
  readonly id: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly read: () => AsyncIterable<Uint8Array>;
  /** A path on this machine where the bytes lie, for parsers that seek; absent where there is none. */
  readonly localPath?: string;
};

export interface MediaStore {
  /**
   * Takes the bytes as they come, counting and hashing; holds no more than a few chunks in memory. On an
   * error value, or when the source throws (which is passed on), nothing is left behind.
   */
  readonly stage: (
    bytes: AsyncIterable<Uint8Array>,
    limits: { readonly maxBytes: number },
  ) => Promise<Result<StagedMedia, MediaTooLarge | StorageFull>>;
  /** Makes a staged upload permanent under a new key, durably. It is staged no longer. */
  readonly keep: (staged: StagedMedia) => Promise<MediaKey>;
  /** Ok as well when it is gone already. */
  readonly discard: (staged: StagedMedia) => Promise<void>;
  readonly open: (key: MediaKey) => Promise<ByteSource | null>;
  /** Ok as well when there is none. Sources that are open stay readable. */
  readonly remove: (key: MediaKey) => Promise<void>;
}

/** What a file says of itself; absent where it says nothing. */
export type EmbeddedTags = {
  readonly title?: string;
  readonly genre?: string;
  readonly releasedOn?: Day;
};

export interface AudioInspector {
  /** Judges by content, within bounded time and memory. */
  readonly inspect: (
    staged: StagedMedia,
  ) => Promise<
    Result<{ readonly facts: AudioFacts; readonly tags: EmbeddedTags }, UnsupportedAudio | UnplayableAudio | Busy>
  >;
}

export type CatalogPorts = {
  readonly uow: UnitOfWork<CatalogStores>;
  readonly catalog: CatalogReader;
  readonly media: MediaStore;
  readonly audioInspector: AudioInspector;
  readonly images: ImageStore;
  readonly clock: Clock;
};
