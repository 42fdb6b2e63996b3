import type { NotMadeYet, Rendition, RenditionName, Segments, TrackId, TrackNotFound } from '../catalog/index.ts';
import { HOUR_MS, type Result, after, err, invariant, ok } from '../kernel/index.ts';
import type { Quality } from './choose-form.ts';
import type { BadStreamLink, SubscriptionRequired } from './errors.ts';
import { type Listener, type StreamPorts, type TrackStream, allow, listenerOfLink } from './open-stream.ts';

/** The forms of a track that are reached piece by piece. */
export type SegmentedForm = 'opus-160' | 'aac-128' | 'opus-96';

const FILES: { readonly [Form in SegmentedForm]: RenditionName } = {
  'opus-160': 'opus-160-segments',
  'aac-128': 'aac-128',
  'opus-96': 'opus-96-segments',
};

/** The best first; AAC is for players without Opus, whatever the quality. */
export const SEGMENTED_FORMS: { readonly [Of in Quality | 'unsaid']: readonly SegmentedForm[] } = {
  low: ['opus-96', 'aac-128'],
  high: ['opus-160', 'aac-128'],
  original: ['opus-160', 'aac-128', 'opus-96'],
  unsaid: ['opus-160', 'aac-128', 'opus-96'],
};

export type SegmentedStream = {
  readonly form: SegmentedForm;
  readonly codec: string;
  readonly segments: Segments;
};

/** Who asks: by their session, or by a link that somebody signed for them. */
export type Asker = Pick<Listener, 'userId' | 'sessionId'> | { readonly token: string };

export type Playlist = {
  readonly streams: readonly SegmentedStream[];
  /** Of a link to every piece of them. */
  readonly token: string;
};

type SegmentsError = TrackNotFound | SubscriptionRequired | BadStreamLink | NotMadeYet;

/** Above the length of the track, for who pauses. It dies before, with its session, its track and its subscription. */
const LEEWAY_MS = HOUR_MS;

/** What a player has to choose from. */
export const listSegmented =
  (ports: StreamPorts) =>
  async (asker: Asker, trackId: TrackId, forms: readonly SegmentedForm[]): Promise<Result<Playlist, SegmentsError>> => {
    const admitted = await admit(ports, asker, trackId);
    if (!admitted.ok) return admitted;
    const renditions = await ports.catalog.renditions(trackId);
    const streams = forms.flatMap((form) => segmentedOf(renditions, form));
    if (streams.length === 0) return err({ code: 'not_made_yet' });
    return ok({ streams, token: signed(ports, admitted.value, trackId, lengthOf(streams)) });
  };

/** The file that the pieces lie in. The caller closes the source. */
export const openSegmented =
  (ports: StreamPorts) =>
  async (asker: Asker, trackId: TrackId, form: SegmentedForm): Promise<Result<TrackStream, SegmentsError>> => {
    const admitted = await admit(ports, asker, trackId);
    if (!admitted.ok) return admitted;
    const renditions = await ports.catalog.renditions(trackId);
    const rendition = renditions.find(({ name }) => name === FILES[form]);
    if (rendition === undefined) return err({ code: 'not_made_yet' });
    const source = await ports.media.open(rendition.key);
    if (source !== null) return ok({ contentType: rendition.contentType, source });
    invariant((await ports.catalog.playable(trackId)) === null, `the ${form} of track ${trackId} is missing`);
    return err({ code: 'track_not_found' });
  };

const segmentedOf = (renditions: readonly Rendition[], form: SegmentedForm): readonly SegmentedStream[] => {
  const rendition = renditions.find(({ name }) => name === FILES[form]);
  return rendition?.segments ? [{ form, codec: rendition.codec, segments: rendition.segments }] : [];
};

const lengthOf = ([first]: readonly SegmentedStream[]): number =>
  (first?.segments.durationsMs ?? []).reduce((sum, durationMs) => sum + durationMs, 0);

const admit = async (
  ports: StreamPorts,
  asker: Asker,
  trackId: TrackId,
): Promise<Result<Pick<Listener, 'userId' | 'sessionId'>, SegmentsError>> => {
  const listener = 'token' in asker ? await listenerOfLink(ports, asker.token, trackId) : ok(asker);
  if (!listener.ok) return listener;
  const allowed = await allow(ports, listener.value.userId, trackId);
  return allowed.ok ? listener : allowed;
};

const signed = (
  { streamLinks, clock }: StreamPorts,
  { userId, sessionId }: Pick<Listener, 'userId' | 'sessionId'>,
  trackId: TrackId,
  lengthMs: number,
): string =>
  streamLinks.sign({ trackId, listenerId: userId, sessionId, expiresAt: after(clock.now(), lengthMs + LEEWAY_MS) });
