import { describe, expect, test } from '@jest/globals';
import type { PlatformEvent } from '@backline/core';
import type { Email, UserErased, UserId } from '@backline/core/accounts';
import type { TrackId, TrackPublished } from '@backline/core/catalog';
import { err, ok } from '@backline/core/kernel';
import type { EventId, WebhookReceived } from '@backline/core/subscriptions';
import { type OpenHarness, commit, contend, eachTest } from './harness.ts';
import { NOW, addArtist, addTrack, addUser, playOf, userOf } from './samples.ts';

const ERASED: UserErased = {
  type: 'accounts.user_erased',
  userId: Number.MAX_SAFE_INTEGER as UserId,
  avatar: null,
  occurredAt: NOW,
};
const PUBLISHED: TrackPublished = {
  type: 'catalog.track_published',
  trackId: 1 as TrackId,
  artistId: 2 as UserId,
  occurredAt: NOW,
};
const RECEIVED: WebhookReceived = {
  type: 'subscriptions.webhook_received',
  eventId: `evt_'"\\🎸` as EventId,
  occurredAt: NOW,
};

const byType = (a: PlatformEvent, b: PlatformEvent): number => (a.type < b.type ? -1 : 1);

/** What every unit of work over all stores promises, its outbox and its play log included. */
export const unitOfWorkSuite = (adapter: string, open: OpenHarness): void => {
  describe(`UnitOfWork on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const user = userOf(1);
    const found = () => commit(uow(), ({ users }) => users.find(user.id));

    test('commits on ok, and passes the result on', async () => {
      const result = await uow().run(async ({ users }) => ok(await users.insert(user)));
      expect(result).toEqual(ok(ok(null)));
      expect(await found()).toEqual(user);
      expect(await harness().ports.accounts.account(user.id)).not.toBeNull();
    });

    test('sees within a transaction what it wrote itself', async () => {
      const seen = await commit(uow(), async ({ users }) => {
        await users.insert(user);
        await users.save({ ...user, role: 'ARTIST' });
        return [await users.find(user.id), await users.findByEmail(user.email!)];
      });
      expect(seen.map((each) => each?.role)).toEqual(['ARTIST', 'ARTIST']);
    });

    test('sees within a transaction what is no longer there', async () => {
      await commit(uow(), ({ users }) => users.insert(user));
      const seen = await commit(uow(), async ({ users }) => {
        await users.save({ ...user, email: 'moved@example.com' as Email });
        return [await users.findByEmail(user.email!), await users.insert(userOf(2, { email: user.email }))];
      });
      expect(seen).toEqual([null, ok(null)]);
    });

    test('an error leaves no trace', async () => {
      const result = await uow().run(async ({ users, outbox }) => {
        await users.insert(user);
        await outbox.append(ERASED);
        return err('changed my mind');
      });
      expect(result).toEqual(err('changed my mind'));
      expect(await found()).toBeNull();
      expect(await harness().published()).toEqual([]);
    });

    test('a throw leaves no trace and reaches the caller as it is', async () => {
      const thrown = new Error('boom');
      const failing = uow().run(async ({ users, outbox }) => {
        await users.insert(user);
        await outbox.append(ERASED);
        throw thrown;
      });
      await expect(failing).rejects.toBe(thrown);
      expect(await found()).toBeNull();
      expect(await harness().published()).toEqual([]);
    });

    test('a change that is rolled back leaves what was there', async () => {
      await commit(uow(), ({ users }) => users.insert(user));
      await uow().run(async ({ users }) => {
        await users.save({ ...user, role: 'ARTIST', email: null, erasedAt: NOW });
        return err(null);
      });
      expect(await found()).toEqual(user);
      expect(await commit(uow(), ({ users }) => users.findByEmail(user.email!))).toEqual(user);
    });

    test('what failed does not stand in the way of what follows', async () => {
      for (const attempt of [1, 2, 3])
        await uow()
          .run<never>(async ({ users }) => {
            await users.insert(user);
            throw new Error(`boom ${attempt}`);
          })
          .catch(() => null);
      await commit(uow(), ({ users }) => users.insert(user));
      expect(await found()).toEqual(user);
    });

    test('nothing is seen from outside before it is committed', async () => {
      const { accounts } = harness().ports;
      const seen = await commit(uow(), async ({ users, outbox }) => {
        await users.insert(user);
        await outbox.append(ERASED);
        return { account: await accounts.account(user.id), published: await harness().published() };
      });
      expect(seen).toEqual({ account: null, published: [] });
      expect(await accounts.account(user.id)).not.toBeNull();
      expect(await harness().published()).toEqual([ERASED]);
    });

    test('of several transactions that read and write one user, none loses what another wrote', async () => {
      await commit(uow(), ({ users }) => users.insert(user));
      const addLetter = () =>
        commit(uow(), async ({ users }) => {
          const current = (await users.find(user.id))!;
          await users.save({ ...current, profile: { ...current.profile, bio: `${current.profile.bio ?? ''}x` } });
        });
      await Promise.all(Array.from({ length: 8 }, addLetter));
      expect((await found())?.profile.bio).toBe('xxxxxxxx');
    });

    test('who was second sees what the first committed', async () => {
      await commit(uow(), ({ users }) => users.insert(user));
      const { second, order } = await contend(
        uow(),
        async ({ users }) => users.save({ ...(await users.find(user.id))!, role: 'ARTIST' }),
        ({ users }) => users.find(user.id),
        () => ok(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(second?.role).toBe('ARTIST');
    });

    test('the outbox carries each event once, as it was', async () => {
      await commit(uow(), async ({ outbox }) => {
        await outbox.append(ERASED);
        await outbox.append(PUBLISHED);
      });
      await commit(uow(), ({ outbox }) => outbox.append(RECEIVED));
      expect((await harness().published()).toSorted(byType)).toEqual([ERASED, PUBLISHED, RECEIVED].toSorted(byType));
    });

    test('the play log commits on ok, and rolls back on an error and on a throw', async () => {
      const { playLog, plays } = harness().ports;
      const fan = await addUser(harness());
      const track = await addTrack(harness(), await addArtist(harness()));
      const record = (number: number) => playOf(number, fan, track);

      expect(await playLog.run(async (stores) => ok(await stores.plays.append([record(1)])))).toEqual(ok(undefined));
      expect(await playLog.run(async (stores) => err(await stores.plays.append([record(2)])))).toEqual(err(undefined));
      const thrown = new Error('boom');
      const failing = playLog.run(async (stores) => {
        await stores.plays.append([record(3)]);
        throw thrown;
      });
      await expect(failing).rejects.toBe(thrown);
      expect(await plays.playCountOf(fan.id)).toBe(1);
    });
  });
};
