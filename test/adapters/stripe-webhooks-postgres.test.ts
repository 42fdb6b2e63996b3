import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Stores } from '@backline/core';
import type { Email, UserId } from '@backline/core/accounts';
import { type UnitOfWork, ok } from '@backline/core/kernel';
import {
  type EventId,
  type PaymentGateway,
  type SubscriptionId,
  type SubscriptionPorts,
  applyWebhook,
  receiveWebhook,
  startCheckout,
} from '@backline/core/subscriptions';
import { memoryPorts } from '@backline/memory';
import { valueOf } from '../core/platform.ts';
import { userOf } from '../suites/samples.ts';
import { openTestDatabase } from '../support/postgres.ts';
import { type StripeAdapter, openStripe } from '../support/stripe-platform.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let adapter: StripeAdapter;
let fans = 0;
let fan: UserId;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  adapter = await openStripe();
  fans += 1;
  fan = fans as UserId;
  const user = userOf(fan, { email: `fan${fan}@example.com` as Email });
  await database.database.ports.uow.run(async ({ users }) => users.insert(user));
});
afterEach(() => adapter.standIn.close());

const portsWith = (given: Partial<SubscriptionPorts> = {}): SubscriptionPorts => ({
  ...memoryPorts({ clock: adapter.clock }),
  ...database.database.ports,
  paymentGateway: adapter.gateway,
  webhookVerifier: adapter.verifier,
  ...given,
});

/** Receives what Stripe has sent; the events about the subscription, not applied. */
const receiveAll = async (): Promise<readonly EventId[]> => {
  const received: EventId[] = [];
  for (const { event, message, succeeded } of adapter.standIn.webhooks.take()) {
    const { body, signature } = message();
    valueOf(await receiveWebhook(portsWith())(body, signature));
    succeeded();
    if (event.data.object.object === 'subscription') received.push(event.id as EventId);
  }
  return received;
};

const subscribeAtStripe = async (): Promise<SubscriptionId> => {
  const { sessionId } = valueOf(await startCheckout(portsWith({ ids: uuids }))(fan));
  adapter.standIn.actions.payCheckout(sessionId);
  return adapter.standIn.books.sessions.get(sessionId)!.subscription as SubscriptionId;
};

const uuids = { ...memoryPorts().ids, uuid: () => crypto.randomUUID() };

/** The gateway whose first answer waits, once Stripe has given it, until it is let go. */
const holdingFirstAnswer = () => {
  const asked = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  let askings = 0;
  const fetch: PaymentGateway['fetch'] = async (ref) => {
    askings += 1;
    const isFirst = askings === 1;
    const answer = await adapter.gateway.fetch(ref);
    if (isFirst) {
      asked.resolve();
      await letGo.promise;
    }
    return answer;
  };
  return { gateway: { ...adapter.gateway, fetch }, asked: asked.promise, letGo: letGo.resolve };
};

/** As if there were no lock on the object. */
const unlocked = (uow: UnitOfWork<Stores>): UnitOfWork<Stores> => ({
  run: (work) =>
    uow.run((stores) => work({ ...stores, inbox: { ...stores.inbox, lockObject: async () => undefined } })),
});

const waitersForLocks = async (): Promise<number> => {
  const [row] = await database.sql(
    `select count(*)::int as waiting from pg_locks
     where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
  );
  return row!['waiting'] as number;
};

/** True, as soon as a transaction waits for another one's lock. */
const someoneWaits = async (signal: AbortSignal): Promise<boolean> => {
  while (!signal.aborted) {
    if ((await waitersForLocks()) > 0) return true;
    await setTimeout(5);
  }
  return false;
};

/**
 * One job has Stripe's answer of before the cancellation and has not written it, when another takes up the event that
 * tells of the cancellation. The first goes on once the other waits for it, or is done.
 */
const raceOfTwoJobs = async (
  uow: UnitOfWork<Stores>,
): Promise<{ readonly status: string; readonly waited: boolean }> => {
  const id = await subscribeAtStripe();
  const [older] = await receiveAll();
  const { gateway, asked, letGo } = holdingFirstAnswer();
  const ports = portsWith({ uow, paymentGateway: gateway });

  const first = applyWebhook(ports)(older!);
  await asked;
  adapter.standIn.actions.cancel(id);
  const [newer] = await receiveAll();
  const second = applyWebhook(ports)(newer!);
  const looking = new AbortController();
  void second.then(() => looking.abort());
  const waited = await someoneWaits(looking.signal);
  letGo();
  expect(await Promise.all([first, second])).toEqual([ok(null), ok(null)]);

  const found = await uow.run(async ({ subscriptions }) => ok(await subscriptions.find(id)));
  return { status: found.value!.status, waited };
};

describe('two jobs about one subscription, on PostgreSQL', () => {
  test('the second waits, and asks Stripe only then: the newest answer stays', async () => {
    expect(await raceOfTwoJobs(database.database.ports.uow)).toEqual({ status: 'canceled', waited: true });
  });

  test('without the lock the older answer is written over the newer one', async () => {
    expect(await raceOfTwoJobs(unlocked(database.database.ports.uow))).toEqual({ status: 'active', waited: false });
  });

  test('40 copies at once are one inbox entry and one job', async () => {
    await subscribeAtStripe();
    const paid = adapter.standIn.webhooks.take().find(({ event }) => event.type === 'invoice.paid')!;
    const { body, signature } = paid.message();
    const receive = receiveWebhook(portsWith());
    const received = await Promise.all(Array.from({ length: 40 }, () => receive(body, signature)));
    expect(received).toEqual(Array.from({ length: 40 }, () => ok(null)));
    const rows = await database.sql(`select id from webhook_event where id = $1`, [paid.event.id]);
    expect(rows).toHaveLength(1);
    const jobs = await database.sql(
      `select payload from graphile_worker._private_jobs where payload->>'eventId' = $1`,
      [paid.event.id],
    );
    expect(jobs).toHaveLength(1);
  });

  test('five clicks at once are one session of one customer', async () => {
    const start = startCheckout(portsWith({ ids: uuids }));
    const started = await Promise.all(Array.from({ length: 5 }, () => start(fan)));
    expect(new Set(started.map((each) => valueOf(each).sessionId)).size).toBe(1);
    expect(adapter.standIn.books.sessions.size).toBe(1);
    expect(adapter.standIn.books.customers.size).toBe(1);
  });
});
