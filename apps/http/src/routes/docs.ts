import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getDocsFile, showDocs } from '@backline/contracts/http';
import type { Serve } from '../bind.ts';
import { problem } from '../refusal.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backline API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });
`;

/** Scripts of our own origin alone; Swagger UI sets styles on elements and shows icons from data URLs. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';
const CACHE = { 'Cache-Control': 'public, max-age=3600' };

const NO_FILE = problem(404, 'not-found', 'There is no such file', 'The documentation has no file of this name.');

/** The contract as a page to browse; its files come from this app. */
export const docsRoutes = (serve: Serve): void => {
  const library = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const contentTypes = new Map([
    ['swagger-ui.css', STYLE],
    ['swagger-ui-bundle.js', SCRIPT],
  ]);

  serve(showDocs, async (_input, reply) =>
    reply(200, PAGE, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    }),
  );

  serve(getDocsFile, async ({ params: { file } }, reply) => {
    if (file === 'start.js') return reply(200, new TextEncoder().encode(START), { 'Content-Type': SCRIPT, ...CACHE });
    const contentType = contentTypes.get(file);
    return contentType === undefined
      ? reply(NO_FILE.status, NO_FILE.body)
      : reply(200, await readFile(join(library, file)), { 'Content-Type': contentType, ...CACHE });
  });
};
