import { randomUUID } from 'node:crypto';
import type { AccessTokens } from '@backline/core/accounts';
import { type Instant, MINUTE_MS, SECOND_MS, invariant } from '@backline/core/kernel';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { type SigningKey, signingKey } from './signing-secret.ts';
import { ALGORITHM, TOKEN_TYPE, keyIdOf } from './token-header.ts';
import { CLOCK_TOLERANCE_S, type Grant, MAX_LIFETIME_S, grantOf, inForce } from './token-payload.ts';

export type JwtOptions = {
  /** The first signs, all verify: a new key is put first, and the old one taken out 15 minutes later. */
  readonly keys: readonly SigningKey[];
  readonly issuer: string;
  readonly audience: string;
  /** How many verified tokens are remembered. */
  readonly remembered?: number;
};

const MAX_TOKEN_CHARS = 4_096;
const REMEMBERED = 10_000;

const secondsOf = (at: Instant): number => Math.floor(at / SECOND_MS);

/**
 * JWTs of RFC 9068's type `at+jwt`, signed with HS256: `sub` (the user id in decimal), `role`, `sid` (the session),
 * `iss`, `aud`, `iat`, `exp`, `jti`, and `kid` in the header. A JWT counts in seconds, so `expiresAt` is rounded down
 * to one; a lifetime over 15 minutes is a bug. A clock 30 s ahead of ours may have issued it, but none is good after
 * its `exp`.
 */
export const jwtAccessTokens = ({ keys, issuer, audience, remembered = REMEMBERED }: JwtOptions): AccessTokens => {
  invariant(issuer !== '' && audience !== '', 'access tokens need an issuer and an audience');
  const keyById = new Map(keys.map(({ kid, secret }) => [kid, signingKey(secret, `access-token key "${kid}"`)]));
  invariant(keyById.size === keys.length, 'two access-token keys have the same id');
  const [first] = keyById;
  invariant(first !== undefined, 'access tokens need a key');
  const [signingKid, signedWith] = first;
  const grants = new LRUCache<string, Grant>({ max: remembered });

  const check = (token: string, now: Instant): Grant | null => {
    const kid = keyIdOf(token);
    const key = kid === null ? undefined : keyById.get(kid);
    if (key === undefined) return null;
    const payload = payloadOf(token, key, { issuer, audience, now });
    return payload === null ? null : grantOf(payload, audience);
  };

  return {
    issue: ({ userId, role, sessionId, expiresAt }, now) => {
      invariant(now >= SECOND_MS, 'a token issued at the very epoch');
      invariant(expiresAt - now <= 15 * MINUTE_MS, 'an access token of more than 15 minutes');
      return jwt.sign(
        {
          sub: String(userId),
          role,
          sid: sessionId,
          iss: issuer,
          aud: audience,
          iat: secondsOf(now),
          exp: secondsOf(expiresAt),
          jti: randomUUID(),
        },
        signedWith,
        { algorithm: ALGORITHM, keyid: signingKid, header: { alg: ALGORITHM, typ: TOKEN_TYPE } },
      );
    },
    verify: (token, now) => {
      if (token.length > MAX_TOKEN_CHARS) return null;
      const known = grants.get(token);
      const grant = known ?? check(token, now);
      if (grant === null || !inForce(grant, now)) return null;
      if (known === undefined) grants.set(token, grant);
      return grant.claims;
    },
  };
};

type Expected = { readonly issuer: string; readonly audience: string; readonly now: Instant };

/** What a token says that the library finds in order; the library throws for any other. */
const payloadOf = (token: string, key: ReturnType<typeof signingKey>, { issuer, audience, now }: Expected): unknown => {
  try {
    return jwt.verify(token, key, {
      algorithms: [ALGORITHM],
      issuer,
      audience,
      maxAge: MAX_LIFETIME_S,
      clockTolerance: CLOCK_TOLERANCE_S,
      // The library takes 0 for "not given" and would look at the machine's clock.
      clockTimestamp: Math.max(1, secondsOf(now)),
      complete: true,
    }).payload;
  } catch (error) {
    if (error instanceof jwt.JsonWebTokenError) return null;
    throw error;
  }
};
