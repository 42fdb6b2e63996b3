import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { type Scratch, scratchDirectory } from './scratch.ts';

const isThere = spawnSync('ffmpeg', ['-version']).status === 0;

/** What can only be tried with ffmpeg, which npm does not bring; continuous integration installs it. */
export const describeWithFfmpeg = isThere ? describe : describe.skip;
export const testWithFfmpeg = isThere ? test : test.skip;

export type ProbedStream = {
  readonly codec_name: string;
  readonly codec_type: string;
  readonly sample_rate?: string;
  readonly start_pts?: number;
  readonly tags?: Readonly<Record<string, string>>;
};

export type Probed = {
  readonly streams: readonly ProbedStream[];
  readonly format: { readonly duration: string; readonly tags?: Readonly<Record<string, string>> };
};

const run = (
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
): { readonly out: Buffer; readonly told: string } => {
  const { status, stdout, stderr } = spawnSync(program, args, { maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.toString()}`);
  return { out: stdout, told: stderr.toString() };
};

/** A folder for files that ffmpeg is asked about by name. */
export type Bench = {
  readonly make: (name: string, args: readonly string[]) => Buffer;
  readonly write: (name: string, bytes: Uint8Array) => string;
  readonly probe: (bytes: Uint8Array) => Probed;
  /** Both channels, 16 bits, at the file's own rate. */
  readonly decode: (bytes: Uint8Array) => Int16Array;
  /** By ffmpeg's own words, LUFS and dBTP. */
  readonly loudness: (bytes: Uint8Array) => { readonly integrated: number; readonly peak: number };
  readonly remove: () => void;
};

export const ffmpegBench = (): Bench => {
  const scratch: Scratch = scratchDirectory();
  const at = (name: string): string => join(scratch.path, name);
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(at(name), bytes);
    return at(name);
  };
  return {
    make: (name, args) => {
      run('ffmpeg', ['-v', 'error', '-y', ...args, at(name)]);
      return readFileSync(at(name));
    },
    write,
    probe: (bytes) => {
      const args = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', write('probed', bytes)];
      return JSON.parse(run('ffprobe', args).out.toString());
    },
    decode: (bytes) => {
      const args = ['-v', 'error', '-i', write('decoded', bytes), '-map', '0:a:0', '-ac', '2', '-f', 's16le', '-'];
      return new Int16Array(Uint8Array.from(run('ffmpeg', args).out).buffer);
    },
    loudness: (bytes) => {
      const measured = ['-map', '0:a:0', '-af', 'ebur128=peak=true', '-f', 'null', '-'];
      const { told } = run('ffmpeg', ['-nostats', '-i', write('measured', bytes), ...measured]);
      const summary = told.slice(told.lastIndexOf('Summary:'));
      const figure = (name: string): number => Number(new RegExp(`${name}:\\s+(\\S+)`).exec(summary)?.[1]);
      return { integrated: figure('I'), peak: figure('Peak') };
    },
    remove: scratch.remove,
  };
};
