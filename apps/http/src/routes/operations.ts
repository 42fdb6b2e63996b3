import { getLiveness, getMetrics, getOpenApiDocument, getReadiness } from '@backline/contracts/http';
import { openApiText } from '@backline/contracts/openapi';
import type { HealthCheck } from '@backline/composition';
import type { Serve } from '../bind.ts';
import type { AppDependencies } from '../dependencies.ts';

/** Whether the app still wants requests; false from the moment that it begins to stop. */
export type Readiness = { readonly isStopping: () => boolean };

const CHECK_TIMEOUT_MS = 3_000;

export const operationsRoutes = (
  serve: Serve,
  { healthChecks, registry }: Pick<AppDependencies, 'healthChecks' | 'registry'>,
  { isStopping }: Readiness,
): void => {
  const document = openApiText();

  serve(getLiveness, async (_input, reply) => reply(200, { status: 'live' }));

  serve(getReadiness, async (_input, reply) => {
    const outcomes = await Promise.all(healthChecks.map(async (check) => ({ check, outcome: await outcomeOf(check) })));
    const checks = Object.fromEntries(outcomes.map(({ check, outcome }) => [check.name, outcome]));
    const isReady = !isStopping() && outcomes.every(({ check, outcome }) => !check.required || outcome.status === 'ok');
    return isReady ? reply(200, { status: 'ready', checks }) : reply(503, { status: 'unavailable', checks });
  });

  serve(getMetrics, async (_input, reply) =>
    reply(200, await registry.metrics(), { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );

  serve(getOpenApiDocument, async (_input, reply) => reply(200, document, { 'Content-Type': 'application/json' }));
};

type Outcome = { readonly status: 'ok' } | { readonly status: 'failed'; readonly detail: string };

/** Says what kind of failure it was, not where the thing lies. */
const outcomeOf = async ({ run }: HealthCheck): Promise<Outcome> => {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error('no answer in time')), CHECK_TIMEOUT_MS);
  try {
    await Promise.race([run(), timeout.promise]);
    return { status: 'ok' };
  } catch (cause) {
    return { status: 'failed', detail: cause instanceof Error ? cause.message : 'failed' };
  } finally {
    clearTimeout(timer);
  }
};
