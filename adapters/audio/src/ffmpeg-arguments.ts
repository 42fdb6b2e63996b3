import { type Coding, type Container, FINGERPRINT_MS, PREVIEW_MS } from '@backline/core/catalog';
import { invariant } from '@backline/core/kernel';
import { PROGRESS_FILE } from './confined-run.ts';

/** The one demuxer that may look at a file of the type. */
const DEMUXERS: { readonly [contentType: string]: string } = {
  'audio/mpeg': 'mp3',
  'audio/flac': 'flac',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/aac': 'aac',
  'audio/mp4': 'mov',
};

/** Those of the formats that are taken; no picture's among them. */
const DECODERS =
  'mp3,mp3float,flac,vorbis,libvorbis,opus,libopus,aac,pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_f64le';

const MAX_ALLOCATION_BYTES = 128 * 1024 * 1024;

/** Beyond what the file said of itself: encoders and containers pad. */
const SLACK_SECONDS = 5;

const seconds = (ms: number): string => {
  invariant(Number.isSafeInteger(ms) && ms >= 0, 'not a length of time');
  return (ms / 1_000).toFixed(3);
};

const joined = (...groups: readonly (readonly string[])[]): readonly string[] => groups.flat();

/** Nothing of it is text that a user chose. */
const inputOf = (contentType: string, path: string): readonly string[] => {
  const demuxer = DEMUXERS[contentType];
  invariant(demuxer !== undefined, `no demuxer for ${contentType}`);
  return joined(
    ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', '-max_alloc', String(MAX_ALLOCATION_BYTES)],
    // As many threads as a machine has cores would each take of the memory that a run may have.
    ['-threads', '1', '-filter_threads', '1'],
    ['-stats_period', '0.5', '-progress', `pipe:${PROGRESS_FILE}`],
    ['-protocol_whitelist', 'file,pipe', '-codec_whitelist', DECODERS, '-f', demuxer, '-i', path],
  );
};

const THE_SOUND = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'];
const TO_STDOUT = 'pipe:1';

export type RunInput = { readonly contentType: string; readonly path: string; readonly durationMs: number };

const upToEnd = (durationMs: number): readonly string[] => ['-t', seconds(durationMs + SLACK_SECONDS * 1_000)];

/** Each 100 ms' momentary loudness on standard output, the summary on standard error. */
export const measureArguments = ({ contentType, path, durationMs }: RunInput): readonly string[] =>
  joined(
    inputOf(contentType, path),
    THE_SOUND,
    ['-af', 'ebur128=peak=true:metadata=1:framelog=verbose,ametadata=mode=print:key=lavfi.r128.M:file=-'],
    upToEnd(durationMs),
    ['-f', 'null', '/dev/null'],
  );

/** Samples of 16 bits, little-endian, channels interleaved. */
export const samplesArguments = ({ contentType, path, durationMs }: RunInput): readonly string[] =>
  joined(inputOf(contentType, path), THE_SOUND, upToEnd(durationMs), ['-c:a', 'pcm_s16le', '-f', 's16le', TO_STDOUT]);

/** Chromaprint's items of 32 bits, little-endian. */
export const fingerprintArguments = ({ contentType, path, durationMs }: RunInput): readonly string[] =>
  joined(
    inputOf(contentType, path),
    THE_SOUND,
    ['-t', seconds(Math.min(FINGERPRINT_MS, durationMs + SLACK_SECONDS * 1_000))],
    ['-f', 'chromaprint', '-algorithm', '1', '-fp_format', 'raw', TO_STDOUT],
  );

/** The picture's own bytes: it is not decoded. */
export const artworkArguments = ({ contentType, path }: RunInput): readonly string[] =>
  joined(inputOf(contentType, path), [
    '-map',
    '0:v:0',
    '-frames:v',
    '1',
    '-c:v',
    'copy',
    '-f',
    'image2pipe',
    TO_STDOUT,
  ]);

const CODERS: { readonly [Name in Coding]: readonly string[] } = {
  'opus-96': ['-c:a', 'libopus', '-b:a', '96k', '-vbr', 'on', '-ar', '48000'],
  'opus-160': ['-c:a', 'libopus', '-b:a', '160k', '-vbr', 'on', '-ar', '48000'],
  'aac-128': ['-c:a', 'aac', '-b:a', '128k'],
};

const SHAPES: { readonly [Name in Coding]: string } = {
  'opus-96': 'aformat=channel_layouts=stereo|mono',
  'opus-160': 'aformat=channel_layouts=stereo|mono',
  'aac-128': 'aformat=channel_layouts=stereo|mono:sample_rates=44100|48000',
};

const SEGMENT_MICROSECONDS = 6_000_000;

/** An edit list leaves out what the encoder puts before the first sample; known only once there is one. */
const GAPLESS = ['-use_editlist', '1', '-movflags', '+cmaf+global_sidx+delay_moov'];

const CONTAINERS: { readonly [Name in Container]: readonly string[] } = {
  ogg: ['-f', 'ogg'],
  cmaf: [...GAPLESS, '-frag_duration', String(SEGMENT_MICROSECONDS), '-f', 'mp4'],
};

const FADE_IN_MS = 30;
const FADE_OUT_MS = 1_000;

const previewFilters = (startMs: number, durationMs: number): readonly string[] => {
  const lengthMs = Math.min(PREVIEW_MS, durationMs);
  const fadeMs = Math.min(FADE_OUT_MS, Math.floor(lengthMs / 4));
  return [
    `atrim=start=${seconds(startMs)}:duration=${seconds(PREVIEW_MS)}`,
    'asetpts=PTS-STARTPTS',
    ...(startMs > 0 ? [`afade=t=in:st=0:d=${seconds(FADE_IN_MS)}`] : []),
    ...(lengthMs < durationMs ? [`afade=t=out:st=${seconds(lengthMs - fadeMs)}:d=${seconds(fadeMs)}`] : []),
  ];
};

export type RenderInput = RunInput & {
  readonly coding: Coding;
  readonly container: Container;
  readonly excerpt: 'whole' | 'preview';
  readonly startMs: number;
  /** Whether it is coded as wanted already, and only packed anew. */
  readonly isCoded: boolean;
  readonly outputPath: string;
};

const coderOf = ({ coding, excerpt, isCoded, startMs, durationMs }: RenderInput): readonly string[] => {
  if (isCoded) return ['-c:a', 'copy'];
  const filters = [...(excerpt === 'preview' ? previewFilters(startMs, durationMs) : []), SHAPES[coding]];
  return ['-af', filters.join(','), ...CODERS[coding]];
};

export const renderArguments = (input: RenderInput): readonly string[] =>
  joined(
    inputOf(input.contentType, input.path),
    THE_SOUND,
    coderOf(input),
    upToEnd(input.excerpt === 'preview' ? Math.min(PREVIEW_MS, input.durationMs) : input.durationMs),
    ['-fflags', '+bitexact', '-flags:a', '+bitexact'],
    CONTAINERS[input.container],
    ['-y', input.outputPath],
  );
