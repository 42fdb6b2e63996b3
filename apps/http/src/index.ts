export { createApp } from './app.ts';
export type { AppDependencies } from './dependencies.ts';
export { keepAll, toNginx } from './hand-over.ts';
export { LIMITS, type Limits } from './limits.ts';
export { type RunningServer, startServer } from './server.ts';
export { type RunningHttp, startHttp } from './start.ts';
