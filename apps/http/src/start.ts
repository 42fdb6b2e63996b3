import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Config, ConfigError, type Platform, TOKENS } from '@backline/composition';
import { Registry } from 'prom-client';
import { type HandOver, keepAll, toNginx, toStore } from './hand-over.ts';
import { LIMITS, type Limits } from './limits.ts';
import { type RunningServer, startServer } from './server.ts';

export type RunningHttp = RunningServer & { readonly url: string };

/** Serves the platform over HTTP, as its configuration says. */
export const startHttp = async ({ container }: Platform, limits: Limits = LIMITS): Promise<RunningHttp> => {
  const config = container.get(TOKENS.config);
  const ports = container.get(TOKENS.ports);
  const address = container.get(TOKENS.localAddress);
  const server = await startServer(
    {
      core: container.get(TOKENS.core),
      readers: ports,
      statementPrinter: container.get(TOKENS.statementPrinter),
      clock: ports.clock,
      ids: ports.ids,
      images: ports.images,
      imageUrl: ports.images.url,
      isImageSettled: ports.images.isSettled,
      accessTokens: ports.accessTokens,
      verifications: ports.verifications,
      uploads: container.get(TOKENS.uploads),
      sandbox: container.get(TOKENS.sandboxPages),
      publicUrl: config.publicUrl,
      handOver: handOverOf(config),
      wait: (ms) => setTimeout(ms),
      log: container.get(TOKENS.log).child({ app: 'http' }),
      registry: new Registry(),
      healthChecks: container.get(TOKENS.healthChecks),
      circuits: container.getAll(TOKENS.circuit),
      limits,
      corsOrigins: config.corsOrigins,
      trustedProxies: config.trustedProxies,
    },
    config,
  ).catch((cause: unknown) => {
    throw portTaken(cause) ? new ConfigError(`PORT ${config.port} is taken on ${config.host}`, { cause }) : cause;
  });
  address.listensOn(server.port);
  return { ...server, url: address.url() };
};

const handOverOf = ({ s3, accelLocation, dataDir }: Config): HandOver => {
  if (s3 !== null) return toStore;
  return accelLocation === null ? keepAll : toNginx(accelLocation, join(dataDir, 'audio'));
};

const portTaken = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
