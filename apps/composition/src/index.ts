export type { SandboxDesk } from '@backline/sandbox-payments';
export { type Config, ConfigError, readConfig } from './config.ts';
export { configFromEnvironment } from './environment.ts';
export type { HealthCheck } from './health.ts';
export type { StartWorker, Worker, WorkerPlan } from './jobs.ts';
export { type Overrides, type Platform, openPlatform } from './platform.ts';
export { rememberedReads } from './remembered-reads.ts';
export { runProcess } from './process.ts';
export { TOKENS } from './tokens.ts';
