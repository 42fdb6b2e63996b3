import { describe, expect, test } from '@jest/globals';
import type { ImageRef, Session, SessionId, User, UserId } from '@backline/core/accounts';
import { DAY_MS, after, before } from '@backline/core/kernel';
import { type OpenHarness, commit, eachTest } from './harness.ts';
import { AWKWARD_TEXT, NOW, addUser, uuid } from './samples.ts';

const END = after(NOW, DAY_MS);
const ID = uuid(1) as SessionId;

/** What every AccountReader promises, whatever it reads from. */
export const accountReaderSuite = (adapter: string, open: OpenHarness): void => {
  describe(`AccountReader on ${adapter}`, () => {
    const harness = eachTest(open);
    const accounts = () => harness().ports.accounts;
    const save = (user: User) => commit(harness().ports.uow, ({ users }) => users.save(user));
    const addSession = (user: User, changes: Partial<Session> = {}) =>
      commit(harness().ports.uow, ({ sessions }) =>
        sessions.insert({ id: ID, userId: user.id, createdAt: NOW, expiresAt: END, revokedAt: null, ...changes }),
      );
    const erase = (user: User) => save({ ...user, email: null, passwordHash: null, erasedAt: NOW });

    test('shows an account, and no password', async () => {
      const profile = { displayName: AWKWARD_TEXT, bio: AWKWARD_TEXT, avatar: 'picture' as ImageRef };
      const { id, email } = await addUser(harness(), { role: 'ARTIST', profile });
      expect(await accounts().account(id)).toEqual({ userId: id, email, role: 'ARTIST', profile, createdAt: NOW });
    });

    test('shows what was saved since', async () => {
      const user = await addUser(harness());
      await save({ ...user, profile: { displayName: 'Zoë', bio: null, avatar: null } });
      expect((await accounts().account(user.id))?.profile.displayName).toBe('Zoë');
    });

    test('finds no account that was never there, and none that is erased', async () => {
      expect(await accounts().account(12_345 as UserId)).toBeNull();
      const user = await addUser(harness(), { id: Number.MAX_SAFE_INTEGER as UserId });
      expect(await accounts().account(user.id)).not.toBeNull();
      await erase(user);
      expect(await accounts().account(user.id)).toBeNull();
    });

    test("lists a user's sessions, ended ones included", async () => {
      const [user, other] = [await addUser(harness()), await addUser(harness())];
      await addSession(user);
      await addSession(user, { id: uuid(2) as SessionId, createdAt: after(NOW, 1), revokedAt: after(NOW, 2) });
      await addSession(other, { id: uuid(3) as SessionId });
      const listed = await accounts().sessionsOf(user.id);
      expect(listed.toSorted((a, b) => a.createdAt - b.createdAt)).toEqual([
        { createdAt: NOW, expiresAt: END, revokedAt: null },
        { createdAt: after(NOW, 1), expiresAt: END, revokedAt: after(NOW, 2) },
      ]);
      expect(await accounts().sessionsOf(12_345 as UserId)).toEqual([]);
    });

    test('a session is live until it expires', async () => {
      await addSession(await addUser(harness()));
      expect(await accounts().sessionIsLive(ID, NOW)).toBe(true);
      expect(await accounts().sessionIsLive(ID, before(END, 1))).toBe(true);
      expect(await accounts().sessionIsLive(ID, END)).toBe(false);
      expect(await accounts().sessionIsLive(uuid(9) as SessionId, NOW)).toBe(false);
    });

    test('a session that is revoked is not live', async () => {
      await addSession(await addUser(harness()));
      await commit(harness().ports.uow, ({ sessions }) => sessions.revoke(ID, NOW));
      expect(await accounts().sessionIsLive(ID, NOW)).toBe(false);
    });

    test('the session of an erased user is not live', async () => {
      const user = await addUser(harness());
      await addSession(user);
      await erase(user);
      expect(await accounts().sessionIsLive(ID, NOW)).toBe(false);
    });
  });
};
