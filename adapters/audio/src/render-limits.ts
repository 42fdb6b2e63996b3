import type { RunLimits } from './confined-run.ts';

export type RenderLimits = {
  readonly cpuSeconds: (durationMs: number) => number;
  readonly wallMs: (durationMs: number) => number;
  /** Address space of ffmpeg, its libraries included. */
  readonly memoryBytes: number;
  /** Of the sound that is written. */
  readonly maxKbps: number;
};

const MEBIBYTE = 1024 * 1024;

/** A slow core codes at ten times the speed of sound. */
export const RENDER_LIMITS: RenderLimits = {
  cpuSeconds: (durationMs) => 30 + Math.ceil(durationMs / 4_000),
  wallMs: (durationMs) => 300_000 + 2 * durationMs,
  memoryBytes: 768 * MEBIBYTE,
  maxKbps: 320,
};

export const limitsFor = (limits: RenderLimits, durationMs: number): RunLimits => ({
  cpuSeconds: limits.cpuSeconds(durationMs),
  wallMs: limits.wallMs(durationMs),
  memoryBytes: limits.memoryBytes,
  fileBytes: MEBIBYTE + Math.ceil((durationMs * limits.maxKbps) / 8),
});
