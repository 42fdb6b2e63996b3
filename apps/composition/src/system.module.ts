import { systemIds } from '@backline/auth';
import { type Clock, type Instant, instant } from '@backline/core/kernel';
import { ContainerModule } from 'inversify';
import type { Config } from './config.ts';
import { localAddress } from './local-address.ts';
import { createLog } from './log.ts';
import { TOKENS } from './tokens.ts';

/** The real time, or time that began at `start` when this was called and has run on since. */
export const systemClock = (start: number | null): Clock => {
  const offset = start === null ? 0 : start - Date.now();
  return { now: (): Instant => instant(Date.now() + offset) };
};

export const systemModule = (config: Config, clock: Clock): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.config).toConstantValue(config);
    bind(TOKENS.log).toConstantValue(createLog(config));
    bind(TOKENS.clock).toConstantValue(clock);
    bind(TOKENS.ids).toConstantValue(systemIds());
    bind(TOKENS.localAddress).toConstantValue(localAddress(config.host, config.port));
  });
