import { getEarnings, listJudgedPlays } from '@backline/contracts/http';
import type { TrackId } from '@backline/core/catalog';
import { type BadCursor, month } from '@backline/core/kernel';
import type { Serve } from '../bind.ts';
import { pageRequest, pageWire } from '../cursor.ts';
import type { Dependencies } from '../dependencies.ts';
import { refusal } from '../refusal.ts';
import { earningsWire, judgedPlayWire } from './earnings-wire.ts';

const LIST_STATUS = { bad_cursor: 400 } as const satisfies Record<BadCursor['code'], number>;

export const payoutRoutes = (serve: Serve, { core, readers }: Dependencies): void => {
  serve(getEarnings, async (_input, reply, { caller }) =>
    reply(200, earningsWire(await core.payout.earningsOf(caller.userId))),
  );

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
