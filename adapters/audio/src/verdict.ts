import type { AudioFacts, UnplayableAudio, UnsupportedAudio } from '@backline/core/catalog';
import { type Err, type Result, err, ok } from '@backline/core/kernel';

export type Verdict = Result<AudioFacts, UnsupportedAudio | UnplayableAudio>;

/** What a container says of its sound, before anyone asked whether it makes sense. */
export type Measured = {
  readonly codec: string;
  readonly contentType: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly seconds: number;
  /** Of the coded sound, without tags and headers. */
  readonly bitsPerSecond: number;
};

export type SoundLimits = { readonly maxSeconds: number };

const MIN_RATE_HZ = 8_000;
const MAX_RATE_HZ = 384_000;
const MAX_CHANNELS = 8;

export const unsupported: Err<UnsupportedAudio> = err({ code: 'unsupported_audio' });
export const unplayable = (reason: string): Err<UnplayableAudio> => err({ code: 'unplayable_audio', reason });

export const cutShort = unplayable(
  'The file ends before its sound does. It may have been cut off while it was copied.',
);
export const damaged = unplayable('The file is damaged: parts of its sound cannot be read.');
export const silentFile = unplayable('There is no sound in the file.');

/** The sound as facts, or why no player would make sense of it. */
export const judged = (measured: Measured, { maxSeconds }: SoundLimits): Verdict => {
  const { codec, contentType, sampleRateHz, channels, seconds } = measured;
  if (sampleRateHz < MIN_RATE_HZ || sampleRateHz > MAX_RATE_HZ) {
    return unplayable(`Its sample rate of ${sampleRateHz} Hz is outside ${MIN_RATE_HZ} to ${MAX_RATE_HZ} Hz.`);
  }
  if (channels < 1 || channels > MAX_CHANNELS)
    return unplayable(`It has ${channels} channels; 1 to ${MAX_CHANNELS} play.`);
  const durationMs = Math.round(seconds * 1_000);
  if (!(durationMs > 0)) return silentFile;
  if (seconds > maxSeconds) return unplayable(`It is longer than ${Math.floor(maxSeconds / 3_600)} hours.`);
  const bitrateKbps = Math.max(1, Math.round(measured.bitsPerSecond / 1_000));
  return ok({ codec, contentType, durationMs, bitrateKbps, sampleRateHz, channels });
};
