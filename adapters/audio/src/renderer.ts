import type { AudioRenderer, RenderError, Rendered, RenditionForm, Sound } from '@backline/core/catalog';
import { PREVIEW_MS, peakMeter } from '@backline/core/catalog';
import { type Result, Unavailable, err, ok } from '@backline/core/kernel';
import { segmentsOf } from './cmaf-index.ts';
import { type ConfinedRun, OUTPUT_FILE, confinement } from './confined-run.ts';
import {
  type RunInput,
  artworkArguments,
  fingerprintArguments,
  measureArguments,
  renderArguments,
  samplesArguments,
} from './ffmpeg-arguments.ts';
import { ffmpegOnPath } from './ffmpeg-on-path.ts';
import { itemReader } from './fingerprint-items.ts';
import { HOP_MS, loudnessOf, momentaryReader } from './loudness-report.ts';
import { loudestOf } from './loudest.ts';
import { RENDER_LIMITS, type RenderLimits, limitsFor } from './render-limits.ts';
import { type ScratchFile, inheritedPath, openScratchFile } from './scratch-file.ts';
import { soundOnDisk } from './sound-on-disk.ts';

export type FfmpegOptions = {
  /** For what is being made; nothing in it has a name for longer than a moment. Made when it is not there. */
  readonly scratchDirectory: string;
  /** Folders where programs lie, as in PATH. */
  readonly searchPath: string;
  readonly limits?: Partial<RenderLimits>;
};

/** `close` ends what is being rendered: it and all that comes later fail as unavailable. */
export type FfmpegRenderer = AudioRenderer & { readonly close: () => Promise<void> };

const MAX_ARTWORK_BYTES = 5 * 1024 * 1024;

const TYPES = { ogg: 'audio/ogg', cmaf: 'audio/mp4' } as const;
const CODECS = { 'opus-96': 'Opus', 'opus-160': 'Opus', 'aac-128': 'AAC' } as const;

const undecodable = err({ code: 'unrenderable', failure: 'undecodable' } as const);

/** Less than that of what the file's structure promised could be decoded. */
const WHOLE_SHARE = 0.9;
const PADDING_MS = 2_000;

const isCutShort = (decodedMs: number, { durationMs }: Sound): boolean =>
  decodedMs < durationMs * WHOLE_SHARE && decodedMs < durationMs - PADDING_MS;

/** Null where there is no sound in it. The output is closed by whoever discards it. */
const described = async (output: ScratchFile, sound: Sound, form: RenditionForm): Promise<Rendered | null> => {
  const segments = form.container === 'cmaf' ? await segmentsOf(output.handle) : null;
  if (form.container === 'cmaf' && segments === null) return null;
  const sizeBytes = await output.sizeBytes();
  const lengthMs = form.excerpt === 'preview' ? Math.min(PREVIEW_MS, sound.durationMs) : sound.durationMs;
  return {
    codec: CODECS[form.coding],
    contentType: TYPES[form.container],
    bitrateKbps: Math.max(1, Math.round((sizeBytes * 8) / lengthMs)),
    sizeBytes,
    segments,
    read: output.read,
    discard: output.close,
  };
};

type Attempt = Pick<ConfinedRun, 'watch' | 'onOutput'> & {
  readonly build: (input: RunInput) => readonly string[];
  readonly output?: ScratchFile;
};

/**
 * ffmpeg as it is found on the path, one process for each call. What it may decode is what the inspector takes; what
 * it may open is the file; what it may use is bounded by the kernel.
 */
export const ffmpegAudioRenderer = (options: FfmpegOptions): FfmpegRenderer => {
  const limits = { ...RENDER_LIMITS, ...options.limits };
  const ffmpeg = ffmpegOnPath(options.searchPath);
  const confined = confinement();

  const attempt = async (sound: Sound, { build, output, ...rest }: Attempt): Promise<Result<string, RenderError>> => {
    const programs = await ffmpeg.programs();
    if (!programs.ok) return programs;
    const input = await soundOnDisk(sound, options.scratchDirectory);
    try {
      return await confined.run(programs.value, {
        arguments: build({ contentType: sound.contentType, path: input.path, durationMs: sound.durationMs }),
        input: input.copy?.handle.fd ?? null,
        output: output?.handle.fd ?? null,
        limits: limitsFor(limits, sound.durationMs),
        durationMs: sound.durationMs,
        ...rest,
      });
    } finally {
      await input.copy?.close();
    }
  };

  return {
    missing: ffmpeg.missing,
    measure: async (sound, watch) => {
      const { read, values } = momentaryReader();
      const run = await attempt(sound, { build: measureArguments, watch, onOutput: read });
      if (!run.ok) return run;
      const loudness = loudnessOf(run.value, values);
      return loudness === null || isCutShort(values.length * HOP_MS, sound) ? undecodable : ok(loudness);
    },
    waveform: async (sound, watch) => {
      const meter = peakMeter();
      const run = await attempt(sound, { build: samplesArguments, watch, onOutput: loudestOf(meter.add) });
      return run.ok ? ok(meter.peaks()) : run;
    },
    fingerprint: async (sound, watch) => {
      const items = itemReader();
      const run = await attempt(sound, { build: fingerprintArguments, watch, onOutput: items.read });
      return run.ok ? ok(items.all()) : run;
    },
    artwork: async (sound, watch) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      const onOutput = (chunk: Buffer): void => {
        sizeBytes += chunk.length;
        if (sizeBytes <= MAX_ARTWORK_BYTES) chunks.push(chunk);
      };
      const run = await attempt(sound, { build: artworkArguments, watch, onOutput });
      if (!run.ok) return run.error.code === 'unrenderable' ? ok(null) : run;
      return ok(sizeBytes === 0 || sizeBytes > MAX_ARTWORK_BYTES ? null : Buffer.concat(chunks));
    },
    render: async (sound, form, watch) => {
      const output = await openScratchFile(options.scratchDirectory);
      const build = (input: RunInput): readonly string[] =>
        renderArguments({ ...input, ...form, isCoded: form.from !== null, outputPath: inheritedPath(OUTPUT_FILE) });
      try {
        const run = await attempt(sound, { build, output, watch, onOutput: () => undefined });
        const rendered = run.ok ? await described(output, sound, form) : null;
        if (rendered !== null) return ok(rendered);
        await output.close();
        return run.ok ? undecodable : run;
      } catch (thrown) {
        await output.close();
        throw thrown;
      }
    },
    close: () => confined.endAll(new Unavailable('renderer')),
  };
};
