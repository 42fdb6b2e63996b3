import type { Role, SessionId, UserId } from '../accounts/index.ts';
import type { PlayableTrack, TrackId, TrackNotFound } from '../catalog/index.ts';
import { type ByteSource, type Instant, MINUTE_MS, type Result, after, err, invariant, ok } from '../kernel/index.ts';
import type { BadStreamLink, SubscriptionRequired } from './errors.ts';
import type { IsSubscribed, PlaybackPorts } from './ports.ts';

export type Listener = { readonly userId: UserId; readonly role: Role; readonly sessionId: SessionId };

export type TrackStream = { readonly contentType: string; readonly source: ByteSource };

/** http-api.md, Tracks: a signed link lives 5 minutes. */
const LINK_LIFETIME_MS = 5 * MINUTE_MS;

type StreamPorts = PlaybackPorts & { readonly isSubscribed: IsSubscribed };

/** Checks the right to hear the track before a byte is read. The caller closes the source. */
export const openStream =
  (ports: StreamPorts) =>
  async (listenerId: UserId, trackId: TrackId): Promise<Result<TrackStream, TrackNotFound | SubscriptionRequired>> => {
    const allowed = await allow(ports, listenerId, trackId);
    if (!allowed.ok) return allowed;
    const source = await ports.media.open(allowed.value.audio);
    if (source !== null) return ok({ contentType: allowed.value.contentType, source });

    invariant((await ports.catalog.playable(trackId)) === null, `the audio of track ${trackId} is missing`);
    return err({ code: 'track_not_found' });
  };

/** As `openStream`, for a link instead of a bearer: it dies with its session, its track and its subscription. */
export const openLinkedStream = (ports: StreamPorts) => {
  const open = openStream(ports);
  return async (
    token: string,
    trackId: TrackId,
  ): Promise<Result<TrackStream, TrackNotFound | SubscriptionRequired | BadStreamLink>> => {
    const now = ports.clock.now();
    const link = ports.streamLinks.verify(token, now);
    if (link === null || link.trackId !== trackId || !(await ports.accounts.sessionIsLive(link.sessionId, now)))
      return err({ code: 'bad_stream_link' });
    return open(link.listenerId, trackId);
  };
};

export type SignedLink = { readonly token: string; readonly expiresAt: Instant };

export const signStreamLink =
  (ports: StreamPorts) =>
  async (
    { userId, sessionId }: Listener,
    trackId: TrackId,
  ): Promise<Result<SignedLink, TrackNotFound | SubscriptionRequired>> => {
    const allowed = await allow(ports, userId, trackId);
    if (!allowed.ok) return allowed;
    const expiresAt = after(ports.clock.now(), LINK_LIFETIME_MS);
    return ok({ token: ports.streamLinks.sign({ trackId, listenerId: userId, sessionId, expiresAt }), expiresAt });
  };

/** A subscriber may hear any track, an artist their own. */
const allow = async (
  { catalog, isSubscribed, clock }: StreamPorts,
  listenerId: UserId,
  trackId: TrackId,
): Promise<Result<PlayableTrack, TrackNotFound | SubscriptionRequired>> => {
  const track = await catalog.playable(trackId);
  if (track === null) return err({ code: 'track_not_found' });
  if (track.artistId === listenerId || (await isSubscribed(listenerId, clock.now()))) return ok(track);
  return err({ code: 'subscription_required' });
};
