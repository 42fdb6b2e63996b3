import { type Result, Unavailable, ok } from '../kernel/index.ts';
import type { ClaimLost, ProcessingBusy, RenderError } from './errors.ts';
import type { CatalogPorts } from './ports.ts';
import { takeArtwork } from './processing-artwork.ts';
import { type Hold, hold } from './processing-hold.ts';
import { makeRenditions } from './processing-renditions.ts';
import { type ProcessingStep, nextStep } from './processing.ts';
import { RENDITIONS_OF } from './rendition.ts';
import type { TrackId } from './track.ts';

/**
 * - `settled`: all is done, or has failed for good
 * - `deferred`: nothing here can do the rest
 * - `superseded`: someone else has it now, or the track is gone
 */
export type ProcessingOutcome = 'settled' | 'deferred' | 'superseded';

/**
 * Does what is left to do of a track's processing, one step after the other. Broken off at any point, also by a kill,
 * it goes on from there the next time, and no file is kept twice. Throws what nobody can do anything about here; the
 * work is given back before.
 */
export const processTrack =
  (ports: CatalogPorts) =>
  async (trackId: TrackId): Promise<Result<ProcessingOutcome, ProcessingBusy>> => {
    const taken = await hold(ports, trackId);
    if (!taken.ok || taken.value === null) return taken.ok ? ok('settled') : taken;
    const holding = taken.value;
    try {
      return ok(await workThrough(ports, holding));
    } catch (thrown) {
      await holding.release({ counted: !(thrown instanceof Unavailable) });
      throw thrown;
    }
  };

type StepError = RenderError | ClaimLost;

const workThrough = async (ports: CatalogPorts, holding: Hold): Promise<ProcessingOutcome> => {
  for (;;) {
    const step = nextStep(holding.work().processing);
    if (step === null) return 'settled';
    const done = await doStep(ports, holding, step);
    if (done.ok) continue;
    const outcome = await conclude(holding, done.error);
    if (outcome !== null) return outcome;
  }
};

/** Null where there is something left to do. */
const conclude = async (holding: Hold, error: StepError): Promise<ProcessingOutcome | null> => {
  switch (error.code) {
    case 'unrenderable':
      return (await holding.fail(error.failure)).ok ? 'settled' : 'superseded';
    case 'renderer_missing':
      return (await holding.defer()).ok ? 'deferred' : 'superseded';
    case 'render_stopped':
    case 'claim_lost':
      return 'superseded';
  }
};

const doStep = async (ports: CatalogPorts, holding: Hold, step: ProcessingStep): Promise<Result<null, StepError>> => {
  const begun = await holding.begin(step);
  if (!begun.ok) return begun;
  if (step === 'loudness') return measure(ports, holding);
  if (step === 'fingerprint') return takeFingerprint(ports, holding);
  if (step === 'waveform') return drawWaveform(ports, holding);
  if (step === 'artwork') return takeArtwork(ports, holding);
  const made = await makeRenditions(ports, holding, RENDITIONS_OF[step] ?? []);
  return made.ok ? holding.finish(step) : made;
};

const measure = async ({ audioRenderer }: CatalogPorts, holding: Hold): Promise<Result<null, StepError>> => {
  const measured = await holding.withOriginal((sound) => audioRenderer.measure(sound, holding.watch(0, 1)));
  if (!measured.ok) return measured;
  const { integratedLufs, ...rest } = measured.value;
  return holding.finish('loudness', async (_stores, { track, processing }) => ({
    track: { ...track, loudnessLufs: integratedLufs },
    processing: { ...processing, measured: rest },
  }));
};

const takeFingerprint = async (
  { audioRenderer, clock }: CatalogPorts,
  holding: Hold,
): Promise<Result<null, StepError>> => {
  const taken = await holding.withOriginal((sound) => audioRenderer.fingerprint(sound, holding.watch(0, 1)));
  if (!taken.ok) return taken;
  return holding.finish('fingerprint', async ({ fingerprints, outbox }, work) => {
    const trackId = work.track.id;
    await fingerprints.save(trackId, taken.value);
    await outbox.append({ type: 'catalog.track_fingerprinted', trackId, occurredAt: clock.now() });
    return work;
  });
};

const drawWaveform = async ({ audioRenderer }: CatalogPorts, holding: Hold): Promise<Result<null, StepError>> => {
  const peaks = await holding.withOriginal((sound) => audioRenderer.waveform(sound, holding.watch(0, 1)));
  if (!peaks.ok) return peaks;
  return holding.finish('waveform', async ({ processings }, work) => {
    await processings.saveWaveform(work.track.id, peaks.value);
    return work;
  });
};
