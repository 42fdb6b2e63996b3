import { createHash } from 'node:crypto';
import { parseBuffer } from 'music-metadata';
import { demoSongs } from '../../apps/ops/src/demo/index.ts';

/** Run by itself: under Jest, whose globals are slow, rendering the songs would take minutes. Prints JSON. */
export type SongFacts = {
  readonly claimed: {
    readonly title: string;
    readonly artist: string;
    readonly genre: string;
    readonly durationMs: number;
  };
  readonly tags: { readonly title?: string; readonly artist?: string; readonly genre?: readonly string[] };
  readonly format: { readonly codec?: string; readonly sampleRate?: number; readonly numberOfChannels?: number };
  readonly durationMs: number;
  /** Of full scale, which is 1. */
  readonly peak: number;
  readonly firstSamples: number;
  readonly lastSamples: number;
  readonly mean: number;
  readonly digests: readonly [string, string];
};

const HEADER_BYTES = 12;
const FULL_SCALE = 32_768;
const EDGE = 50;

/** Where the samples lie, whatever chunks of tags stand before them. */
const samplesOf = (wav: Buffer): Int16Array => {
  for (let at = HEADER_BYTES; at < wav.length;) {
    const size = wav.readUInt32LE(at + 4);
    if (wav.toString('latin1', at, at + 4) === 'data')
      return new Int16Array(Uint8Array.from(wav.subarray(at + 8, at + 8 + size)).buffer);
    at += 8 + size + (size % 2);
  }
  throw new Error('no samples');
};

const loudest = (samples: Int16Array): number => {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak / FULL_SCALE;
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const factsOf = async (song: (typeof demoSongs)[number]): Promise<SongFacts> => {
  const wav = song.render();
  const samples = samplesOf(Buffer.from(wav));
  const { common, format } = await parseBuffer(wav, { mimeType: 'audio/wav' });
  const { title, artist, genre, durationMs } = song;
  return {
    claimed: { title, artist, genre, durationMs },
    tags: common,
    format,
    durationMs: (format.duration ?? 0) * 1_000,
    peak: loudest(samples),
    firstSamples: loudest(samples.subarray(0, EDGE)),
    lastSamples: loudest(samples.subarray(-EDGE)),
    mean: samples.reduce((sum, sample) => sum + sample, 0) / samples.length / FULL_SCALE,
    digests: [sha256(wav), sha256(song.render())],
  };
};

if (import.meta.main) process.stdout.write(JSON.stringify(await Promise.all(demoSongs.map(factsOf))));
