import type { UserId } from '@backline/core/accounts';
import type { CatalogReader, Track, TrackId, TrackRepository, TrackSearch, TrackView } from '@backline/core/catalog';
import { progressOf } from '@backline/core/catalog';
import { err, invariant, ok } from '@backline/core/kernel';
import { type Listing, listPage } from './keyset.ts';
import { renditionsIn } from './processing.ts';
import { countedPlaysOf } from './rollup.ts';
import { relevance } from './search.ts';
import { type Drafts, type Readable, type Sequence, audioKeyOf } from './state.ts';

export const trackRepository = ({ tracks }: Drafts, nextTrackId: Sequence): TrackRepository => ({
  nextId: async () => nextTrackId() as TrackId,
  find: async (id) => tracks.get(id) ?? null,
  insert: async (track) => {
    invariant(tracks.get(track.id) === undefined, `track ${track.id} exists`);
    const [same] = tracks.where('unremovedAudio', audioKeyOf(track));
    if (same !== undefined) return err({ code: 'duplicate_track', trackId: same.id });
    tracks.put(track);
    return ok(null);
  },
  save: async (track) => {
    if (tracks.get(track.id) !== undefined) tracks.put(track);
  },
  findAllOf: async (artistId) => unremovedOf({ tracks }, artistId).toSorted((a, b) => a.id - b.id),
});

export const catalogReader = (state: Readable): CatalogReader => {
  const { tracks } = state;
  const findUnremoved = (id: TrackId): Track | null => {
    const track = tracks.get(id);
    return track === undefined || track.removedAt !== null ? null : track;
  };

  return {
    track: async (id) => {
      const track = findUnremoved(id);
      return track === null ? null : viewOf(state, track);
    },
    tracks: async (search, page) => {
      const query = search.query?.trim() ?? '';
      const found = candidates(state, search)
        .map((track) => ({ track, score: query === '' ? 0 : relevance(query, searchedText(state, track)) }))
        .filter(({ score }) => query === '' || score > 0);
      return listPage(LISTINGS[search.sort ?? (query === '' ? 'new' : 'relevance')](state), found, page);
    },
    playable: async (id) => {
      const track = findUnremoved(id);
      if (track === null) return null;
      const { artistId, audio } = track;
      return { trackId: id, artistId, audio: audio.key, contentType: audio.contentType };
    },
    renditions: async (id) => (findUnremoved(id) === null ? [] : renditionsIn(state, id).filter(({ kept }) => kept)),
    waveform: async (id) => (findUnremoved(id) === null ? null : (state.waveforms.get(id)?.peaks ?? null)),
    trackCountOf: async (artistId) => unremovedOf(state, artistId).length,
  };
};

const unremovedOf = ({ tracks }: Pick<Readable, 'tracks'>, artistId: UserId): readonly Track[] =>
  tracks.where('artist', artistId).filter(({ removedAt }) => removedAt === null);

const candidates = (state: Readable, { genre, tag, artistId }: TrackSearch): readonly Track[] =>
  (artistId === undefined ? state.tracks.all() : state.tracks.where('artist', artistId)).filter(
    (track) =>
      track.removedAt === null &&
      (genre === undefined || track.genre?.toLowerCase() === genre.toLowerCase()) &&
      (tag === undefined || track.tags.includes(tag.toLowerCase())),
  );

const searchedText = ({ users }: Readable, { title, tags, artistId }: Track): string =>
  [title, users.get(artistId)?.profile.displayName ?? '', ...tags].join(' ');

type Found = { readonly track: Track; readonly score: number };
type TrackListing = (state: Readable) => Listing<Found, TrackView>;

const LISTINGS = {
  new: (state) => ({
    name: 'tracks-new',
    direction: 'descending',
    kinds: ['number'],
    keysOf: ({ track }) => [track.id],
    view: ({ track }) => viewOf(state, track),
  }),
  popular: (state) => ({
    name: 'tracks-popular',
    direction: 'descending',
    kinds: ['number', 'number'],
    keysOf: ({ track }) => [countedPlaysOf(state, track.id), track.id],
    view: ({ track }) => viewOf(state, track),
  }),
  title: (state) => ({
    name: 'tracks-title',
    direction: 'ascending',
    kinds: ['string', 'number'],
    keysOf: ({ track }) => [track.title.toLowerCase(), track.id],
    view: ({ track }) => viewOf(state, track),
  }),
  relevance: (state) => ({
    name: 'tracks-relevance',
    direction: 'descending',
    kinds: ['number', 'number'],
    keysOf: ({ track, score }) => [score, track.id],
    view: ({ track }) => viewOf(state, track),
  }),
} as const satisfies Record<string, TrackListing>;

const viewOf = (state: Readable, track: Track): TrackView => {
  const { audio } = track;
  const processing = state.processings.get(track.id) ?? null;
  const done = processing === null ? null : { stepsDone: processing.done.length, current: processing.current };
  return {
    trackId: track.id,
    artist: { userId: track.artistId, displayName: state.users.get(track.artistId)?.profile.displayName ?? null },
    title: track.title,
    genre: track.genre,
    tags: track.tags,
    releasedOn: track.releasedOn,
    codec: audio.codec,
    durationMs: audio.durationMs,
    bitrateKbps: audio.bitrateKbps,
    sampleRateHz: audio.sampleRateHz,
    channels: audio.channels,
    sizeBytes: audio.sizeBytes,
    loudnessLufs: track.loudnessLufs,
    artwork: track.artwork,
    truePeakDbtp: processing?.measured?.truePeakDbtp ?? null,
    status: track.status,
    progress: progressOf(track.status, done),
    failure: processing?.failure ?? null,
    playCount: countedPlaysOf(state, track.id),
    createdAt: track.createdAt,
  };
};
