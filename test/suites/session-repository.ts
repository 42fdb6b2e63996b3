import { describe, expect, test } from '@jest/globals';
import type { Stores } from '@backline/core';
import type { RefreshToken, Session, SessionId, UserId } from '@backline/core/accounts';
import { DAY_MS, type Instant, after, before, err, ok } from '@backline/core/kernel';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import { NOW, addUser, uuid } from './samples.ts';

const END = after(NOW, 90 * DAY_MS);

const sessionOf = (number: number, userId: UserId, changes: Partial<Session> = {}): Session => ({
  id: uuid(number) as SessionId,
  userId,
  createdAt: NOW,
  expiresAt: END,
  revokedAt: null,
  ...changes,
});

const tokenOf = (session: Session, digest: string, expiresAt: Instant = END): RefreshToken => ({
  digest,
  sessionId: session.id,
  expiresAt,
});

const useFirst = ({ sessions }: Stores): Promise<boolean> => sessions.markUsed('digest-1', NOW);

/** What every SessionRepository promises, whatever stores it. */
export const sessionRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`SessionRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const found = (digest: string) => commit(uow(), ({ sessions }) => sessions.findByToken(digest));
    const forget = () => commit(uow(), ({ sessions }) => sessions.deleteEndedBefore(NOW));
    const revokedAt = async (digest: string) => (await found(digest))?.session.revokedAt;

    /** One user's sessions, each with a token whose digest is the session's number. */
    const addSessions = async (...sessions: readonly ((userId: UserId) => Session)[]) => {
      const { id } = await addUser(harness());
      return commit(uow(), async (stores) => {
        const added = sessions.map((make) => make(id));
        for (const [index, session] of added.entries()) {
          await stores.sessions.insert(session);
          await stores.sessions.insertToken(tokenOf(session, `digest-${index + 1}`));
        }
        return added;
      });
    };

    test('a token that was never inserted is not found', async () => {
      expect(await found('nonsense')).toBeNull();
    });

    test('a session is found by each of its tokens', async () => {
      const [session] = await addSessions((userId) => sessionOf(1, userId, { revokedAt: NOW }));
      const later = tokenOf(session!, 'digest-later', after(NOW, DAY_MS));
      await commit(uow(), ({ sessions }) => sessions.insertToken(later));
      expect(await found('digest-1')).toEqual({ session, token: tokenOf(session!, 'digest-1') });
      expect(await found('digest-later')).toEqual({ session, token: later });
    });

    test('a token is used once', async () => {
      await addSessions((userId) => sessionOf(1, userId));
      const { first, second, order } = await contend(uow(), useFirst, useFirst, ok);
      expect(order).toEqual(['first', 'second']);
      expect([first.value, second]).toEqual([true, false]);
    });

    test('a use that is rolled back was none', async () => {
      await addSessions((userId) => sessionOf(1, userId));
      await uow().run(async ({ sessions }) => err(await sessions.markUsed('digest-1', NOW)));
      expect(await commit(uow(), ({ sessions }) => sessions.markUsed('digest-1', NOW))).toBe(true);
    });

    test('findByToken holds the session, whichever of its tokens it is asked by', async () => {
      const [session] = await addSessions((userId) => sessionOf(1, userId));
      await commit(uow(), ({ sessions }) => sessions.insertToken(tokenOf(session!, 'digest-2')));
      const { order } = await contend(
        uow(),
        ({ sessions }) => sessions.findByToken('digest-1'),
        ({ sessions }) => sessions.findByToken('digest-2'),
        () => ok(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(await inTurn(uow(), ({ sessions }) => sessions.findByToken('digest-1'))).toEqual(['first', 'second']);
    });

    test('revoke ends that session, and the first time stands', async () => {
      const [one] = await addSessions(
        (userId) => sessionOf(1, userId),
        (userId) => sessionOf(2, userId),
      );
      await commit(uow(), ({ sessions }) => sessions.revoke(one!.id, NOW));
      await commit(uow(), ({ sessions }) => sessions.revoke(one!.id, after(NOW, 1)));
      expect(await revokedAt('digest-1')).toBe(NOW);
      expect(await revokedAt('digest-2')).toBeNull();
    });

    test("revokeAllOf ends all of that user's sessions", async () => {
      const [one] = await addSessions(
        (userId) => sessionOf(1, userId, { revokedAt: before(NOW, 1) }),
        (userId) => sessionOf(2, userId),
      );
      const { id } = await addUser(harness());
      await commit(uow(), async ({ sessions }) => {
        await sessions.insert(sessionOf(3, id));
        await sessions.insertToken(tokenOf(sessionOf(3, id), 'digest-3'));
      });
      await commit(uow(), ({ sessions }) => sessions.revokeAllOf(one!.userId, NOW));
      expect(await revokedAt('digest-1')).toBe(before(NOW, 1));
      expect(await revokedAt('digest-2')).toBe(NOW);
      expect(await revokedAt('digest-3')).toBeNull();
    });

    test('forgets what ended before the instant, with its tokens', async () => {
      await addSessions(
        (userId) => sessionOf(1, userId, { expiresAt: before(NOW, 1) }),
        (userId) => sessionOf(2, userId, { revokedAt: before(NOW, 1) }),
        (userId) => sessionOf(3, userId, { expiresAt: NOW }),
        (userId) => sessionOf(4, userId, { revokedAt: NOW }),
        (userId) => sessionOf(5, userId),
      );
      expect(await forget()).toBe(2);
      expect(await forget()).toBe(0);
      const left = await Promise.all([1, 2, 3, 4, 5].map((number) => found(`digest-${number}`)));
      expect(left.map((each) => each?.session.id ?? null)).toEqual([null, null, uuid(3), uuid(4), uuid(5)]);
      expect(await commit(uow(), ({ sessions }) => sessions.markUsed('digest-1', NOW))).toBe(false);
    });
  });
};
