import type { AudioInspector } from '@backline/core/catalog';
import { HOUR_MS, SECOND_MS, err } from '@backline/core/kernel';
import { inspectionProcess } from './inspection-process.ts';
import { onDisk } from './on-disk.ts';

export type InspectionLimits = {
  /** Of sound. */
  readonly maxDurationMs: number;
  /** For one file. */
  readonly timeLimitMs: number;
  /** Of the process that reads; buffers for what it reads come on top, at most 32 MiB each. */
  readonly heapMb: number;
  /** Files in line behind the one that is being read; beyond them the answer is `busy`. */
  readonly waiting: number;
};

export const INSPECTION_LIMITS: InspectionLimits = {
  maxDurationMs: 24 * HOUR_MS,
  timeLimitMs: 5 * SECOND_MS,
  heapMb: 64,
  waiting: 16,
};

/** `close` ends the process that reads; it starts again when needed. */
export type MusicMetadataInspector = AudioInspector & { readonly close: () => Promise<void> };

const RETRY_AFTER_MS = 2 * SECOND_MS;

/**
 * Takes MP3, FLAC, WAV, Ogg Vorbis, Ogg Opus, AAC in ADTS and in M4A. The format, the facts and whether the file is
 * whole are read from its own structure, without decoding; its tags by music-metadata. All of that happens in a
 * process of its own, one file at a time, under a limit of time and memory: a file beyond them is unplayable.
 */
export const musicMetadataInspector = (limits: Partial<InspectionLimits> = {}): MusicMetadataInspector => {
  const { maxDurationMs, timeLimitMs, heapMb, waiting } = { ...INSPECTION_LIMITS, ...limits };
  const reader = inspectionProcess({ timeLimitMs, heapMb });
  const sound = { maxSeconds: maxDurationMs / SECOND_MS };
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;

  return {
    inspect: async (staged) => {
      if (pending > waiting) return err({ code: 'busy', retryAfterMs: RETRY_AFTER_MS });
      pending += 1;
      const turn = last
        .then(() => onDisk(staged, (path) => reader.inspect({ path, limits: sound })))
        .finally(() => {
          pending -= 1;
        });
      last = turn.catch(() => undefined);
      return turn;
    },
    close: async () => {
      await last;
      await reader.close();
    },
  };
};
