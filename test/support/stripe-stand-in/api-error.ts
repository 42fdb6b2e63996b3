import type { Stripe } from 'stripe';

type Envelope = {
  readonly type: Stripe.RawErrorType;
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
};

/**
 * What Stripe answers instead of an object (docs.stripe.com/api/errors).
 *
 * `kept` says whether an idempotency key keeps it: an answer is kept once the endpoint has begun to run, so not for
 * parameters that fail validation nor for a conflict (docs.stripe.com/api/idempotent_requests).
 */
export class ApiError extends Error {
  readonly status: number;
  readonly envelope: Envelope;
  readonly kept: boolean;

  constructor(status: number, envelope: Envelope, kept: boolean) {
    super(envelope.message);
    this.status = status;
    this.envelope = envelope;
    this.kept = kept;
  }
}

export const invalidParameter = (param: string, message: string, code?: string): ApiError =>
  new ApiError(400, { type: 'invalid_request_error', message, param, ...(code === undefined ? {} : { code }) }, false);

export const missingParameter = (param: string): ApiError =>
  invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing');

/** The operation does not fit the object's state. */
export const notNow = (message: string, code?: string): ApiError =>
  new ApiError(400, { type: 'invalid_request_error', message, ...(code === undefined ? {} : { code }) }, true);

/** 404 where the address names it, 400 where a parameter does. */
export const noSuch = (kind: string, id: string, param = 'id'): ApiError =>
  new ApiError(
    param === 'id' ? 404 : 400,
    { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${kind}: '${id}'`, param },
    true,
  );

export const idempotencyError = (message: string): ApiError =>
  new ApiError(400, { type: 'idempotency_error', message }, false);

export const keyInUse = (key: string): ApiError =>
  new ApiError(
    409,
    {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    },
    false,
  );
