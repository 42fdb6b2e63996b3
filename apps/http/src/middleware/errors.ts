import { Unavailable } from '@backline/core/kernel';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { type ProblemBody, Refusal, sendProblem } from '../problem.ts';

const RETRY_AFTER_S = '2';

const UNAVAILABLE: ProblemBody = {
  type: '/problems/unavailable',
  title: 'Something that this needs is away',
  status: 503,
  detail: 'Nothing is wrong with the request; try again shortly.',
};

const STORAGE_FULL: ProblemBody = {
  type: '/problems/storage-full',
  title: 'No room is left',
  status: 507,
  detail: 'There is no room for what was sent; nothing of it was kept.',
};

const INTERNAL: ProblemBody = {
  type: '/problems/internal',
  title: 'Something went wrong here',
  status: 500,
  detail: 'The fault is ours; the instance names this request in our log.',
};

const NOT_FOUND: ProblemBody = {
  type: '/problems/not-found',
  title: 'There is nothing here',
  status: 404,
  detail: 'There is no such path.',
};

const METHOD_NOT_ALLOWED: ProblemBody = {
  type: '/problems/method-not-allowed',
  title: 'The method is not taken here',
  status: 405,
  detail: 'The header Allow lists the methods that are.',
};

/** Answers everything that is thrown, and paths and methods that nobody serves, with a problem. */
export const errors =
  (log: Logger): Middleware =>
  async (ctx, next) => {
    try {
      await next();
      if (ctx.respond === false || (ctx.body !== undefined && ctx.body !== null)) return;
      if (ctx.status === 404) sendProblem(ctx, NOT_FOUND);
      if (ctx.status === 405 || ctx.status === 501) sendProblem(ctx, METHOD_NOT_ALLOWED);
    } catch (thrown) {
      answer(ctx, thrown, log);
    }
  };

const answer = (ctx: Context, thrown: unknown, log: Logger): void => {
  const id = ctx.state['requestId'];
  if (hasGone(ctx)) return log.debug({ requestId: id, err: thrown }, 'a client went away');
  if (thrown instanceof Refusal) return sendProblem(ctx, thrown.body, thrown.headers);
  if (thrown instanceof Unavailable) {
    log.warn({ requestId: id, err: thrown }, 'something is away');
    return sendProblem(ctx, UNAVAILABLE, { 'Retry-After': RETRY_AFTER_S });
  }
  log.error({ requestId: id, err: thrown }, 'a request failed');
  sendProblem(ctx, isStorageFull(thrown) ? STORAGE_FULL : INTERNAL);
};

/** The client went away in the middle: nobody is left to answer. */
const hasGone = (ctx: Context): boolean => ctx.req.destroyed && !ctx.req.complete;

const isStorageFull = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT');
