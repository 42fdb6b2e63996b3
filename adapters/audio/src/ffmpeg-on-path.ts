import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RendererMissing } from '@backline/core/catalog';
import { type Result, err, ok } from '@backline/core/kernel';
import { type Programs, findPrograms } from './programs.ts';

export interface FfmpegOnPath {
  readonly programs: () => Promise<Result<Programs, RendererMissing>>;
  /** Names of programs, and of what ffmpeg was built without. */
  readonly missing: () => Promise<readonly string[]>;
}

const ENCODERS = ['libopus', 'aac'] as const;
/** Chromaprint's fingerprints are one of its formats; Debian's has it. */
const MUXERS = ['chromaprint'] as const;
const ANSWER_MS = 20_000;

const run = promisify(execFile);

const listed = async ({ ffmpeg }: Programs, list: '-encoders' | '-muxers'): Promise<string> => {
  const options = { env: {}, timeout: ANSWER_MS, maxBuffer: 1024 * 1024 };
  return (await run(ffmpeg, ['-hide_banner', '-loglevel', 'error', list], options)).stdout;
};

const missingParts = async (programs: Programs): Promise<readonly string[]> => {
  const [encoders, muxers] = await Promise.all([listed(programs, '-encoders'), listed(programs, '-muxers')]);
  return [
    ...ENCODERS.filter((name) => !new RegExp(`^ A\\S+ ${name} `, 'm').test(encoders)),
    ...MUXERS.filter((name) => !new RegExp(`^ +E ${name} `, 'm').test(muxers)),
  ].map((name) => `ffmpeg's ${name}`);
};

/** Looked for again until it is there: whoever installs it need not start anything anew. */
export const ffmpegOnPath = (searchPath: string): FfmpegOnPath => {
  let found: Programs | null = null;

  const look = async (): Promise<Result<Programs, RendererMissing>> => {
    if (found !== null) return ok(found);
    const programs = await findPrograms(searchPath);
    if (!('ffmpeg' in programs)) return err({ code: 'renderer_missing', missing: programs });
    const lacking = await missingParts(programs);
    if (lacking.length > 0) return err({ code: 'renderer_missing', missing: lacking });
    found = programs;
    return ok(programs);
  };

  return {
    programs: look,
    missing: async () => {
      const programs = await look();
      return programs.ok ? [] : programs.error.missing;
    },
  };
};
