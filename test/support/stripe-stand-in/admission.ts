import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';
import { parseForm } from './form.ts';
import { type Params, paramsOf } from './params.ts';
import { type Route, match } from './routing.ts';

export type Admission = { readonly routes: readonly Route[]; readonly secretKey: string; readonly apiVersion: string };

const FORM = 'application/x-www-form-urlencoded';

export type Incoming = {
  readonly route: Route;
  readonly ids: readonly string[];
  readonly path: string;
  readonly form: string;
  readonly params: Params;
  readonly id: string;
  /** Null for GET and DELETE: there it has no effect (docs.stripe.com/api/idempotent_requests). */
  readonly key: string | null;
};

/** @throws ApiError for what Stripe does not even look into */
export const admit = (
  { routes, secretKey, apiVersion }: Admission,
  request: IncomingMessage,
  form: string,
  id: string,
): Incoming => {
  const { method = '', url = '', headers } = request;
  const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (given === undefined) throw unauthorized('You did not provide an API key.');
  if (given !== secretKey) throw unauthorized(`Invalid API Key provided: ${given.slice(0, 8)}***${given.slice(-4)}`);
  const version = headers['stripe-version'];
  if (version !== undefined && version !== apiVersion)
    throw refused(400, `Invalid Stripe API version: ${String(version)}`);
  const path = url.split('?')[0] ?? '';
  const found = match(routes, method, path);
  if (found === null) throw refused(404, `Unrecognized request URL (${method}: ${path}).`);
  if (method === 'POST' && form !== '' && !(headers['content-type'] ?? '').startsWith(FORM))
    throw refused(400, 'Invalid request: the body is to be form-encoded.');
  const key = method === 'POST' ? keyOf(request) : null;
  return { ...found, path, form, params: paramsOf(parseForm(form)), id, key };
};

const refused = (status: number, message: string): ApiError =>
  new ApiError(status, { type: 'invalid_request_error', message }, false);
const unauthorized = (message: string): ApiError => refused(401, message);

export const keyOf = ({ headers }: IncomingMessage): string | null => {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : null;
};
