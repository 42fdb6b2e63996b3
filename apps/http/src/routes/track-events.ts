import { watchTrack } from '@backline/contracts/http';
import type { TrackId, TrackView } from '@backline/core/catalog';
import { MINUTE_MS } from '@backline/core/kernel';
import type { ServeRaw } from '../bind.ts';
import type { AppDependencies } from '../dependencies.ts';
import { type EventStream, eventStream } from '../event-stream.ts';
import { Refusal } from '../problem.ts';
import type { Readiness } from './operations.ts';
import { processingWire } from './processing-wire.ts';

/** How soon a change is told; each watcher reads so often. */
const INTERVAL_MS = 500;
/** 10 s: below what proxies bear in silence. */
const SILENT_ROUNDS = 20;
/** As long as an access token: then the watcher has to show one again. */
const MAX_WATCH_MS = 15 * MINUTE_MS;

type Dependencies = Pick<AppDependencies, 'readers' | 'clock' | 'wait'>;

/**
 * The processing of an artist's own track as it goes on, whichever process does it: each watcher reads what is stored.
 * Over, the stream ends, and whoever connects again is told by a 204 not to.
 */
export const trackEventRoutes = (serveRaw: ServeRaw, deps: Dependencies, { isStopping }: Readiness): void => {
  serveRaw(watchTrack, async ({ params, headers }, ctx, { userId }) => {
    const find = async (): Promise<TrackView | null> => {
      const track = await deps.readers.catalog.track(params.trackId as TrackId);
      return track?.artist.userId === userId ? track : null;
    };
    const first = await find();
    if (first === null) throw new Refusal(404, 'not-found', 'There is no such track', 'You have no track of this id.');
    if (isOver(first) && headers['last-event-id'] !== undefined) {
      ctx.status = 204;
      return;
    }
    const stream = eventStream(ctx);
    try {
      await tell(stream, first, find, deps, isStopping);
      stream.end();
    } catch (thrown) {
      stream.breakOff();
      throw thrown;
    }
  });
};

const isOver = ({ status }: TrackView): boolean => status !== 'processing';

const tell = async (
  stream: EventStream,
  first: TrackView,
  find: () => Promise<TrackView | null>,
  { clock, wait }: Dependencies,
  isStopping: () => boolean,
): Promise<void> => {
  const until = clock.now() + MAX_WATCH_MS;
  let told = '';
  let silentRounds = 0;
  for (let track: TrackView | null = first; track !== null; track = await find()) {
    const state = processingWire(track);
    const isNew = JSON.stringify(state) !== told;
    if (isNew) stream.send('progress', state);
    else if (silentRounds % SILENT_ROUNDS === SILENT_ROUNDS - 1) stream.stayAlive();
    silentRounds = isNew ? 0 : silentRounds + 1;
    told = JSON.stringify(state);
    if (isOver(track) || isStopping() || !stream.isOpen() || clock.now() >= until) return;
    await wait(INTERVAL_MS);
  }
};
