import type { Track } from '@backline/contracts/http';
import type { ProcessingFailure, Progress, TrackView } from '@backline/core/catalog';
import type { Static } from 'typebox';

type Wire = Static<typeof Track>;

const REASONS = {
  undecodable:
    'Parts of the sound cannot be read. The track plays as it was uploaded; export it again and upload that to have previews and smaller streams.',
  too_costly:
    'Reading the file takes far more work than its length explains. The track plays as it was uploaded; export it again, as FLAC or WAV, and upload that.',
  too_large:
    'What would be made of the track is larger than may be. The track plays as it was uploaded; a shorter one can be processed.',
  gave_up:
    'Something went wrong on our side, several times. The track plays as it was uploaded; tell us its number, and we look into it.',
} as const satisfies Record<ProcessingFailure, string>;

/** Thousandths are enough for any bar. */
export const progressWire = ({ step, done }: Progress): Wire['progress'] => ({
  step,
  done: Math.round(done * 1_000) / 1_000,
});

export const failureWire = (failure: ProcessingFailure | null): Wire['failure'] =>
  failure === null ? null : { code: failure, reason: REASONS[failure] };

/** What a watcher is told. */
export const processingWire = ({ status, progress, failure }: TrackView) => ({
  status,
  progress: progressWire(progress),
  failure: failureWire(failure),
});
