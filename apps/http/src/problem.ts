import type { HeaderFields, Problem } from '@backline/contracts/http';
import type { Context } from 'koa';

export type ProblemBody = Omit<Problem, 'instance'>;

/** Ends a request with a problem where it is noticed; the error middleware answers it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly body: ProblemBody;
  readonly headers: HeaderFields;

  constructor(status: number, type: string, title: string, detail: string, extra: RefusalExtra = {}) {
    super(title);
    const { headers = {}, errors, members = {} } = extra;
    this.body = {
      type: `/problems/${type}`,
      title,
      status,
      detail,
      ...(errors === undefined ? {} : { errors: [...errors] }),
      ...members,
    };
    this.headers = headers;
  }
}

type RefusalExtra = {
  readonly headers?: HeaderFields;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  /** Members of the problem's own type (RFC 9457, 3.2). */
  readonly members?: { readonly [name: string]: string };
};

/** RFC 9457; the instance is the request's id. */
export const sendProblem = (ctx: Context, body: ProblemBody, headers: HeaderFields = {}): void => {
  ctx.status = body.status;
  ctx.set(headers);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = JSON.stringify({ ...body, instance: String(ctx.state['requestId']) });
  ctx.type = 'application/problem+json';
};
