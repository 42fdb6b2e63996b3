import type { HeaderFields, Refusal } from '@backline/contracts/http';
import type { ImageRefused } from '@backline/core/accounts';
import type { FormRefused } from './form-intake.ts';
import type { ProblemBody } from './problem.ts';
import { type CoreError, type Told, invalid, tell } from './problem-words.ts';

/** The statuses of a form that could not be read. */
export const FORM_STATUS = {
  not_a_form: 415,
  bad_form: 400,
  media_too_large: 413,
} as const satisfies Record<FormRefused['code'], number>;

export type Refused<Status extends number> = {
  readonly status: Status;
  readonly body: ProblemBody;
  readonly headers: HeaderFields;
};

/** The answer to a failure; `statuses` says which of its route's statuses each code has. */
export const refusal = <Code extends CoreError['code'], Status extends number>(
  statuses: Readonly<Record<Code, Status>>,
  error: CoreError & { readonly code: Code },
): Refused<Status> => answer(statuses[error.code], tell(error));

/** http-api.md, Profiles: 415 for anything but a whole picture of the formats named, 413 for one that is too large. */
const IMAGE_STATUS = {
  'unsupported-format': 415,
  animated: 415,
  'too-many-pixels': 413,
  broken: 415,
} as const satisfies Record<ImageRefused['reason'], number>;

export const imageRefusal = (error: ImageRefused): Refused<413 | 415> =>
  answer(IMAGE_STATUS[error.reason], tell(error));

/** A failure that is no error of the core. */
export const problem = <Status extends number>(
  status: Status,
  type: string,
  title: string,
  detail: string,
): Refused<Status> => answer(status, { type, title, detail });

/** The members that every problem has, for one that adds its own. */
export const plain = ({ type, title, status, detail }: ProblemBody) => ({ type, title, status, detail });

export const invalidInput = (errors: readonly Refusal[]): Refused<400> => answer(400, invalid(errors));

const answer = <Status extends number>(
  status: Status,
  { type, title, detail, errors, retryAfterMs }: Told,
): Refused<Status> => ({
  status,
  body: {
    type: `/problems/${type}`,
    title,
    status,
    detail,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  },
  headers: retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) },
});
