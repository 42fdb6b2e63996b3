import { components } from '../components.ts';
import type { Route } from '../http/route.ts';
import { type JsonObject, isJsonObject, plain } from '../json.ts';
import { operation } from '../operation.ts';
import * as endpoints from './endpoints.ts';
import { ERASED_COLUMNS, NEIGHBOUR_ARRAYS, PLAY_COLUMNS, TRACK_COLUMNS } from './training-data.ts';

const INFO = {
  title: 'Backline recommender',
  version: '1.0.0',
  description: 'What the app asks of the engine. Errors are problem details (RFC 9457). No input is money.',
};

/** The engine counts no callers: it hears the app alone. */
const withoutRateLimit = (described: JsonObject): JsonObject => {
  const { responses } = described;
  if (!isJsonObject(responses)) return described;
  return {
    ...described,
    responses: Object.fromEntries(Object.entries(responses).filter(([status]) => status !== '429')),
  };
};

/** The OpenAPI 3.1 document of the engine; `x-files` holds the shapes of the files beside it. */
export const engineDocument = (): JsonObject => {
  const shapes = components();
  const routes: readonly (readonly [string, Route])[] = Object.entries(endpoints);
  const paths = routes.map(
    ([operationId, route]) =>
      [route.path, { [route.method]: withoutRateLimit(operation({ operationId, route }, shapes)) }] as const,
  );
  return {
    openapi: '3.1.1',
    info: INFO,
    tags: [{ name: 'Recommendations' }, { name: 'Operations' }],
    paths: Object.fromEntries(paths),
    components: { schemas: shapes.all() },
    'x-files': plain({
      plays: PLAY_COLUMNS,
      tracks: TRACK_COLUMNS,
      erased: ERASED_COLUMNS,
      neighbours: NEIGHBOUR_ARRAYS,
    }),
  };
};

/** The document as the engine's package holds it. */
export const engineDocumentText = (): string => `${JSON.stringify(engineDocument(), null, 2)}\n`;
