import { ConfigError } from './config-error.ts';

export type S3Config = {
  readonly bucket: string;
  readonly region: string;
  /** Null for Amazon's own. */
  readonly endpoint: string | null;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

type Environment = { readonly [name: string]: string | undefined };

const SETTINGS = ['S3_ENDPOINT', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

/** Null where audio stays on the local disk. */
export const readS3 = (env: Environment): S3Config | null => {
  const bucket = env['S3_BUCKET'];
  if (!bucket) {
    const stray = SETTINGS.find((name) => env[name]);
    if (stray !== undefined) throw new ConfigError(`S3_BUCKET must be set where ${stray} is`);
    return null;
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new ConfigError('S3_BUCKET must be the name of a bucket');
  return {
    bucket,
    region: env['S3_REGION'] || 'us-east-1',
    endpoint: endpoint(env),
    accessKeyId: required(env, 'S3_ACCESS_KEY_ID'),
    secretAccessKey: required(env, 'S3_SECRET_ACCESS_KEY'),
  };
};

const required = (env: Environment, name: string): string => {
  const text = env[name];
  if (!text) throw new ConfigError(`${name} must be set where S3_BUCKET is`);
  return text;
};

const endpoint = (env: Environment): string | null => {
  const text = env['S3_ENDPOINT'];
  if (!text) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.href !== `${url.origin}/`)
    throw new ConfigError('S3_ENDPOINT must be an http or https URL without a path');
  return url.origin;
};
