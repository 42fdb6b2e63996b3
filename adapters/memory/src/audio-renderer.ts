import {
  type AudioRenderer,
  FINGERPRINT_MS,
  PREVIEW_MS,
  type Rendered,
  type RenderError,
  type RenditionForm,
  type Segments,
  type Sound,
  peakMeter,
} from '@backline/core/catalog';
import { type Result, err, ok } from '@backline/core/kernel';
import { type PcmLoudness, loudnessOf } from './loudness.ts';
import { type Pcm, WAV_HEADER, excerptOf, pcmOf, wavOf } from './pcm.ts';
import { soundPrintOf } from './sound-print.ts';

const SEGMENT_MS = 6_000;
const HOP_MS = 100;

/**
 * Knows WAV of 16 bits, whole in memory, and makes nothing but WAV: a rendition has the length and the place of what
 * was asked for, and is coded as the original. A true peak is that of the samples. Carries no artwork.
 */
export const memoryAudioRenderer = (): AudioRenderer => ({
  missing: async () => [],
  measure: async (sound, watch) => {
    const pcm = await decoded(sound);
    if (!pcm.ok) return pcm;
    if ((await watch(0.5)) === 'stop') return stopped;
    const loudness = loudnessOf(pcm.value);
    return ok({
      integratedLufs: loudness.integratedLufs,
      truePeakDbtp: peakDb(pcm.value),
      previewStartMs: previewStart(loudness),
    });
  },
  waveform: async (sound, watch) => {
    const pcm = await decoded(sound);
    if (!pcm.ok) return pcm;
    if ((await watch(0.5)) === 'stop') return stopped;
    const meter = peakMeter();
    for (const sample of pcm.value.samples) meter.add(Math.abs(sample));
    return ok(meter.peaks());
  },
  fingerprint: async (sound, watch) => {
    const pcm = await decoded(sound);
    if (!pcm.ok) return pcm;
    if ((await watch(0.5)) === 'stop') return stopped;
    return ok(soundPrintOf(pcm.value, FINGERPRINT_MS));
  },
  artwork: async () => ok(null),
  render: async (sound, form, watch) => {
    const pcm = await decoded(sound);
    if (!pcm.ok) return pcm;
    if ((await watch(0.5)) === 'stop') return stopped;
    return ok(
      renderedOf(form.excerpt === 'preview' ? excerptOf(pcm.value, form.startMs, PREVIEW_MS) : pcm.value, form),
    );
  },
});

const stopped = err({ code: 'render_stopped' } as const);

const decoded = async ({ source }: Sound): Promise<Result<Pcm, RenderError>> => {
  const wav = new Uint8Array(source.sizeBytes);
  let filled = 0;
  await source.send(
    { start: 0, end: wav.length - 1 },
    {
      write: async (chunk) => {
        wav.set(chunk, filled);
        filled += chunk.length;
      },
    },
  );
  const pcm = pcmOf(wav);
  return pcm === null ? err({ code: 'unrenderable', failure: 'undecodable' }) : ok(pcm);
};

const peakDb = ({ samples }: Pcm): number | null => {
  const peak = samples.reduce((greatest, sample) => Math.max(greatest, Math.abs(sample)), 0);
  return peak === 0 ? null : 20 * Math.log10(peak);
};

/** A fifth of a decibel: less is no reason to begin later. */
const WORTH_WAITING = 1.05;

/** Within 4 LU of the whole. */
const HEADROOM = 10 ** 0.4;

const previewStart = ({ integratedLufs, momentaryPowers }: PcmLoudness): number => {
  const hops = PREVIEW_MS / HOP_MS;
  const ceiling = integratedLufs === null ? 0 : HEADROOM * 10 ** ((integratedLufs + 0.691) / 10);
  let [best, start] = [-1, 0];
  for (let at = 0; at + hops <= momentaryPowers.length; at += 1_000 / HOP_MS) {
    const power = momentaryPowers.slice(at, at + hops).reduce((sum, hop) => sum + Math.min(ceiling, hop), 0);
    if (power > best * WORTH_WAITING) [best, start] = [power, at];
  }
  return start * HOP_MS;
};

const renderedOf = (pcm: Pcm, form: RenditionForm): Rendered => {
  const wav = wavOf(pcm);
  return {
    codec: 'PCM',
    contentType: 'audio/wav',
    bitrateKbps: Math.round((16 * pcm.rateHz * pcm.channels) / 1_000),
    sizeBytes: wav.length,
    segments: form.container === 'cmaf' ? segmentsOf(pcm) : null,
    read: async function* () {
      yield wav;
    },
    discard: async () => undefined,
  };
};

const segmentsOf = (pcm: Pcm): Segments => {
  const frameBytes = 2 * pcm.channels;
  const total = pcm.samples.length * 2;
  const full = Math.round((SEGMENT_MS * pcm.rateHz) / 1_000) * frameBytes;
  const sizesBytes = Array.from({ length: Math.ceil(total / full) }, (_, index) =>
    Math.min(full, total - index * full),
  );
  return {
    initBytes: WAV_HEADER,
    startsAt: WAV_HEADER,
    sizesBytes,
    durationsMs: sizesBytes.map((size) => Math.round((size * 1_000) / frameBytes / pcm.rateHz)),
  };
};
