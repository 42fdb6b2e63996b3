import { type Instant, type Result, SECOND_MS, err, invariant, ok } from '../kernel/index.ts';
import type { ClaimLost, ProcessingBusy } from './errors.ts';
import type { CatalogPorts, CatalogStores, RenderWatch, Sound } from './ports.ts';
import {
  type Processing,
  type ProcessingFailure,
  type ProcessingStep,
  advanced,
  claimed,
  deferred,
  failed,
  finished,
  isSettled,
  newProcessing,
  released,
  statusOf,
} from './processing.ts';
import type { Track, TrackId } from './track.ts';

/** A track, and how far its processing has come. */
export type Work = { readonly track: Track; readonly processing: Processing };

/** What they are to be; all that it does lies in the same transaction. */
type Change = (stores: CatalogStores, work: Work) => Promise<Work>;

/** The right to process one track, for as long as nobody else has it and the track is not removed. */
export interface Hold {
  /** As of the last change. */
  readonly work: () => Work;
  readonly begin: (step: ProcessingStep) => Promise<Result<null, ClaimLost>>;
  /** Does `change` in the transaction that says that the step is done. */
  readonly finish: (step: ProcessingStep, change?: Change) => Promise<Result<null, ClaimLost>>;
  /** Within a step. */
  readonly change: (change: Change) => Promise<Result<null, ClaimLost>>;
  readonly fail: (failure: ProcessingFailure) => Promise<Result<null, ClaimLost>>;
  readonly defer: () => Promise<Result<null, ClaimLost>>;
  /** Never throws: what cannot be released lapses by itself. */
  readonly release: (how: { readonly counted: boolean }) => Promise<void>;
  /** Tells of the step under way that it goes from the one share to the other. */
  readonly watch: (from: number, to: number) => RenderWatch;
  readonly withOriginal: <T>(use: (sound: Sound) => Promise<T>) => Promise<T>;
}

/** Between two times that progress is written down. */
const SIGN_OF_LIFE_MS = SECOND_MS;

/** Null where there is nothing to do. */
export const hold = async (ports: CatalogPorts, trackId: TrackId): Promise<Result<Hold | null, ProcessingBusy>> => {
  const by = ports.ids.uuid();
  const taken = await ports.uow.run(async (stores): Promise<Result<Work | null, ProcessingBusy>> => {
    const now = ports.clock.now();
    const track = await stores.tracks.find(trackId);
    if (track === null || track.removedAt !== null) return ok(null);
    const processing = (await stores.processings.find(trackId)) ?? newProcessing(trackId, now);
    if (isSettled(processing)) return ok(null);
    const claim = claimed(processing, by, now);
    if (!claim.ok) return claim;
    return ok(await store(stores, track, { track, processing: claim.value }));
  });
  if (!taken.ok || taken.value === null) return taken.ok ? ok(null) : taken;
  return ok(isSettled(taken.value.processing) ? null : holdOf(ports, by, taken.value));
};

const store = async (
  { tracks, processings }: CatalogStores,
  stored: Track,
  { track, processing }: Work,
): Promise<Work> => {
  await processings.save(processing);
  const current: Track = { ...track, status: statusOf(processing) };
  if (track !== stored || current.status !== stored.status) await tracks.save(current);
  return { track: current, processing };
};

const holdOf = (ports: CatalogPorts, by: string, taken: Work): Hold => {
  const { uow, clock, media } = ports;
  let work = taken;
  let lastSign: Instant = clock.now();

  const transact = async (
    move: (processing: Processing, at: Instant) => Result<Processing, ClaimLost>,
    change: Change = async (_stores, unchanged) => unchanged,
  ): Promise<Result<null, ClaimLost>> => {
    const moved = await uow.run(async (stores): Promise<Result<Work, ClaimLost>> => {
      const track = await stores.tracks.find(taken.track.id);
      const processing = await stores.processings.find(taken.track.id);
      if (track === null || track.removedAt !== null || processing === null) return err({ code: 'claim_lost' });
      const next = move(processing, clock.now());
      if (!next.ok) return next;
      return ok(await store(stores, track, await change(stores, { track, processing: next.value })));
    });
    if (!moved.ok) return moved;
    work = moved.value;
    lastSign = clock.now();
    return ok(null);
  };

  const advance = (share: number): Promise<Result<null, ClaimLost>> => {
    const step = work.processing.current?.step;
    invariant(step !== undefined, 'no step is under way');
    return transact((processing, at) => advanced(processing, by, { step, share }, at));
  };

  return {
    work: () => work,
    begin: (step) => transact((processing, at) => advanced(processing, by, { step, share: 0 }, at)),
    finish: (step, change) => transact((processing, at) => finished(processing, by, step, at), change),
    change: (change) => transact((processing, at) => advanced(processing, by, currentOf(processing), at), change),
    fail: (failure) => transact((processing, at) => failed(processing, by, failure, at)),
    defer: () => transact((processing, at) => deferred(processing, by, at)),
    release: async (how) => {
      await transact((processing, at) => released(processing, by, how, at)).catch(() => undefined);
    },
    watch: (from, to) => async (share) => {
      if (clock.now() - lastSign < SIGN_OF_LIFE_MS && clock.now() >= lastSign) return 'go-on';
      const told = await advance(from + share * (to - from));
      return told.ok ? 'go-on' : 'stop';
    },
    withOriginal: async (use) => {
      const { key, contentType, durationMs } = taken.track.audio;
      const source = await media.open(key);
      invariant(source !== null, `the audio of track ${taken.track.id} is missing`);
      try {
        return await use({ source, contentType, durationMs });
      } finally {
        await source.close();
      }
    },
  };
};

const currentOf = ({ current }: Processing): NonNullable<Processing['current']> => {
  invariant(current !== null, 'no step is under way');
  return current;
};
