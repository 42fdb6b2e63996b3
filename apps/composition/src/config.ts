import { resolve } from 'node:path';
import { type CloudinaryConfig, readCloudinary } from './cloudinary-config.ts';
import { ConfigError } from './config-error.ts';
import { type S3Config, readS3 } from './s3-config.ts';
import { type StripeConfig, readStripe } from './stripe-config.ts';

export { ConfigError };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** http-api.md, Configuration. What is null is made by the platform itself, under `dataDir`. */
export type Config = {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly jwtSecret: string | null;
  /** Null for the sandbox, which takes no real money. */
  readonly stripe: StripeConfig | null;
  /** Of the recommender's engine; null for the one that the platform runs itself. */
  readonly recommenderUrl: string | null;
  /** The operator's own choice of tracks, by their ids, the best first. */
  readonly editorialTracks: readonly number[];
  /** Null where audio stays on the local disk. */
  readonly s3: S3Config | null;
  /** Null where pictures stay on the local disk. */
  readonly cloudinary: CloudinaryConfig | null;
  /** Milliseconds since the epoch at which the process's clock starts; null for the real time. */
  readonly clockStart: number | null;
  readonly logLevel: LogLevel;
  /** nginx's internal location for the folder `audio` of `dataDir`; null where the app sends the audio itself. */
  readonly accelLocation: string | null;
  /** Origins that browsers may call from. */
  readonly corsOrigins: readonly string[];
  /** Proxies before the app whose X-Forwarded-For is believed. */
  readonly trustedProxies: number;
};

type Environment = { readonly [name: string]: string | undefined };

const LOG_LEVELS: readonly string[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const MIN_JWT_SECRET_BYTES = 32;

/** @throws ConfigError for the first setting that is missing or makes no sense */
export const readConfig = (env: Environment, workingDirectory: string): Config => {
  const production = env['NODE_ENV'] === 'production';
  if (production) refuseInProduction(env);
  const host = env['HOST'] || '127.0.0.1';
  const port = wholeNumber(env, 'PORT', 3000, 65_535);
  return {
    production,
    host,
    port,
    publicUrl: httpUrl(env, 'PUBLIC_URL') ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    databaseUrl: env['DATABASE_URL'] || null,
    dataDir: resolve(workingDirectory, env['DATA_DIR'] || '.data'),
    jwtSecret: jwtSecret(env),
    stripe: readStripe(env, production),
    recommenderUrl: httpUrl(env, 'RECOMMENDER_URL'),
    editorialTracks: editorialTracks(env),
    s3: readS3(env),
    cloudinary: readCloudinary(env, production),
    clockStart: clockStart(env),
    logLevel: logLevel(env),
    accelLocation: accelLocation(env),
    corsOrigins: corsOrigins(env),
    trustedProxies: wholeNumber(env, 'TRUSTED_PROXIES', 0, 10),
  };
};

const refuseInProduction = (env: Environment): void => {
  for (const name of ['DATABASE_URL', 'JWT_SECRET', 'STRIPE_SECRET_KEY'])
    if (!env[name]) throw new ConfigError(`${name} must be set in production`);
  if (env['CLOCK_START']) throw new ConfigError('CLOCK_START must not be set in production: time is real there');
};

const wholeNumber = (env: Environment, name: string, otherwise: number, max: number): number => {
  const text = env[name];
  if (!text) return otherwise;
  if (!/^\d{1,6}$/.test(text) || Number(text) > max) throw new ConfigError(`${name} must be a number from 0 to ${max}`);
  return Number(text);
};

const httpUrl = (env: Environment, name: string): string | null => {
  const text = env[name];
  if (!text) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '')
    throw new ConfigError(`${name} must be an http or https URL without a query`);
  return url.href.replace(/\/$/, '');
};

const jwtSecret = (env: Environment): string | null => {
  const secret = env['JWT_SECRET'];
  if (!secret) return null;
  if (Buffer.byteLength(secret) < MIN_JWT_SECRET_BYTES)
    throw new ConfigError(`JWT_SECRET must have at least ${MIN_JWT_SECRET_BYTES} bytes`);
  return secret;
};

const clockStart = (env: Environment): number | null => {
  const text = env['CLOCK_START'];
  if (!text) return null;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(at))
    throw new ConfigError('CLOCK_START must be an RFC 3339 instant such as 2026-11-01T00:00:00Z');
  return at;
};

const logLevel = (env: Environment): LogLevel => {
  const text = env['LOG_LEVEL'] || 'info';
  if (!LOG_LEVELS.includes(text)) throw new ConfigError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
  return text as LogLevel;
};

const editorialTracks = (env: Environment): readonly number[] => {
  const text = env['EDITORIAL_TRACKS'];
  if (!text) return [];
  if (!/^[1-9]\d{0,14}(,[1-9]\d{0,14}){0,99}$/.test(text))
    throw new ConfigError('EDITORIAL_TRACKS must be ids of up to 100 tracks, separated by commas');
  return text.split(',').map(Number);
};

const accelLocation = (env: Environment): string | null => {
  const text = env['MEDIA_X_ACCEL'];
  if (!text) return null;
  if (!/^(\/[\w-]+)+$/.test(text)) throw new ConfigError('MEDIA_X_ACCEL must be a location of nginx such as /masters');
  return text;
};

const corsOrigins = (env: Environment): readonly string[] =>
  (env['CORS_ORIGINS'] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      if (!URL.canParse(text) || new URL(text).origin !== text)
        throw new ConfigError('CORS_ORIGINS must be origins such as https://app.example.com, separated by commas');
      return text;
    });
