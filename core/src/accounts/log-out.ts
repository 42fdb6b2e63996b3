import { ok } from '../kernel/index.ts';
import type { AccountPorts } from './ports.ts';

/** Ends the session that the token belongs to. An unknown token ends nothing, and nobody is told. */
export const logOut =
  ({ uow, clock, secretTokens }: AccountPorts) =>
  async (refreshToken: string): Promise<void> => {
    await uow.run(async ({ sessions }) => {
      const found = await sessions.findByToken(secretTokens.digest(refreshToken));
      if (found !== null) await sessions.revoke(found.session.id, clock.now());
      return ok(null);
    });
  };
