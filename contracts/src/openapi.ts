import { type Components, components } from './components.ts';
import { type NamedRoute, routes } from './http/index.ts';
import { operation } from './operation.ts';
import type { JsonObject } from './json.ts';

const INFO = {
  title: 'Backline',
  version: '1.0.0',
  description:
    'Music streaming that pays artists twice the reference rate for every payable play. Errors are problem details (RFC 9457).',
};

const SECURITY_SCHEMES = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The accessToken of POST /auth/login; 15 minutes.',
  },
  signedLink: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description: 'Of a link that POST /tracks/{trackId}/stream-url gave.',
  },
};

const templated = (path: string): string => path.replaceAll(/:([A-Za-z]+)/g, '{$1}');

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const pathItem = (of: readonly NamedRoute[], shapes: Components): JsonObject =>
  Object.fromEntries(of.map((named) => [named.route.method, operation(named, shapes)]));

const pathItems = (of: readonly NamedRoute[], shapes: Components): JsonObject => {
  const paths = [...new Set(of.map(({ route }) => route.path))].sort(byText);
  return Object.fromEntries(
    paths.map((path) => [
      templated(path),
      pathItem(
        of.filter(({ route }) => route.path === path),
        shapes,
      ),
    ]),
  );
};

/** The OpenAPI 3.1 document of the routes. The same routes give the same text, key order included. */
export const openApiDocument = (of: readonly NamedRoute[] = routes): JsonObject => {
  const shapes = components();
  const paths = pathItems(of, shapes);
  const tags = [...new Set(of.map(({ route }) => route.tag))].map((name) => ({ name }));
  return {
    openapi: '3.1.1',
    info: INFO,
    servers: [{ url: '/' }],
    tags,
    paths,
    components: { schemas: shapes.all(), securitySchemes: SECURITY_SCHEMES },
  };
};

/** The document as `contracts/openapi.json` holds it. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
