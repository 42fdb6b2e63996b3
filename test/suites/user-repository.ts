import { describe, expect, test } from '@jest/globals';
import type { Email, ImageRef, Role, User, UserId } from '@backline/core/accounts';
import { err, ok } from '@backline/core/kernel';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import { AWKWARD_TEXT, NOW, addUser, userOf } from './samples.ts';

const EMPTY = { displayName: null, bio: null, avatar: null };

/** What every UserRepository promises, whatever stores it. */
export const userRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`UserRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const find = (id: number) => commit(harness().ports.uow, ({ users }) => users.find(id as UserId));
    const findByEmail = (address: string) =>
      commit(harness().ports.uow, ({ users }) => users.findByEmail(address as Email));
    const insert = (user: User) => commit(harness().ports.uow, ({ users }) => users.insert(user));
    const save = (user: User) => commit(harness().ports.uow, ({ users }) => users.save(user));

    test('finds nobody before anyone is inserted', async () => {
      expect(await find(1)).toBeNull();
      expect(await findByEmail('user1@example.com')).toBeNull();
    });

    test.each<[string, Partial<User>]>([
      ['with nothing but an address', {}],
      [
        'an artist with a profile',
        { role: 'ARTIST', profile: { displayName: 'A', bio: 'B', avatar: 'c' as ImageRef } },
      ],
      [
        'with awkward text',
        {
          email: 'zoë@exämple.com' as Email,
          passwordHash: AWKWARD_TEXT,
          profile: { displayName: AWKWARD_TEXT, bio: AWKWARD_TEXT.repeat(30), avatar: AWKWARD_TEXT as ImageRef },
        },
      ],
      ['with empty text', { profile: { displayName: '', bio: '', avatar: null } }],
      ['with the greatest id', { id: Number.MAX_SAFE_INTEGER as UserId }],
      ['with an id beyond 2³¹', { id: (2 ** 31 + 7) as UserId }],
      ['created long ago', { createdAt: 1 as User['createdAt'] }],
    ])('returns whom was inserted: %s', async (_, changes) => {
      const user = userOf(1, changes);
      expect(await insert(user)).toEqual(ok(null));
      expect(await find(user.id)).toEqual(user);
      expect(await findByEmail(user.email!)).toEqual(user);
    });

    test('save replaces that user and no other', async () => {
      const [one, other] = [await addUser(harness()), await addUser(harness())];
      const saved: User = {
        ...one,
        email: 'moved@example.com' as Email,
        role: 'ARTIST' satisfies Role,
        passwordHash: 'another',
        profile: { displayName: 'Zoë', bio: '🎸', avatar: 'picture' as ImageRef },
      };
      await save(saved);
      expect(await find(one.id)).toEqual(saved);
      expect(await findByEmail('moved@example.com')).toEqual(saved);
      expect(await findByEmail(one.email!)).toBeNull();
      expect(await find(other.id)).toEqual(other);
    });

    test('an erased user is found by id, by no address, and leaves the address free', async () => {
      const user = await addUser(harness());
      const erased: User = { ...user, email: null, passwordHash: null, profile: EMPTY, erasedAt: NOW };
      await save(erased);
      expect(await find(user.id)).toEqual(erased);
      expect(await findByEmail(user.email!)).toBeNull();
      expect(await insert(userOf(99, { email: user.email }))).toEqual(ok(null));
    });

    test('any number of users may be erased', async () => {
      const both = [await addUser(harness()), await addUser(harness())];
      for (const user of both) await save({ ...user, email: null, passwordHash: null, erasedAt: NOW });
      for (const { id } of both) expect((await find(id))?.erasedAt).toBe(NOW);
    });

    test('an address that is taken is refused, and the transaction can go on', async () => {
      const user = await addUser(harness());
      const results = await commit(harness().ports.uow, async ({ users }) => [
        await users.insert(userOf(98, { email: user.email })),
        await users.insert(userOf(99)),
      ]);
      expect(results).toEqual([err({ code: 'email_taken' }), ok(null)]);
      expect(await findByEmail(user.email!)).toEqual(user);
      expect(await find(98)).toBeNull();
      expect(await find(99)).toEqual(userOf(99));
    });

    test('of two inserts at once with one address, the first that commits is ok', async () => {
      const address = { email: 'both@example.com' as Email };
      const { second, order } = await contend(
        harness().ports.uow,
        ({ users }) => users.insert(userOf(1, address)),
        ({ users }) => users.insert(userOf(2, address)),
        () => ok(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(second).toEqual(err({ code: 'email_taken' }));
      expect(await find(2)).toBeNull();
    });

    test('an insert that is rolled back takes no address', async () => {
      const address = { email: 'both@example.com' as Email };
      const { second } = await contend(
        harness().ports.uow,
        ({ users }) => users.insert(userOf(1, address)),
        ({ users }) => users.insert(userOf(2, address)),
        () => err('changed my mind'),
      );
      expect(second).toEqual(ok(null));
      expect(await findByEmail('both@example.com')).toEqual(userOf(2, address));
    });

    test('no id is given twice, not even one that a failed transaction asked for', async () => {
      const { uow } = harness().ports;
      const ids: number[] = [];
      for (const end of [ok, err, ok])
        await uow.run(async ({ users }) => {
          ids.push(await users.nextId(), await users.nextId());
          return end(null);
        });
      expect(new Set(ids).size).toBe(6);
      expect(ids.every((id) => Number.isSafeInteger(id) && id > 0)).toBe(true);
    });

    test('find holds a user until the transaction ends', async () => {
      const { id } = await addUser(harness());
      expect(await inTurn(harness().ports.uow, ({ users }) => users.find(id))).toEqual(['first', 'second']);
    });

    test('who waited for a user finds what was saved meanwhile', async () => {
      const user = await addUser(harness());
      const changed: User = { ...user, profile: { ...EMPTY, bio: 'new' } };
      const { second } = await contend(
        harness().ports.uow,
        async ({ users }) => {
          await users.find(user.id);
          await users.save(changed);
        },
        ({ users }) => users.find(user.id),
        () => ok(null),
      );
      expect(second).toEqual(changed);
    });
  });
};
