import type { ImageRef } from '../accounts/index.ts';
import { type Instant, type Result, after, err, invariant, ok } from '../kernel/index.ts';
import type { ClaimLost, ProcessingBusy } from './errors.ts';
import type { TrackId, TrackStatus } from './track.ts';

/** What is done with every track after it was published, in this order. Each can be done again without harm. */
export const PROCESSING_STEPS = [
  'loudness',
  'fingerprint',
  'waveform',
  'artwork',
  'preview',
  'opus-160',
  'opus-96',
  'aac-128',
  'segments',
] as const;

export type ProcessingStep = (typeof PROCESSING_STEPS)[number];

/**
 * Why the sound cannot be processed:
 * - `undecodable`: parts of it cannot be read
 * - `too_costly`: it takes more time or memory than one track may
 * - `too_large`: what would be made of it is larger than one track's may be
 * - `gave_up`: it was tried too often, and none of the above is known to be the reason
 */
export type ProcessingFailure = 'undecodable' | 'too_costly' | 'too_large' | 'gave_up';

/** Who works on it. Past `until` the work may be taken over by someone else. */
export type Claim = { readonly by: string; readonly until: Instant };

export type Measured = {
  /** EBU R128 true peak; null for silence. */
  readonly truePeakDbtp: number | null;
  readonly previewStartMs: number;
};

/** How far a track's processing has come. */
export type Processing = {
  readonly trackId: TrackId;
  /** In the order in which they were done. */
  readonly done: readonly ProcessingStep[];
  /** The step under way, and how much of it is done, from 0 to 1. */
  readonly current: { readonly step: ProcessingStep; readonly share: number } | null;
  /** The rest waits until there is something that can do it. */
  readonly deferred: boolean;
  readonly failure: ProcessingFailure | null;
  /** Claims since a step was last finished. */
  readonly attempts: number;
  readonly claim: Claim | null;
  readonly measured: Measured | null;
  /** Where a picture taken out of the file is about to be kept; null once the track has it. */
  readonly reservedArtwork: ImageRef | null;
  readonly changedAt: Instant;
};

/** Longer than any pause between two signs of life of whoever holds a claim. */
export const CLAIM_MS = 30_000;

/** A step that was begun so often and never finished is what ends whoever begins it. */
export const MAX_ATTEMPTS = 5;

export const newProcessing = (trackId: TrackId, at: Instant): Processing => ({
  trackId,
  done: [],
  current: null,
  deferred: false,
  failure: null,
  attempts: 0,
  claim: null,
  measured: null,
  reservedArtwork: null,
  changedAt: at,
});

/** Null when all are done. */
export const nextStep = ({ done }: Processing): ProcessingStep | null =>
  PROCESSING_STEPS.find((step) => !done.includes(step)) ?? null;

/** Nothing more will come of it by itself. */
export const isSettled = (processing: Processing): boolean =>
  processing.failure !== null || nextStep(processing) === null;

export const statusOf = (processing: Processing): TrackStatus => {
  if (processing.failure !== null) return 'failed';
  return processing.deferred || nextStep(processing) === null ? 'ready' : 'processing';
};

/** Takes the work, unless someone else has it or it was taken too often; then it has failed. */
export const claimed = (processing: Processing, by: string, at: Instant): Result<Processing, ProcessingBusy> => {
  invariant(!isSettled(processing), 'there is nothing left to claim');
  const { claim, attempts } = processing;
  if (claim !== null && claim.by !== by && claim.until > at)
    return err({ code: 'processing_busy', retryAfterMs: claim.until - at });
  if (attempts >= MAX_ATTEMPTS) return ok(settled({ ...processing, failure: 'gave_up' }, at));
  return ok({
    ...processing,
    deferred: false,
    attempts: attempts + 1,
    claim: { by, until: after(at, CLAIM_MS) },
    changedAt: at,
  });
};

const held = (processing: Processing, by: string): Result<Processing, ClaimLost> =>
  processing.claim?.by === by ? ok(processing) : err({ code: 'claim_lost' });

/** A sign of life: the claim is good for as long again. */
export const advanced = (
  processing: Processing,
  by: string,
  current: { readonly step: ProcessingStep; readonly share: number },
  at: Instant,
): Result<Processing, ClaimLost> => {
  const holding = held(processing, by);
  if (!holding.ok) return holding;
  const share = Math.min(1, Math.max(0, current.share));
  return ok({
    ...processing,
    current: { ...current, share },
    claim: { by, until: after(at, CLAIM_MS) },
    changedAt: at,
  });
};

/** Once only; the claim goes on where there is more to do. */
export const finished = (
  processing: Processing,
  by: string,
  step: ProcessingStep,
  at: Instant,
): Result<Processing, ClaimLost> => {
  const holding = held(processing, by);
  if (!holding.ok) return holding;
  const done = processing.done.includes(step) ? processing.done : [...processing.done, step];
  const next: Processing = { ...processing, done, current: null, attempts: 1, changedAt: at };
  return ok(isSettled(next) ? settled(next, at) : { ...next, claim: { by, until: after(at, CLAIM_MS) } });
};

export const failed = (
  processing: Processing,
  by: string,
  failure: ProcessingFailure,
  at: Instant,
): Result<Processing, ClaimLost> => {
  const holding = held(processing, by);
  return holding.ok ? ok(settled({ ...processing, failure }, at)) : holding;
};

/** Nothing here can do the rest; the track plays as it came until something can. */
export const deferred = (processing: Processing, by: string, at: Instant): Result<Processing, ClaimLost> => {
  const holding = held(processing, by);
  return holding.ok ? ok({ ...settled(processing, at), deferred: true }) : holding;
};

/** Gives the work back; `counted` where the work itself may be what broke it off. */
export const released = (
  processing: Processing,
  by: string,
  { counted }: { readonly counted: boolean },
  at: Instant,
): Result<Processing, ClaimLost> => {
  const holding = held(processing, by);
  if (!holding.ok) return holding;
  const attempts = Math.max(0, processing.attempts - (counted ? 0 : 1));
  return ok({ ...processing, attempts, claim: null, changedAt: at });
};

const settled = (processing: Processing, at: Instant): Processing => ({
  ...processing,
  attempts: 0,
  claim: null,
  current: processing.failure === null ? null : processing.current,
  changedAt: at,
});

export type Progress = {
  /** Null where no step is under way. */
  readonly step: ProcessingStep | null;
  /** Of all steps, from 0 to 1. */
  readonly done: number;
};

/** Of a track of that status; tracks that never were processed have none to show. */
export const progressOf = (
  status: TrackStatus,
  at: { readonly stepsDone: number; readonly current: Processing['current'] } | null,
): Progress => {
  if (status === 'ready') return { step: null, done: 1 };
  if (at === null) return { step: null, done: 0 };
  const done = (at.stepsDone + (at.current?.share ?? 0)) / PROCESSING_STEPS.length;
  return { step: at.current?.step ?? null, done: Math.min(1, done) };
};
