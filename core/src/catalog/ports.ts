import type { Busy, ImageRef, ImageStore, StorageFull, UserId } from '../accounts/index.ts';
import type {
  BadCursor,
  ByteSource,
  Clock,
  Day,
  Ids,
  Instant,
  Outbox,
  Page,
  PageRequest,
  Result,
  UnitOfWork,
} from '../kernel/index.ts';
import type { DuplicateTrack, MediaTooLarge, RenderError, UnplayableAudio, UnsupportedAudio } from './errors.ts';
import type { CatalogEvent } from './events.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Measured, Processing, ProcessingFailure, Progress } from './processing.ts';
import type { Rendition, RenditionFacts, RenditionForm } from './rendition.ts';
import type { AudioFacts, MediaKey, Track, TrackDetails, TrackId, TrackStatus } from './track.ts';
import type { ResumableUploads } from './uploads.ts';

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

export type Overdue = {
  /** For those whose claim lapsed before it, too. */
  readonly lapsedBefore: Instant;
  /** For those that nobody has taken. */
  readonly waitingSince: Instant;
  /** For those that are deferred; null where they may go on waiting. */
  readonly deferredSince: Instant | null;
  readonly limit: number;
};

export interface ProcessingRepository {
  /** Locks it until the transaction ends. */
  readonly find: (id: TrackId) => Promise<Processing | null>;
  /** Inserts or replaces by track. */
  readonly save: (processing: Processing) => Promise<void>;
  /** Of unremoved tracks, those that are not settled and were last changed before what applies to them; oldest first. */
  readonly overdue: (of: Overdue) => Promise<readonly TrackId[]>;
  readonly saveWaveform: (id: TrackId, peaks: Peaks) => Promise<void>;
  readonly renditionsOf: (id: TrackId) => Promise<readonly Rendition[]>;
  /** Inserts or replaces by track and name. */
  readonly saveRendition: (id: TrackId, rendition: Rendition) => Promise<void>;
  readonly forgetRenditions: (id: TrackId) => Promise<void>;
}

export interface FingerprintRepository {
  readonly find: (id: TrackId) => Promise<Fingerprint | null>;
  /** Inserts or replaces by track. */
  readonly save: (id: TrackId, fingerprint: Fingerprint) => Promise<void>;
  readonly forget: (id: TrackId) => Promise<void>;
  /**
   * Of unremoved tracks by other artists, up to 20 that share at least two of the terms (see `searchTerms`), those with
   * the most first. A term that very many tracks have may be left out of account.
   */
  readonly alike: (
    terms: readonly number[],
    notBy: UserId,
  ) => Promise<readonly { readonly trackId: TrackId; readonly fingerprint: Fingerprint }[]>;
}

export type CatalogStores = {
  readonly tracks: TrackRepository;
  readonly processings: ProcessingRepository;
  readonly fingerprints: FingerprintRepository;
  readonly outbox: Outbox<CatalogEvent>;
};

/** The loudest sample of each of 800 equal parts of a track, from 0 to 1. */
export type Peaks = readonly number[];

/** What the catalogue shows of a track. */
export type TrackView = TrackDetails &
  Omit<AudioFacts, 'contentType'> & {
    readonly trackId: TrackId;
    readonly artist: { readonly userId: UserId; readonly displayName: string | null };
    readonly sizeBytes: number;
    readonly loudnessLufs: number | null;
    readonly artwork: ImageRef | null;
    readonly truePeakDbtp: number | null;
    readonly status: TrackStatus;
    readonly progress: Progress;
    readonly failure: ProcessingFailure | null;
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
  /** Those that are kept. */
  readonly renditions: (id: TrackId) => Promise<readonly Rendition[]>;
  readonly waveform: (id: TrackId) => Promise<Peaks | null>;
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

/** A kept file. */
export type StoredMedia = ByteSource & {
  /** On this machine, for programs that need one; absent where there is none. */
  readonly localPath?: string;
  /** An address at which whoever has it may read the bytes for some hours; absent where there is none. */
  readonly link?: (as: { readonly contentType: string; readonly fileName: string }) => Promise<string>;
};

/** What artists uploaded, and what was made of it: kept apart, so that the one is never where the other is served. */
export type MediaRole = 'master' | 'derived';

export interface MediaStore {
  /**
   * Takes the bytes as they come, counting and hashing; holds no more than a few chunks in memory. On an
   * error value, or when the source throws (which is passed on), nothing is left behind.
   */
  readonly stage: (
    bytes: AsyncIterable<Uint8Array>,
    limits: { readonly maxBytes: number },
  ) => Promise<Result<StagedMedia, MediaTooLarge | StorageFull>>;
  /** The key under which `keep` would keep it. */
  readonly keyOf: (staged: StagedMedia, role: MediaRole) => MediaKey;
  /** Makes a staged upload permanent under its key, durably. It is staged no longer. */
  readonly keep: (staged: StagedMedia, role: MediaRole) => Promise<MediaKey>;
  /** Ok as well when it is gone already. */
  readonly discard: (staged: StagedMedia) => Promise<void>;
  readonly open: (key: MediaKey) => Promise<StoredMedia | null>;
  /** Ok as well when there is none. What is on its way arrives; more of a source that is open may not. */
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

/** A stored file with sound in it, and what is known of that. Open for as long as it is rendered. */
export type Sound = {
  readonly source: StoredMedia;
  readonly contentType: string;
  readonly durationMs: number;
};

/** Told, now and then, how much is done, from 0 to 1; the work ends soon after it says so. */
export type RenderWatch = (share: number) => Promise<'go-on' | 'stop'>;

/** EBU R128; null for silence. */
export type Loudness = Measured & { readonly integratedLufs: number | null };

/** A file that was just made and belongs to nothing; `discard` in any case, also after reading. */
export type Rendered = RenditionFacts & {
  readonly read: () => AsyncIterable<Uint8Array>;
  readonly discard: () => Promise<void>;
};

/** Listens to sound and makes other forms of it, within bounded time, memory and size. */
export interface AudioRenderer {
  /** What this machine lacks for all of the rest, by name. */
  readonly missing: () => Promise<readonly string[]>;
  /** The preview starts with the loudest 30 seconds that are of the track's own kind, not with its one bang. */
  readonly measure: (sound: Sound, watch: RenderWatch) => Promise<Result<Loudness, RenderError>>;
  /** By its sound alone, whatever its tags, its coding and its level are. */
  readonly fingerprint: (sound: Sound, watch: RenderWatch) => Promise<Result<Fingerprint, RenderError>>;
  readonly waveform: (sound: Sound, watch: RenderWatch) => Promise<Result<Peaks, RenderError>>;
  /** The picture that the file carries, as it is; null where there is none, or one of over 5 MiB. */
  readonly artwork: (sound: Sound, watch: RenderWatch) => Promise<Result<Uint8Array | null, RenderError>>;
  /** Without tags and pictures. A preview begins at `startMs`. */
  readonly render: (
    sound: Sound,
    form: RenditionForm & { readonly startMs: number },
    watch: RenderWatch,
  ) => Promise<Result<Rendered, RenderError>>;
}

export type CatalogPorts = {
  readonly uow: UnitOfWork<CatalogStores>;
  readonly catalog: CatalogReader;
  readonly media: MediaStore;
  readonly uploads: ResumableUploads;
  readonly audioInspector: AudioInspector;
  readonly audioRenderer: AudioRenderer;
  readonly images: ImageStore;
  readonly clock: Clock;
  readonly ids: Ids;
};
