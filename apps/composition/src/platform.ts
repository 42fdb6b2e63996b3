import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import { type Clock, Unavailable } from '@backline/core/kernel';
import { startEmbeddedPostgres } from '@backline/embedded-postgres';
import { migrateJobs } from '@backline/jobs';
import { migrate, parseDatabaseUrl } from '@backline/mikro-orm';
import { Container } from 'inversify';
import { authModule } from './auth.module.ts';
import { type Config, ConfigError } from './config.ts';
import { coreModule } from './core.module.ts';
import { cloudinaryModule, localPicturesModule } from './pictures.module.ts';
import { databaseModule } from './database.module.ts';
import { localAudioModule, s3AudioModule } from './audio-store.module.ts';
import { mediaModule } from './media.module.ts';
import { stripePaymentsModule } from './payments.module.ts';
import { printingModule } from './printing.module.ts';
import { recommenderModule } from './recommender.module.ts';
import { sandboxPaymentsModule } from './sandbox.module.ts';
import { systemClock, systemModule } from './system.module.ts';
import { TOKENS } from './tokens.ts';

export type Platform = {
  readonly container: Container;
  /** Closes what was opened, in the reverse order. */
  readonly close: () => Promise<void>;
};

/** What a program of its own kind does otherwise than the platform. */
export type Overrides = {
  readonly clock?: Clock;
  /** Hands the sandbox's events to the app in another way than over HTTP. */
  readonly deliver?: (platform: Container, body: Uint8Array, signature: string) => Promise<boolean>;
};

/** Starts or finds the database, brings its schema up to date, and wires every adapter to the core. */
export const openPlatform = async (config: Config, { clock, deliver }: Overrides = {}): Promise<Platform> => {
  await mkdir(config.dataDir, { recursive: true }).catch((cause: unknown) => {
    throw new ConfigError(`DATA_DIR must be a folder: ${config.dataDir} is not, and cannot be made`, { cause });
  });
  const container = new Container();
  container.load(
    systemModule(config, clock ?? systemClock(config.clockStart)),
    authModule(config),
    mediaModule(config),
    config.s3 === null ? localAudioModule(config) : s3AudioModule(config.s3),
    config.cloudinary === null ? localPicturesModule : cloudinaryModule(config.cloudinary),
    printingModule,
    recommenderModule(config),
    config.stripe === null
      ? sandboxPaymentsModule(config, deliver && ((body, signature) => deliver(container, body, signature)))
      : stripePaymentsModule(config.stripe, config),
    coreModule,
  );
  const server =
    config.databaseUrl === null
      ? await startEmbeddedPostgres({ dataDir: config.dataDir, log: (line) => container.get(TOKENS.log).info(line) })
      : null;
  try {
    const connection = connectionOf(server?.url ?? config.databaseUrl ?? '');
    const warnings = await migrate(connection, () => migrateJobs(connection.url, connection.schema));
    for (const warning of warnings) container.get(TOKENS.log).warn(warning);
    container.load(databaseModule(connection));
    await container.get(TOKENS.database).ensurePartitions(container.get(TOKENS.clock).now());
  } catch (cause) {
    await server?.stop();
    throw server === null && isUnusable(cause) ? new ConfigError(unusable(cause), { cause }) : cause;
  }
  return {
    container,
    close: async () => {
      await container.unbindAllAsync();
      await server?.stop();
    },
  };
};

/** SQLSTATE classes: 28, who may not connect; 3D, no such database. */
const isUnusable = (cause: unknown): boolean =>
  cause instanceof Unavailable || (cause instanceof Error && 'code' in cause && /^(28|3D)/.test(String(cause.code)));

const unusable = (cause: unknown): string => {
  const reason = cause instanceof Unavailable ? cause.cause : cause;
  const line = reason instanceof Error ? (reason.message.split('\n')[0] ?? '') : '';
  return `DATABASE_URL names a database that cannot be used${line === '' ? '' : `: ${line}`}`;
};

const connectionOf = (url: string): ReturnType<typeof parseDatabaseUrl> => {
  try {
    return parseDatabaseUrl(url);
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? cause.message : 'DATABASE_URL is not a URL', { cause });
  }
};
