import { choice, named } from '../http/fields.ts';
import { problem, route } from '../http/route.ts';
import { EngineAnswer, EngineStatus, ForYouRequest, RadioRequest, SimilarRequest } from './wire.ts';

/** Without a model each answers 503 `/problems/no-model`. */
export const forYou = route({
  method: 'post',
  path: '/v1/for-you',
  summary: 'Unheard tracks for whoever played these; popular and new ones for whoever played nothing yet',
  tag: 'Recommendations',
  auth: 'public',
  body: ForYouRequest,
  responses: { 200: EngineAnswer },
});

export const similar = route({
  method: 'post',
  path: '/v1/similar',
  summary: 'Tracks like this one; 404 /problems/unknown-track where the model has not heard of it',
  tag: 'Recommendations',
  auth: 'public',
  body: SimilarRequest,
  responses: { 200: EngineAnswer, 404: problem },
});

export const radioNext = route({
  method: 'post',
  path: '/v1/radio/next',
  summary:
    'What a station plays next; 404 /problems/unknown-track where its seed is unknown and nothing known was played',
  tag: 'Recommendations',
  auth: 'public',
  body: RadioRequest,
  responses: { 200: EngineAnswer, 404: problem },
});

export const getStatus = route({
  method: 'get',
  path: '/v1/status',
  summary: 'The model that serves, and the newest one if it was refused',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: EngineStatus },
});

export const getLiveness = route({
  method: 'get',
  path: '/health/live',
  summary: 'Whether the process runs',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: named('EngineLiveness', { status: choice(['live']) }) },
});

export const getMetrics = route({
  method: 'get',
  path: '/metrics',
  summary: 'Prometheus metrics',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: { carries: 'text', contentTypes: ['text/plain; version=0.0.4; charset=utf-8'] } },
});

export const getReadiness = route({
  method: 'get',
  path: '/health/ready',
  summary: 'Whether a model serves',
  tag: 'Operations',
  auth: 'public',
  responses: { 200: named('EngineReadiness', { status: choice(['ready']) }) },
});
