import { createStreamLink, getTrack, listTracks, removeTrack, updateTrack } from '@backline/contracts/http';
import type { UserId } from '@backline/core/accounts';
import type { TrackId, TitleMissing, TrackNotFound } from '@backline/core/catalog';
import { type BadCursor, day, isoText } from '@backline/core/kernel';
import type { SubscriptionRequired } from '@backline/core/playback';
import type { Serve } from '../bind.ts';
import { pageRequest, pageWire } from '../cursor.ts';
import type { Dependencies } from '../dependencies.ts';
import { plain, refusal } from '../refusal.ts';
import { trackWire } from './track-wire.ts';

const LIST_STATUS = { bad_cursor: 400 } as const satisfies Record<BadCursor['code'], number>;

const NOT_FOUND = { track_not_found: 404 } as const satisfies Record<TrackNotFound['code'], number>;

const EDIT_STATUS = { track_not_found: 404, title_missing: 400 } as const satisfies Record<
  (TrackNotFound | TitleMissing)['code'],
  number
>;

const NOT_STREAMABLE = {
  track_not_found: 404,
  subscription_required: 402,
} as const satisfies Record<(TrackNotFound | SubscriptionRequired)['code'], number>;

export const trackRoutes = (serve: Serve, { core, readers, imageUrl, publicUrl }: Dependencies): void => {
  const { catalog, playback } = core;
  const toTrack = trackWire(imageUrl);

  serve(listTracks, async ({ query: { limit, cursor, artistId, ...search } }, reply) => {
    const page = pageRequest(cursor === undefined ? { limit } : { limit, cursor });
    const tracks = page.ok
      ? await readers.catalog.tracks(
          { ...search, ...(artistId === undefined ? {} : { artistId: artistId as UserId }) },
          page.value,
        )
      : page;
    if (tracks.ok) return reply(200, pageWire(tracks.value, toTrack));
    const refused = refusal(LIST_STATUS, tracks.error);
    return reply(refused.status, refused.body);
  });

  serve(getTrack, async ({ params }, reply) => {
    const track = await readers.catalog.track(params.trackId as TrackId);
    if (track !== null) return reply(200, toTrack(track));
    const refused = refusal(NOT_FOUND, { code: 'track_not_found' });
    return reply(refused.status, refused.body);
  });

  serve(updateTrack, async ({ params, body: { releasedOn, ...changes } }, reply, { caller }) => {
    const trackId = params.trackId as TrackId;
    const released = releasedOn === undefined ? {} : { releasedOn: releasedOn === null ? null : day(releasedOn) };
    const edited = await catalog.editTrack(caller.userId, trackId, { ...changes, ...released });
    if (!edited.ok) {
      const refused = refusal(EDIT_STATUS, edited.error);
      return reply(refused.status, refused.body);
    }
    const track = await readers.catalog.track(trackId);
    if (track !== null) return reply(200, toTrack(track));
    const refused = refusal(NOT_FOUND, { code: 'track_not_found' });
    return reply(refused.status, refused.body);
  });

  serve(removeTrack, async ({ params }, reply, { caller }) => {
    const removed = await catalog.removeTrack(caller.userId, params.trackId as TrackId);
    if (removed.ok) return reply(204, null);
    const refused = refusal(NOT_FOUND, removed.error);
    return reply(refused.status, refused.body);
  });

  serve(createStreamLink, async ({ params }, reply, { caller }) => {
    const signed = await playback.signStreamLink(caller, params.trackId as TrackId);
    if (signed.ok) {
      const { token, expiresAt } = signed.value;
      const url = `${publicUrl}/tracks/${params.trackId}/stream?token=${token}`;
      return reply(200, { url, expiresAt: isoText(expiresAt) }, { 'Cache-Control': 'no-store' });
    }
    const refused = refusal(NOT_STREAMABLE, signed.error);
    return refused.status === 402
      ? reply(402, { ...plain(refused.body), checkout: '/payments/checkout' })
      : reply(refused.status, refused.body);
  });
};
