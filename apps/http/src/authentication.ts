import type { Access } from '@backline/contracts/http';
import type { AccessTokens, Claims } from '@backline/core/accounts';
import type { Clock } from '@backline/core/kernel';
import type { Context } from 'koa';
import { Refusal } from './problem.ts';

export type Authenticate = (ctx: Context, access: Access) => Claims | null;

/** Judges the bearer token by the route's policy; null where the policy lets a caller be nobody. Cookies are never read. */
export const authentication =
  ({ accessTokens, clock }: { readonly accessTokens: AccessTokens; readonly clock: Clock }): Authenticate =>
  (ctx, access) => {
    if (access === 'public') return null;
    const header = ctx.get('Authorization');
    if (access === 'signed-in-or-link' && header === '' && typeof ctx.query['token'] === 'string') return null;

    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
    const claims = token === undefined ? null : accessTokens.verify(token, clock.now());
    if (claims === null) throw unauthorized(header === '');
    if (access === 'artist' && claims.role !== 'ARTIST')
      throw new Refusal(403, 'artists-only', 'This is for artists', 'Only an artist may do this.');
    return claims;
  };

const unauthorized = (absent: boolean): Refusal =>
  new Refusal(
    401,
    'unauthorized',
    'Sign in first',
    absent ? 'A bearer access token is required.' : 'The access token is not valid, or no longer.',
    { headers: { 'WWW-Authenticate': absent ? 'Bearer' : 'Bearer error="invalid_token"' } },
  );
