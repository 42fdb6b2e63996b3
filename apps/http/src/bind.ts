import type { IncomingMessage } from 'node:http';
import {
  type Input,
  type Output,
  type Reply,
  type Route,
  inputValidator,
  jsonValidator,
  replyFor,
} from '@backline/contracts/http';
import type { Claims } from '@backline/core/accounts';
import type { Context as KoaContext } from 'koa';
import type { Authenticate } from './authentication.ts';
import type { BodyReader } from './body.ts';
import type { CredentialGuard } from './credential-guard.ts';
import { MAX_BATCH_BYTES, MAX_JSON_BYTES } from './limits.ts';
import { Refusal, sendProblem } from './problem.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RouteTable } from './route-table.ts';

type CallerOf<R extends Route> = R['auth'] extends 'signed-in' | 'artist'
  ? Claims
  : R['auth'] extends 'signed-in-or-link'
    ? Claims | null
    : null;

export type Context<R extends Route = Route> = {
  /** Null where the route's policy lets anyone call. */
  readonly caller: CallerOf<R>;
  readonly request: IncomingMessage;
  /** Empty but for routes that take a raw body. */
  readonly rawBody: Uint8Array;
  /** Which of the media types the caller would take rather than the others; false for none. */
  readonly accepts: (contentTypes: readonly string[]) => string | false;
};

/** Serves a route of the contract: nothing reaches the handler, and nothing leaves it, that the contract does not allow. */
export type Serve = <R extends Route>(
  route: R,
  handle: (
    input: Input<NoInfer<R>>,
    reply: Reply<NoInfer<R>>,
    context: Context<NoInfer<R>>,
  ) => Promise<Output<NoInfer<R>>>,
) => void;

/** As `Serve`, for a handler that writes the answer itself. */
export type ServeRaw = <R extends Route>(
  route: R,
  handle: (input: Input<NoInfer<R>>, ctx: KoaContext, caller: CallerOf<NoInfer<R>>) => Promise<void>,
) => void;

export type BindPorts = {
  readonly table: RouteTable;
  readonly authenticate: Authenticate;
  readonly rateLimit: RateLimit;
  readonly credentialGuard: CredentialGuard;
  readonly bodies: BodyReader;
};

const NO_BYTES = new Uint8Array();

export const bind = (ports: BindPorts): { readonly serve: Serve; readonly serveRaw: ServeRaw } => {
  const serve: Serve = (route, handle) => {
    const admit = admission(ports, route);
    const reply = replyFor(route);
    ports.table.add(route, async (ctx) => {
      const { input, caller, rawBody } = await admit(ctx);
      const output = await handle(input, reply, {
        caller,
        request: ctx.req,
        rawBody,
        accepts: (contentTypes) => ctx.accepts([...contentTypes]),
      });
      await ports.credentialGuard.settle(ctx, route, input.body, output.status);
      write(ctx, output.status, output.body, output.headers ?? {});
    });
  };
  const serveRaw: ServeRaw = (route, handle) => {
    const admit = admission(ports, route);
    ports.table.add(route, async (ctx) => {
      const { input, caller } = await admit(ctx);
      await handle(input, ctx, caller);
    });
  };
  return { serve, serveRaw };
};

type Admitted<R extends Route> = {
  readonly input: Input<R>;
  readonly caller: CallerOf<R>;
  readonly rawBody: Uint8Array;
};

/** Who calls, whether they may so often, and with what; throws a `Refusal` otherwise. */
const admission = <R extends Route>(
  { authenticate, rateLimit, credentialGuard, bodies }: BindPorts,
  route: R,
): ((ctx: KoaContext) => Promise<Admitted<R>>) => {
  // A form's fields arrive among its files: whoever reads the form judges them.
  const { multipart, ...rest }: Route = route;
  const judge = inputValidator<R>(rest as R);
  const judgeJson = multipart?.orJson === undefined ? null : jsonValidator(multipart.orJson);

  return async (ctx) => {
    const { caller, refusal } = authenticate(ctx, route.auth);
    ctx.state['userId'] = caller?.userId;
    if (!isProbe(route)) rateLimit(ctx, caller);
    if (refusal !== null) throw refusal;
    const rawBody = route.rawBody === undefined ? NO_BYTES : await bodies.raw(ctx.req, route.rawBody.contentType);
    const judged = judge({
      params: ctx['params'],
      query: ctx.query,
      headers: ctx.req.headers,
      ...(route.body === undefined ? {} : { body: await bodies.json(ctx.req, jsonLimit(route)) }),
      ...(route.form === undefined ? {} : { form: await bodies.form(ctx.req) }),
    });
    if (!judged.ok) throw invalidInput(judged.errors);
    const inPlace =
      judgeJson !== null && ctx.is('application/json') ? judgeJson(await bodies.json(ctx.req, MAX_JSON_BYTES)) : null;
    if (inPlace?.ok === false) throw invalidInput(inPlace.errors);
    await credentialGuard.admit(ctx, route, judged.value.body);
    // `authenticate` gives a caller or a refusal wherever the route's policy asks for a caller.
    const input = inPlace === null ? judged.value : { ...judged.value, body: inPlace.value };
    return { input: input as Input<R>, caller: caller as CallerOf<R>, rawBody };
  };
};

/** Who watches the platform has to see it also when others ask too much. */
const isProbe = ({ path }: Route): boolean => path.startsWith('/health/') || path === '/metrics';

const jsonLimit = (route: Route): number => (route.path === '/streams/batch' ? MAX_BATCH_BYTES : MAX_JSON_BYTES);

const invalidInput = (errors: readonly { readonly field: string; readonly message: string }[]): Refusal =>
  new Refusal(
    400,
    'invalid-input',
    'The request is not as the contract says',
    errors
      .map(({ field, message }) => `${field} ${message}`)
      .join('; ')
      .slice(0, 1_000),
    { errors },
  );

const isProblem = (body: unknown): body is Parameters<typeof sendProblem>[1] =>
  typeof body === 'object' && body !== null && 'type' in body && 'status' in body && 'title' in body;

const write = (ctx: KoaContext, status: number, body: unknown, headers: { readonly [name: string]: string }): void => {
  if (status >= 400 && isProblem(body)) return sendProblem(ctx, body, headers);
  ctx.status = status;
  ctx.set(headers);
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
    ctx.body = body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : body;
    // A null body makes it 204 in Koa.
    ctx.status = status;
    if (body !== null && headers['Content-Type'] !== undefined) ctx.set('Content-Type', headers['Content-Type']);
    return;
  }
  // Before the body, for which Koa would guess a type otherwise.
  ctx.res.setHeader('Content-Type', 'application/json; charset=utf-8');
  ctx.body = JSON.stringify(body);
};
