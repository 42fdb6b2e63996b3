import { Type } from 'typebox';
import { choice, formed, headerFields, line, named, object, optional } from './fields.ts';
import { IMAGE_TYPES } from './profiles.ts';
import { problem, route } from './route.ts';

const Check = named('HealthCheck', { status: choice(['ok', 'failed', 'absent']), detail: optional(line(1, 500)) });

const Readiness = named('Readiness', {
  status: choice(['ready', 'unavailable']),
  checks: Type.Record(Type.String({ pattern: '^[a-z][a-z-]*$' }), Check, {
    maxProperties: 50,
    additionalProperties: false,
  }),
});

const fileName = formed('^[A-Za-z0-9][A-Za-z0-9._-]*$', 200, 'a file name');

export const getLiveness = route({
  method: 'get',
  path: '/health/live',
  summary: 'Whether the process runs',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: named('Liveness', { status: choice(['live']) }) },
});

export const getReadiness = route({
  method: 'get',
  path: '/health/ready',
  summary: 'Whether requests can be served: database, migrations, disk; the engine and payments are only reported',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: Readiness, 503: Readiness },
});

export const getMetrics = route({
  method: 'get',
  path: '/metrics',
  summary: 'Prometheus metrics',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: { carries: 'text', contentTypes: ['text/plain; version=0.0.4; charset=utf-8'] } },
});

export const getOpenApiDocument = route({
  method: 'get',
  path: '/openapi.json',
  summary: 'This document',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: { carries: 'text', contentTypes: ['application/json'] } },
});

export const showDocs = route({
  method: 'get',
  path: '/docs',
  summary: 'This document as a page to browse',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: { carries: 'text', contentTypes: ['text/html; charset=utf-8'] } },
});

export const getDocsFile = route({
  method: 'get',
  path: '/docs/:file',
  summary: 'A style sheet or script of the documentation page',
  tag: 'Operations',
  auth: 'public',
  params: object({ file: fileName }),
  responses: {
    200: { carries: 'bytes', contentTypes: ['text/css; charset=utf-8', 'text/javascript; charset=utf-8'] },
    404: problem,
  },
});

export const getImage = route({
  method: 'get',
  path: '/media/images/:name',
  summary: 'An avatar or an artwork',
  tag: 'Operations',
  auth: 'public',
  params: object({ name: fileName }),
  query: object({
    size: optional(choice(['64', '256', '640', 'original'], { description: 'A square of so many pixels a side.' })),
  }),
  headers: headerFields({ 'if-none-match': optional(line(0, 4_096)) }),
  responses: {
    200: { carries: 'bytes', contentTypes: IMAGE_TYPES, headers: ['Cache-Control', 'Content-Length', 'ETag'] },
    304: { carries: 'nothing', headers: ['Cache-Control', 'ETag'] },
    404: problem,
  },
});
