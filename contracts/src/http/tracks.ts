import { choice, formed, headerFields, line, named, nullable, object, optional } from './fields.ts';
import { IMAGE_TYPES, MAX_IMAGE_BYTES } from './profiles.ts';
import { Recommendation } from './recommendations.ts';
import { problem, route } from './route.ts';
import { AUDIO_TYPES, Genre, Tags, Title, Track, TrackTag } from './track.ts';
import { Day, Id, Time, Url, limitQuery, page, pageQuery, problemWith } from './wire.ts';

export const MAX_AUDIO_BYTES = 200 * 1024 * 1024;

const trackParams = object({ trackId: Id });

const DuplicateTrack = problemWith('DuplicateTrackProblem', { trackId: Id });

export const SubscriptionRequired = problemWith('SubscriptionRequiredProblem', {
  checkout: choice(['/payments/checkout'], { description: 'Where a subscription starts.' }),
});

const STREAM_HEADERS = ['Accept-Ranges', 'Cache-Control', 'Content-Length', 'ETag', 'Last-Modified'] as const;

const headerText = line(0, 4_096);

const streamRequest = {
  params: trackParams,
  query: object({
    token: optional(
      formed('^[A-Za-z0-9._~-]+$', 1_024, "a signed link's token", { description: 'Of a link that stream-url gave.' }),
    ),
  }),
} as const;

const audio = { carries: 'bytes', contentTypes: AUDIO_TYPES } as const;
const notStreamable = { 402: { carries: 'problem', schema: SubscriptionRequired }, 404: problem } as const;

export const publishTrack = route({
  method: 'post',
  path: '/tracks',
  summary: "Publishes a track; what the file's own tags say fills what the form leaves out",
  tag: 'Tracks',
  auth: 'artist',
  multipart: {
    files: {
      file: { required: true, contentTypes: AUDIO_TYPES, maxBytes: MAX_AUDIO_BYTES },
      artwork: { required: false, contentTypes: IMAGE_TYPES, maxBytes: MAX_IMAGE_BYTES },
    },
    fields: object({
      title: optional(Title),
      genre: optional(Genre),
      tags: optional(Tags),
      releasedOn: optional(Day),
    }),
  },
  responses: { 201: Track, 409: { carries: 'problem', schema: DuplicateTrack }, 422: problem, 507: problem },
});

export const listTracks = route({
  method: 'get',
  path: '/tracks',
  summary: 'The catalogue; a query searches title, artist and tags and forgives a typo',
  tag: 'Tracks',
  auth: 'public',
  query: object({
    query: optional(line(0, 200)),
    genre: optional(Genre),
    tag: optional(TrackTag),
    artistId: optional(Id),
    sort: optional(
      choice(['new', 'popular', 'title'], {
        description: 'Without it: by relevance where there is a query, otherwise the newest first.',
      }),
    ),
    ...pageQuery,
  }),
  responses: { 200: page(Track) },
});

export const getTrack = route({
  method: 'get',
  path: '/tracks/:trackId',
  summary: 'One track',
  tag: 'Tracks',
  auth: 'public',
  params: trackParams,
  responses: { 200: Track, 404: problem },
});

export const updateTrack = route({
  method: 'patch',
  path: '/tracks/:trackId',
  summary: 'Changes a track of the caller; null clears a field, one that is left out stays',
  tag: 'Tracks',
  auth: 'artist',
  params: trackParams,
  body: object({
    title: optional(Title),
    genre: optional(nullable(Genre)),
    tags: optional(Tags),
    releasedOn: optional(nullable(Day)),
  }),
  responses: { 200: Track, 404: problem },
});

export const removeTrack = route({
  method: 'delete',
  path: '/tracks/:trackId',
  summary: 'Takes a track of the caller out of the catalogue; what it earned stays',
  tag: 'Tracks',
  auth: 'artist',
  params: trackParams,
  responses: { 204: 'empty', 404: problem },
});

export const streamTrack = route({
  method: 'get',
  path: '/tracks/:trackId/stream',
  summary: 'The audio; a single range is answered 206, several at once with the whole',
  tag: 'Tracks',
  auth: 'signed-in-or-link',
  ...streamRequest,
  headers: headerFields({
    range: optional(headerText),
    'if-range': optional(headerText),
    'if-none-match': optional(headerText),
    'if-modified-since': optional(headerText),
  }),
  responses: {
    200: { ...audio, headers: STREAM_HEADERS },
    206: { ...audio, headers: [...STREAM_HEADERS, 'Content-Range'] },
    304: { carries: 'nothing', headers: ['Cache-Control', 'ETag', 'Last-Modified'] },
    416: problem,
    ...notStreamable,
  },
});

export const headTrackStream = route({
  method: 'head',
  path: '/tracks/:trackId/stream',
  summary: 'The headers of the audio, under the same conditions',
  tag: 'Tracks',
  auth: 'signed-in-or-link',
  ...streamRequest,
  headers: headerFields({ 'if-none-match': optional(headerText), 'if-modified-since': optional(headerText) }),
  responses: {
    200: { carries: 'nothing', headers: [...STREAM_HEADERS, 'Content-Type'] },
    304: { carries: 'nothing', headers: ['Cache-Control', 'ETag', 'Last-Modified'] },
    ...notStreamable,
  },
});

const StreamLink = named('StreamLink', { url: Url, expiresAt: Time });

export const createStreamLink = route({
  method: 'post',
  path: '/tracks/:trackId/stream-url',
  summary: 'A signed link for an audio element: 5 minutes, this track and listener alone',
  tag: 'Tracks',
  auth: 'signed-in',
  params: trackParams,
  responses: { 200: StreamLink, ...notStreamable },
});

export const listSimilarTracks = route({
  method: 'get',
  path: '/tracks/:trackId/similar',
  summary: 'Tracks like this one',
  tag: 'Tracks',
  auth: 'signed-in',
  params: trackParams,
  query: object(limitQuery),
  responses: { 200: page(Recommendation), 404: problem },
});
