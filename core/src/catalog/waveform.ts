import type { Peaks } from './ports.ts';

/** http-api.md, Tracks. */
export const WAVEFORM_POINTS = 800;

/** Fine enough that each of the points is made of several parts of the same length. */
const MAX_PARTS = 16 * WAVEFORM_POINTS;

export interface PeakMeter {
  /** The loudest of the next moment's samples, from 0 to 1; all moments are of one length. */
  readonly add: (peak: number) => void;
  readonly peaks: () => Peaks;
}

/** Peaks of sound whose length is not known before it ends, in memory of a fixed size. */
export const peakMeter = (): PeakMeter => {
  let parts: number[] = [];
  let momentsInPart = 1;
  let momentsInLast = 0;
  let last = 0;

  const halve = (): void => {
    parts = Array.from({ length: Math.ceil(parts.length / 2) }, (_, index) =>
      Math.max(parts[2 * index] ?? 0, parts[2 * index + 1] ?? 0),
    );
    momentsInPart *= 2;
  };

  return {
    add: (peak) => {
      last = Math.max(last, peak);
      momentsInLast += 1;
      if (momentsInLast < momentsInPart) return;
      parts.push(last);
      last = 0;
      momentsInLast = 0;
      if (parts.length === MAX_PARTS) halve();
    },
    peaks: () => spread(momentsInLast === 0 ? parts : [...parts, last]),
  };
};

/** As many points as a waveform has, each the greatest of the parts that it overlaps. */
const spread = (parts: readonly number[]): Peaks =>
  Array.from({ length: WAVEFORM_POINTS }, (_, point) => {
    const from = Math.floor((point * parts.length) / WAVEFORM_POINTS);
    const until = Math.max(from + 1, Math.ceil(((point + 1) * parts.length) / WAVEFORM_POINTS));
    return parts.slice(from, until).reduce((greatest, part) => Math.max(greatest, Math.min(1, part)), 0);
  });
