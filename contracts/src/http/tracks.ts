import { choice, decimal, formed, headerFields, line, list, named, nullable, object, optional } from './fields.ts';
import { IMAGE_TYPES, MAX_IMAGE_BYTES } from './profiles.ts';
import { Recommendation } from './recommendations.ts';
import { problem, route } from './route.ts';
import { AUDIO_TYPES, Genre, Tags, Title, Track, TrackTag } from './track.ts';
import { UploadId } from './uploads.ts';
import { Day, Id, Time, Url, limitQuery, page, pageQuery, problemWith } from './wire.ts';

export const MAX_AUDIO_BYTES = 200 * 1024 * 1024;

const trackParams = object({ trackId: Id });

const DuplicateTrack = problemWith('DuplicateTrackProblem', { trackId: Id });

export const SubscriptionRequired = problemWith('SubscriptionRequiredProblem', {
  checkout: choice(['/payments/checkout'], { description: 'Where a subscription starts.' }),
});

const STREAM_HEADERS = ['Accept-Ranges', 'Cache-Control', 'Content-Length', 'ETag', 'Last-Modified', 'Vary'] as const;

const headerText = line(0, 4_096);

const linkToken = formed('^[A-Za-z0-9._~-]+$', 1_024, "a signed link's token", {
  description: 'Of a link that stream-url gave.',
});

const streamRequest = {
  params: trackParams,
  query: object({
    quality: optional(
      choice(['low', 'high', 'original'], {
        description:
          'Opus of 96 or 160 kbit/s, AAC of 128 for players that take no Opus, or what was uploaded. Without it, what was uploaded where the header Accept takes it.',
      }),
    ),
    token: optional(linkToken),
  }),
} as const;

const audio = { carries: 'bytes', contentTypes: AUDIO_TYPES } as const;
const notStreamable = { 402: { carries: 'problem', schema: SubscriptionRequired }, 404: problem } as const;

const PARTIAL_GET = headerFields({
  accept: optional(headerText),
  range: optional(headerText),
  'if-range': optional(headerText),
  'if-none-match': optional(headerText),
  'if-modified-since': optional(headerText),
});

const CONDITIONAL_HEAD = headerFields({
  accept: optional(headerText),
  'if-none-match': optional(headerText),
  'if-modified-since': optional(headerText),
});

const NOT_MODIFIED = { carries: 'nothing', headers: ['Cache-Control', 'ETag', 'Last-Modified', 'Vary'] } as const;

const AUDIO_ANSWERS = {
  200: { ...audio, headers: STREAM_HEADERS },
  206: { ...audio, headers: [...STREAM_HEADERS, 'Content-Range'] },
  302: { carries: 'nothing', headers: ['Location', 'Cache-Control'] },
  304: NOT_MODIFIED,
  416: problem,
} as const;

const AUDIO_HEAD_ANSWERS = {
  200: { carries: 'nothing', headers: [...STREAM_HEADERS, 'Content-Type'] },
  304: NOT_MODIFIED,
} as const;

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
    orJson: object({
      uploadId: UploadId,
      title: optional(Title),
      genre: optional(Genre),
      tags: optional(Tags),
      releasedOn: optional(Day),
    }),
  },
  responses: {
    201: Track,
    409: { carries: 'problem', schema: DuplicateTrack },
    422: problem,
    507: problem,
  },
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
  headers: PARTIAL_GET,
  responses: { ...AUDIO_ANSWERS, ...notStreamable },
});

export const headTrackStream = route({
  method: 'head',
  path: '/tracks/:trackId/stream',
  summary: 'The headers of the audio, under the same conditions',
  tag: 'Tracks',
  auth: 'signed-in-or-link',
  ...streamRequest,
  headers: CONDITIONAL_HEAD,
  responses: { ...AUDIO_HEAD_ANSWERS, ...notStreamable },
});

export const getPreview = route({
  method: 'get',
  path: '/tracks/:trackId/preview',
  summary: 'Thirty seconds for anyone, from the loudest part that is of its kind; AAC, or Opus for who asks for it',
  tag: 'Tracks',
  auth: 'public',
  params: trackParams,
  headers: PARTIAL_GET,
  responses: { ...AUDIO_ANSWERS, 404: problem },
});

export const headPreview = route({
  method: 'head',
  path: '/tracks/:trackId/preview',
  summary: 'The headers of the preview, under the same conditions',
  tag: 'Tracks',
  auth: 'public',
  params: trackParams,
  headers: CONDITIONAL_HEAD,
  responses: { ...AUDIO_HEAD_ANSWERS, 404: problem },
});

const playlist = {
  200: { carries: 'text', contentTypes: ['application/vnd.apple.mpegurl'], headers: ['Cache-Control'] },
  ...notStreamable,
} as const;

export const getHlsStream = route({
  method: 'get',
  path: '/tracks/:trackId/stream.m3u8',
  summary: 'The audio as HLS: what a player may choose from; its links are signed, so that any player follows them',
  tag: 'Tracks',
  auth: 'signed-in-or-link',
  ...streamRequest,
  responses: playlist,
});

export const getHlsPlaylist = route({
  method: 'get',
  path: '/tracks/:trackId/playlists/:file',
  summary: 'The pieces of one form of the audio: byte ranges of about six seconds',
  tag: 'Tracks',
  auth: 'signed-in-or-link',
  params: object({ trackId: Id, file: choice(['opus-160.m3u8', 'aac-128.m3u8', 'opus-96.m3u8']) }),
  query: object({ token: optional(linkToken) }),
  responses: playlist,
});

export const getSegments = route({
  method: 'get',
  path: '/tracks/:trackId/segments/:file',
  summary: 'The file that the pieces lie in, in fragments (CMAF); a single range is answered 206',
  tag: 'Tracks',
  auth: 'signed-in-or-link',
  params: object({ trackId: Id, file: choice(['opus-160.mp4', 'aac-128.mp4', 'opus-96.mp4']) }),
  query: object({ token: optional(linkToken) }),
  headers: PARTIAL_GET,
  responses: { ...AUDIO_ANSWERS, ...notStreamable },
});

const Waveform = named('Waveform', {
  peaks: list(decimal(0, 1), 800, 800, { description: 'The loudest sample of each of 800 equal parts.' }),
});

export const getWaveform = route({
  method: 'get',
  path: '/tracks/:trackId/waveform',
  summary: 'What a track looks like; as a picture where Accept prefers image/png',
  tag: 'Tracks',
  auth: 'public',
  params: trackParams,
  headers: headerFields({ accept: optional(headerText), 'if-none-match': optional(headerText) }),
  responses: {
    200: {
      carries: 'json or bytes',
      schema: Waveform,
      contentTypes: ['image/png'],
      headers: ['Cache-Control', 'ETag', 'Vary'],
    },
    304: { carries: 'nothing', headers: ['Cache-Control', 'ETag', 'Vary'] },
    404: problem,
  },
});

export const watchTrack = route({
  method: 'get',
  path: '/tracks/:trackId/events',
  summary: 'The processing of a track of the caller as server-sent events, until it is over; 204 once it is',
  tag: 'Tracks',
  auth: 'artist',
  params: trackParams,
  headers: headerFields({ 'last-event-id': optional(headerText) }),
  responses: { 200: { carries: 'text', contentTypes: ['text/event-stream'] }, 204: 'empty', 404: problem },
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
