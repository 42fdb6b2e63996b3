import type { Access } from '@backline/contracts/http';
import type { AccessTokens, Claims } from '@backline/core/accounts';
import type { Clock } from '@backline/core/kernel';
import type { Context } from 'koa';
import { Refusal } from './problem.ts';

/** Who calls, as far as it is known, and why they may not; the caller is null where the policy lets anyone call. */
export type Identified = { readonly caller: Claims | null; readonly refusal: Refusal | null };

export type Authenticate = (ctx: Context, access: Access) => Identified;

const NOBODY: Identified = { caller: null, refusal: null };

/** Judges the bearer token by the route's policy. Cookies are never read. */
export const authentication =
  ({ accessTokens, clock }: { readonly accessTokens: AccessTokens; readonly clock: Clock }): Authenticate =>
  (ctx, access) => {
    if (access === 'public') return NOBODY;
    const header = ctx.req.headers.authorization ?? '';
    if (access === 'signed-in-or-link' && header === '' && typeof ctx.query['token'] === 'string') return NOBODY;

    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
    const caller = token === undefined ? null : accessTokens.verify(token, clock.now());
    if (caller === null) return { caller, refusal: unauthorized(header === '') };
    return { caller, refusal: access === 'artist' && caller.role !== 'ARTIST' ? artistsOnly() : null };
  };

const unauthorized = (absent: boolean): Refusal =>
  new Refusal(
    401,
    'unauthorized',
    'Sign in first',
    absent ? 'A bearer access token is required.' : 'The access token is not valid, or no longer.',
    { headers: { 'WWW-Authenticate': absent ? 'Bearer' : 'Bearer error="invalid_token"' } },
  );

const artistsOnly = (): Refusal =>
  new Refusal(403, 'artists-only', 'This is for artists', 'Only an artist may do this.');
