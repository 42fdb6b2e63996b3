import type { Role, SessionId, UserId } from '../accounts/index.ts';
import type { NotMadeYet, PlayableTrack, StoredMedia, TrackId, TrackNotFound } from '../catalog/index.ts';
import { type Instant, MINUTE_MS, type Result, after, err, invariant, ok } from '../kernel/index.ts';
import { ANY, type Form, type Wish, chooseForm, choosePreview, wantsOriginal } from './choose-form.ts';
import type { BadStreamLink, SubscriptionRequired } from './errors.ts';
import type { IsSubscribed, PlaybackPorts } from './ports.ts';

export type Listener = { readonly userId: UserId; readonly role: Role; readonly sessionId: SessionId };

export type TrackStream = { readonly contentType: string; readonly source: StoredMedia };

/** http-api.md, Tracks: a signed link lives 5 minutes. */
const LINK_LIFETIME_MS = 5 * MINUTE_MS;

export type StreamPorts = PlaybackPorts & { readonly isSubscribed: IsSubscribed };

/**
 * Checks the right to hear the track before a byte is read. What the worker has not made yet is stood in for by the
 * original. The caller closes the source.
 */
export const openStream =
  (ports: StreamPorts) =>
  async (
    listenerId: UserId,
    trackId: TrackId,
    wish: Wish = ANY,
  ): Promise<Result<TrackStream, TrackNotFound | SubscriptionRequired>> => {
    const allowed = await allow(ports, listenerId, trackId);
    if (!allowed.ok) return allowed;
    const track = allowed.value;
    const renditions = wantsOriginal(wish, track) ? [] : await ports.catalog.renditions(trackId);
    return openForm(ports, trackId, chooseForm(wish, track, renditions));
  };

/** Anyone may hear it. The caller closes the source. */
export const openPreview =
  (ports: StreamPorts) =>
  async (trackId: TrackId, wish: Wish = ANY): Promise<Result<TrackStream, TrackNotFound | NotMadeYet>> => {
    if ((await ports.catalog.playable(trackId)) === null) return err({ code: 'track_not_found' });
    const form = choosePreview(wish, await ports.catalog.renditions(trackId));
    return form === null ? err({ code: 'not_made_yet' }) : openForm(ports, trackId, form);
  };

const openForm = async (
  { media, catalog }: StreamPorts,
  trackId: TrackId,
  { key, contentType }: Form,
): Promise<Result<TrackStream, TrackNotFound>> => {
  const source = await media.open(key);
  if (source !== null) return ok({ contentType, source });
  invariant((await catalog.playable(trackId)) === null, `the audio of track ${trackId} is missing`);
  return err({ code: 'track_not_found' });
};

/** As `openStream`, for a link instead of a bearer: it dies with its session, its track and its subscription. */
export const openLinkedStream = (ports: StreamPorts) => {
  const open = openStream(ports);
  return async (
    token: string,
    trackId: TrackId,
    wish: Wish = ANY,
  ): Promise<Result<TrackStream, TrackNotFound | SubscriptionRequired | BadStreamLink>> => {
    const listener = await listenerOfLink(ports, token, trackId);
    return listener.ok ? open(listener.value.userId, trackId, wish) : listener;
  };
};

/** Whom the link was signed for, if it is of this track and good still. */
export const listenerOfLink = async (
  { streamLinks, accounts, clock }: StreamPorts,
  token: string,
  trackId: TrackId,
): Promise<Result<Pick<Listener, 'userId' | 'sessionId'>, BadStreamLink>> => {
  const now = clock.now();
  const link = streamLinks.verify(token, now);
  if (link === null || link.trackId !== trackId || !(await accounts.sessionIsLive(link.sessionId, now)))
    return err({ code: 'bad_stream_link' });
  return ok({ userId: link.listenerId, sessionId: link.sessionId });
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
export const allow = async (
  { catalog, isSubscribed, clock }: StreamPorts,
  listenerId: UserId,
  trackId: TrackId,
): Promise<Result<PlayableTrack, TrackNotFound | SubscriptionRequired>> => {
  const track = await catalog.playable(trackId);
  if (track === null) return err({ code: 'track_not_found' });
  if (track.artistId === listenerId || (await isSubscribed(listenerId, clock.now()))) return ok(track);
  return err({ code: 'subscription_required' });
};
