import { getEarnings, getTrackHold, listJudgedPlays } from '@backline/contracts/http';
import type { TrackId, TrackNotFound } from '@backline/core/catalog';
import { type BadCursor, month } from '@backline/core/kernel';
import type { Serve } from '../bind.ts';
import { pageRequest, pageWire } from '../cursor.ts';
import type { Dependencies } from '../dependencies.ts';
import { refusal } from '../refusal.ts';
import { earningsWire, judgedPlayWire } from './earnings-wire.ts';
import { trackHoldWire } from './hold-wire.ts';

const LIST_STATUS = { bad_cursor: 400 } as const satisfies Record<BadCursor['code'], number>;

const HOLD_STATUS = { track_not_found: 404 } as const satisfies Record<TrackNotFound['code'], number>;

export const payoutRoutes = (serve: Serve, { core, readers }: Dependencies): void => {
  serve(getEarnings, async (_input, reply, { caller }) =>
    reply(200, earningsWire(await core.payout.earningsOf(caller.userId))),
  );

  serve(getTrackHold, async ({ params }, reply, { caller }) => {
    const found = await core.payout.holdOnTrack(caller.userId, params.trackId as TrackId);
    if (found.ok) return reply(200, { hold: found.value === null ? null : trackHoldWire(found.value) });
    const refused = refusal(HOLD_STATUS, found.error);
    return reply(refused.status, refused.body);
  });

  serve(listJudgedPlays, async ({ query }, reply, { caller }) => {
    const page = pageRequest(query);
    const filter = {
      ...(query.period === undefined ? {} : { month: month(query.period) }),
      ...(query.trackId === undefined ? {} : { trackId: query.trackId as TrackId }),
    };
    const plays = page.ok ? await readers.payouts.playsOfArtist(caller.userId, filter, page.value) : page;
    if (plays.ok) return reply(200, pageWire(plays.value, judgedPlayWire));
    const refused = refusal(LIST_STATUS, plays.error);
    return reply(refused.status, refused.body);
  });
};
