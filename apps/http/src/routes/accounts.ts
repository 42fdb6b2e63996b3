import { eraseMe, exportMe, getMe, logIn, logOut, refreshSession, register } from '@backline/contracts/http';
import type { BadRefreshToken, EraseAccountError, LogInError, RegisterError, SignedIn } from '@backline/core/accounts';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { refusal } from '../refusal.ts';
import { accountExport } from './account-export.ts';
import { meOf } from './me.ts';

const REGISTER_STATUS = {
  invalid_email: 400,
  weak_password: 400,
  email_taken: 409,
  busy: 503,
} as const satisfies Record<RegisterError['code'], number>;

const LOG_IN_STATUS = { bad_credentials: 401, busy: 503 } as const satisfies Record<LogInError['code'], number>;

const REFRESH_STATUS = { bad_refresh_token: 401 } as const satisfies Record<BadRefreshToken['code'], number>;

const ERASE_STATUS = {
  bad_credentials: 403,
  user_not_found: 401,
  busy: 503,
} as const satisfies Record<EraseAccountError['code'], number>;

const GONE = { user_not_found: 401 } as const;

export const accountRoutes = (serve: Serve, deps: Dependencies): void => {
  const { accounts } = deps.core;

  serve(register, async ({ body }, reply) => {
    const { email, password, role, displayName = null } = body;
    const registered = await accounts.register({ email, password, role, displayName });
    if (registered.ok) {
      const { id: userId, email: address } = registered.value;
      return reply(201, { userId, email: address ?? email, role: registered.value.role });
    }
    const refused = refusal(REGISTER_STATUS, registered.error);
    return reply(refused.status, refused.body, refused.headers);
  });

  serve(logIn, async ({ body }, reply) => {
    const signedIn = await accounts.logIn(body.email, body.password);
    if (signedIn.ok) return reply(200, tokenPair(signedIn.value), NO_STORE);
    const refused = refusal(LOG_IN_STATUS, signedIn.error);
    return reply(refused.status, refused.body, refused.headers);
  });

  serve(refreshSession, async ({ body }, reply) => {
    const signedIn = await accounts.refreshSession(body.refreshToken);
    if (signedIn.ok) return reply(200, tokenPair(signedIn.value), NO_STORE);
    const refused = refusal(REFRESH_STATUS, signedIn.error);
    return reply(refused.status, refused.body, refused.headers);
  });

  serve(logOut, async ({ body }, reply) => {
    await accounts.logOut(body.refreshToken);
    return reply(204, null);
  });

  serve(getMe, async (_input, reply, { caller }) => {
    const me = await meOf(deps, caller.userId);
    if (me !== null) return reply(200, me);
    const refused = refusal(GONE, { code: 'user_not_found' });
    return reply(refused.status, refused.body);
  });

  serve(exportMe, async (_input, reply, { caller }) => {
    const document = await accountExport(deps, caller.userId);
    if (document !== null)
      return reply(200, document, { 'Content-Disposition': 'attachment; filename="backline.json"' });
    const refused = refusal(GONE, { code: 'user_not_found' });
    return reply(refused.status, refused.body);
  });

  serve(eraseMe, async ({ body }, reply, { caller }) => {
    const erased = await accounts.eraseAccount(caller.userId, body.password);
    if (erased.ok) return reply(204, null);
    const refused = refusal(ERASE_STATUS, erased.error);
    return reply(refused.status, refused.body, refused.headers);
  });
};

/** RFC 6749, 5.1: tokens are not for caches. */
const NO_STORE = { 'Cache-Control': 'no-store' };

const tokenPair = ({ accessToken, refreshToken, expiresInSeconds }: SignedIn) =>
  ({ accessToken, refreshToken, tokenType: 'Bearer', expiresIn: expiresInSeconds }) as const;
