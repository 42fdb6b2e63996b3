import type { Loudness } from '@backline/core/catalog';
import { PREVIEW_MS } from '@backline/core/catalog';

/** ebur128 gives one figure for each. */
export const HOP_MS = 100;
const HOPS_IN_PREVIEW = PREVIEW_MS / HOP_MS;
/** The preview begins at a whole second. */
const HOPS_IN_STEP = 1_000 / HOP_MS;

/** What is louder than the whole by more counts as so loud only: a single bang makes no representative part. */
const HEADROOM_LU = 4;

/** A fifth of a decibel: less is no reason to begin later. */
const WORTH_WAITING = 1.05;

/** EBU R128's absolute gate: what is below is silence. */
const GATE_LUFS = -70;

const powerOf = (lufs: number): number => 10 ** (lufs / 10);

/** Where the loudest 30 seconds begin that are of the track's own kind; the earliest of several. */
export const previewStart = (momentaryLufs: readonly number[], integratedLufs: number): number => {
  const ceiling = powerOf(integratedLufs + HEADROOM_LU);
  const sums = [0];
  for (const lufs of momentaryLufs) sums.push((sums.at(-1) ?? 0) + Math.min(ceiling, powerOf(lufs)));
  let [best, start] = [-1, 0];
  for (let at = 0; at + HOPS_IN_PREVIEW < sums.length; at += HOPS_IN_STEP) {
    const power = (sums[at + HOPS_IN_PREVIEW] ?? 0) - (sums[at] ?? 0);
    if (power > best * WORTH_WAITING) [best, start] = [power, at];
  }
  return start * HOP_MS;
};

const summed = (summary: string, name: string): number | null => {
  const text = new RegExp(`^\\s+${name}:\\s+(-?[\\d.]+|-?inf|nan) `, 'm').exec(summary)?.[1];
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? null : value;
};

/** From ebur128's summary, to the tenth that it prints. Null where there is none: it heard nothing. */
export const loudnessOf = (stderr: string, momentaryLufs: readonly number[]): Loudness | null => {
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  if (!summary.startsWith('Summary:') || momentaryLufs.length === 0) return null;
  const integrated = summed(summary, 'I');
  const peak = summed(summary, 'Peak');
  if (integrated === null || integrated <= GATE_LUFS)
    return { integratedLufs: null, truePeakDbtp: peak, previewStartMs: 0 };
  return {
    integratedLufs: integrated,
    truePeakDbtp: peak,
    previewStartMs: previewStart(momentaryLufs, integrated),
  };
};

const FIGURE = 'lavfi.r128.M=';
/** What ebur128 says of digital silence, where it does not say that there is none. */
const SILENCE_LUFS = -120.7;

/** Collects the figures from what ametadata prints, whatever pieces it comes in. */
export const momentaryReader = (): { readonly read: (chunk: Buffer) => void; readonly values: readonly number[] } => {
  const values: number[] = [];
  let rest = '';
  return {
    read: (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith(FIGURE)) continue;
        const lufs = Number(line.slice(FIGURE.length));
        values.push(Number.isFinite(lufs) ? lufs : SILENCE_LUFS);
      }
    },
    values,
  };
};
