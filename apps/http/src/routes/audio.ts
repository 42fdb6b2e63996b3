import { type Input, getPreview, headPreview, headTrackStream, streamTrack } from '@backline/contracts/http';
import type { Claims } from '@backline/core/accounts';
import type { NotMadeYet, TrackId, TrackNotFound } from '@backline/core/catalog';
import type { BadStreamLink, Quality, SubscriptionRequired, TrackStream, Wish } from '@backline/core/playback';
import { acceptance } from '../accept.ts';
import { type Described, answerAudio, answerHead } from '../audio-answer.ts';
import type { ServeRaw } from '../bind.ts';
import type { AppDependencies, Dependencies } from '../dependencies.ts';
import { Refusal } from '../problem.ts';
import type { SendBytes } from '../send-bytes.ts';

type AskedStream = Input<typeof streamTrack> | Input<typeof headTrackStream>;
type AskedPreview = Input<typeof getPreview> | Input<typeof headPreview>;

/** The audio itself: entitlement before a byte. */
export const audioRoutes = (
  serveRaw: ServeRaw,
  sendBytes: SendBytes,
  { core, handOver }: Pick<AppDependencies, 'core' | 'handOver'>,
): void => {
  serveRaw(headTrackStream, async (input, ctx, caller) => {
    await answerHead(ctx, input.headers, await open(core, input, caller), ownStream(input.params.trackId), handOver);
  });
  serveRaw(streamTrack, async (input, ctx, caller) => {
    const stream = await open(core, input, caller);
    await answerAudio(ctx, input.headers, stream, ownStream(input.params.trackId), sendBytes, handOver);
  });
  serveRaw(headPreview, async (input, ctx) => {
    await answerHead(ctx, input.headers, await openPreview(core, input), preview(input.params.trackId), handOver);
  });
  serveRaw(getPreview, async (input, ctx) => {
    const stream = await openPreview(core, input);
    await answerAudio(ctx, input.headers, stream, preview(input.params.trackId), sendBytes, handOver);
  });
};

export const ownStream = (trackId: number): Described => ({
  fileName: `track-${trackId}`,
  cacheControl: 'private, max-age=0, must-revalidate, no-transform',
});

const preview = (trackId: number): Described => ({
  fileName: `preview-${trackId}`,
  cacheControl: 'public, max-age=300, no-transform',
});

const wishOf = (quality: Quality | undefined, accept: string | undefined): Wish => ({
  quality: quality ?? null,
  accepts: acceptance(accept),
});

const open = async (
  { playback }: Dependencies['core'],
  input: AskedStream,
  caller: Claims | null,
): Promise<TrackStream> => {
  const trackId = input.params.trackId as TrackId;
  const wish = wishOf(input.query.quality, input.headers.accept);
  const opened =
    caller === null
      ? await playback.openLinkedStream(input.query.token ?? '', trackId, wish)
      : await playback.openStream(caller.userId, trackId, wish);
  if (opened.ok) return opened.value;
  throw streamRefusal(opened.error);
};

/** Why there is nothing to hear. */
export const streamRefusal = (error: TrackNotFound | SubscriptionRequired | BadStreamLink | NotMadeYet): Refusal => {
  switch (error.code) {
    case 'track_not_found':
      return new Refusal(404, 'not-found', 'There is no such track', 'There is no track with this id.');
    case 'not_made_yet':
      return new Refusal(404, 'not-made-yet', 'There is none yet', 'It is made after the upload; try again later.', {
        headers: { 'Retry-After': '5' },
      });
    case 'subscription_required':
      return new Refusal(
        402,
        'subscription-required',
        'A subscription is required',
        'A subscriber may hear any track, an artist their own.',
        { members: { checkout: '/payments/checkout' } },
      );
    case 'bad_stream_link':
      return new Refusal(401, 'bad-stream-link', 'The link is not valid', 'The link is not valid, or no longer.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
  }
};

const openPreview = async ({ playback }: Dependencies['core'], input: AskedPreview): Promise<TrackStream> => {
  const wish = wishOf(undefined, input.headers.accept);
  const opened = await playback.openPreview(input.params.trackId as TrackId, wish);
  if (opened.ok) return opened.value;
  throw streamRefusal(opened.error);
};
