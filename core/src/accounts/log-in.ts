import { type Result, err, ok } from '../kernel/index.ts';
import type { LogInError } from './errors.ts';
import type { AccountPorts } from './ports.ts';
import { type SessionId, openSession, refreshTokenOf } from './session.ts';
import { type SignedIn, grant } from './grant.ts';
import { type User, email } from './user.ts';

/** The same work and the same answer whether the address exists or not. */
export const logIn =
  (ports: AccountPorts) =>
  async (address: string, password: string): Promise<Result<SignedIn, LogInError>> => {
    const user = await findUser(ports, address);
    const verified = await ports.passwordHasher.verify(password, user?.passwordHash ?? null);
    if (!verified.ok) return verified;
    if (user === null || !verified.value) return err({ code: 'bad_credentials' });

    const now = ports.clock.now();
    const session = openSession(ports.ids.uuid() as SessionId, user.id, now);
    const refreshToken = ports.secretTokens.mint();
    return ports.uow.run(async ({ sessions }) => {
      await sessions.insert(session);
      await sessions.insertToken(refreshTokenOf(session, ports.secretTokens.digest(refreshToken), now));
      return ok(grant(ports, user, session, refreshToken, now));
    });
  };

const findUser = async ({ uow }: AccountPorts, address: string): Promise<User | null> => {
  const known = email(address);
  if (!known.ok) return null;
  const found = await uow.run(async ({ users }) => ok(await users.findByEmail(known.value)));
  return found.value;
};
