import { Type } from 'typebox';
import { headerFields, line, named } from './fields.ts';
import { route } from './route.ts';

const Received = named('Received', { received: Type.Literal(true) });

export const receiveStripeEvent = route({
  method: 'post',
  path: '/webhooks/stripe',
  summary: 'Takes a signed event; answered after the commit. Duplicates and any order lead to the same state',
  tag: 'Payments',
  auth: 'public',
  headers: headerFields({
    'stripe-signature': line(1, 4_096, { description: '`t=…,v1=…` over the raw body, at most 300 s old.' }),
  }),
  rawBody: { contentType: 'application/json' },
  responses: { 200: Received },
});
