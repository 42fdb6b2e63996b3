import * as accounts from './accounts.ts';
import * as onboarding from './onboarding.ts';
import * as operations from './operations.ts';
import * as payments from './payments.ts';
import * as payouts from './payouts.ts';
import * as profiles from './profiles.ts';
import * as recommendations from './recommendations.ts';
import type { Route } from './route.ts';
import * as sandbox from './sandbox.ts';
import * as splits from './splits.ts';
import * as uploads from './uploads.ts';
import * as statements from './statements.ts';
import * as streams from './streams.ts';
import * as tracks from './tracks.ts';
import * as webhooks from './webhooks.ts';

/** A route under the name that it is exported by. */
export type NamedRoute = { readonly operationId: string; readonly route: Route };

const isRoute = (value: object): value is Route => 'method' in value && 'path' in value && 'responses' in value;

const routesIn = (area: object): readonly NamedRoute[] =>
  Object.entries(area).flatMap(([operationId, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && isRoute(value) ? [{ operationId, route: value }] : [],
  );

/** Every route there is, by area. */
export const routes: readonly NamedRoute[] = [
  accounts,
  profiles,
  tracks,
  streams,
  payments,
  webhooks,
  sandbox,
  splits,
  uploads,
  payouts,
  statements,
  onboarding,
  recommendations,
  operations,
].flatMap(routesIn);

export * from './accounts.ts';
export * from './onboarding.ts';
export * from './operations.ts';
export * from './payments.ts';
export * from './payouts.ts';
export * from './profiles.ts';
export * from './recommendations.ts';
export * from './route.ts';
export * from './sandbox.ts';
export * from './splits.ts';
export * from './uploads.ts';
export * from './statements.ts';
export * from './streams.ts';
export * from './track.ts';
export * from './tracks.ts';
export * from './validation.ts';
export * from './webhooks.ts';
export * from './wire.ts';
