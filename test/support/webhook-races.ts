import type { Stores } from '@backline/core';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, type UnitOfWork, err } from '@backline/core/kernel';
import {
  type EventId,
  type ObjectRef,
  type PaymentGateway,
  type ProviderObject,
  type SubscriptionPorts,
  applyWebhook,
  receiveWebhook,
} from '@backline/core/subscriptions';
import * as fc from 'fast-check';
import { type Platform, join, valueOf } from '../core/platform.ts';
import { type StripeAdapter, openStripe, platformOn } from './stripe-platform.ts';
import type { Delivery } from './stripe-stand-in/deliveries.ts';
import { forgedFields, olderSnapshots } from './stripe-stand-in/lies.ts';
import type { StripeEvent } from './stripe-stand-in/objects.ts';

export const FAN = 1 as UserId;

/** What befalls a subscription at Stripe, once it was paid for. */
const HAPPENINGS = [
  'renews',
  'is declined',
  'is paid after all',
  'is to end',
  'goes on after all',
  'is cancelled',
  'is refunded in part',
  'is disputed',
  'dispute is won',
  'is suspected',
  'is paused',
  'has a status of tomorrow',
] as const;
type Happening = (typeof HAPPENINGS)[number];

export type Course = {
  readonly happenings: readonly Happening[];
  /** How often each event arrives, from the first on; once where the list ends. */
  readonly copies: readonly number[];
  readonly payload: 'true' | 'older' | 'forged';
  /** How many turns of others each answer takes on its way, from the first on; one where the list ends. */
  readonly ways: readonly number[];
  /** Stripe does not answer these askings, counted from 0. */
  readonly unanswered: readonly number[];
  /** Each of the first runs of a job dies at the await of that number. */
  readonly deaths: readonly number[];
};

const happenings = fc.array(fc.constantFrom(...HAPPENINGS), { maxLength: 4 });

/** Mostly quick; now and then so slow that others overtake. */
const ways = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 20, max: 60 })), {
  maxLength: 16,
  size: 'max',
});

/** Nothing fails; all that differs is who comes first. */
export const calmCourses = (): fc.Arbitrary<Course> =>
  fc.record({
    happenings,
    ways,
    copies: fc.constant([]),
    payload: fc.constant('true' as const),
    unanswered: fc.constant([]),
    deaths: fc.constant([]),
  });

export const stormyCourses = (): fc.Arbitrary<Course> =>
  fc.record({
    happenings,
    ways,
    copies: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 12 }),
    payload: fc.constantFrom('true', 'older', 'forged'),
    unanswered: fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 6 }),
    deaths: fc.array(fc.nat({ max: 24 }), { maxLength: 6 }),
  });

/** How a job brings an event in; the ports are such as may fail and die at any step. */
export type Design = (
  ports: SubscriptionPorts,
  id: EventId,
  payload: StripeEvent,
) => ReturnType<ReturnType<typeof applyWebhook>>;

export const refetchUnderLock: Design = (ports, id) => applyWebhook(ports)(id);

/** Wrong: asks before it holds the lock, so that an older answer can be written over a newer one. */
export const refetchWithoutLock: Design = async (ports, id) => {
  const { object } = valueOf(await ports.uow.run(async ({ inbox }) => ({ ok: true, value: await inbox.find(id) })))!;
  const answers = new Map<string, ProviderObject>();
  for (let ref = object as ObjectRef | null; ref !== null;) {
    const fetched = await ports.paymentGateway.fetch(ref);
    if (!fetched.ok) return fetched;
    answers.set(`${ref.kind} ${ref.id}`, fetched.value);
    ref = belongsTo(fetched.value);
  }
  const fetch: PaymentGateway['fetch'] = async ({ kind, id }) => ({ ok: true, value: answers.get(`${kind} ${id}`)! });
  return applyWebhook({ ...ports, paymentGateway: { ...ports.paymentGateway, fetch } })(id);
};

const belongsTo = (object: ProviderObject): ObjectRef | null => {
  if (object.kind === 'charge') return object.invoiceId === null ? null : { kind: 'invoice', id: object.invoiceId };
  return object.kind === 'subscription' || object.subscriptionId === null
    ? null
    : { kind: 'subscription', id: object.subscriptionId };
};

/** Wrong: believes what the event says of the subscription. */
export const applyThePayload: Design = (ports, id, { data: { object: payload } }) => {
  const fetch: PaymentGateway['fetch'] = async (ref) => {
    const fetched = await ports.paymentGateway.fetch(ref);
    if (!fetched.ok || fetched.value.kind !== 'subscription' || payload.object !== 'subscription') return fetched;
    const { snapshot } = fetched.value;
    const told = { status: payload['status'], cancelAtPeriodEnd: payload['cancel_at_period_end'] };
    return { ok: true, value: { kind: 'subscription', snapshot: Object.assign({ ...snapshot! }, told) } };
  };
  return applyWebhook({ ...ports, paymentGateway: { ...ports.paymentGateway, fetch } })(id);
};

class Death extends Error {}

/** What a course met with. */
export type Met = { readonly jobs: number; readonly unanswered: number; readonly deaths: number };

/** Lets a fan subscribe, lets the course happen while its events come in, and waits until all of them are done with. */
export const runCourse = async (
  { happenings, copies, payload, ways, unanswered, deaths }: Course,
  scheduler: fc.Scheduler,
  design: Design,
  look: (adapter: StripeAdapter, on: Platform) => Promise<void>,
): Promise<Met> => {
  const adapter = await openStripe();
  const { standIn } = adapter;
  try {
    const on = platformOn(adapter);
    await join(on, 'fan1@example.com');
    const { sessionId } = valueOf(await on.core.subscriptions.startCheckout(FAN));
    if (payload === 'older') standIn.webhooks.mischief.lie = olderSnapshots();
    if (payload === 'forged')
      standIn.webhooks.mischief.lie = forgedFields({ status: 'trialing', cancel_at_period_end: true });

    const turn = (label: string): Promise<void> => scheduler.schedule(Promise.resolve(), label);
    const ask = scheduler.scheduleFunction(adapter.gateway.fetch);
    const met = { jobs: 0, unanswered: 0, deaths: 0 };
    let askings = 0;
    const fetch: PaymentGateway['fetch'] = async (ref) => {
      const asking = askings;
      askings += 1;
      if (unanswered.includes(asking)) {
        met.unanswered += 1;
        return err({ code: 'payments_away', retryAfterMs: 1_000 });
      }
      const answer = await ask(ref);
      for (let left = ways[asking] ?? 1; left > 0; left -= 1) await turn('an answer is on its way');
      return answer;
    };

    const left = [...deaths];
    const apply = async (id: EventId, event: StripeEvent): Promise<void> => {
      for (;;) {
        await turn(`a job for ${event.type}`);
        met.jobs += 1;
        const step = stepsUntil(left.shift());
        const paymentGateway = { ...adapter.gateway, fetch: stepping(fetch, step) };
        const ports = { ...on.ports, uow: mortal(on.ports.uow, step), paymentGateway };
        try {
          if ((await design(ports, id, event)).ok) return;
        } catch (thrown) {
          if (!(thrown instanceof Death)) throw thrown;
          met.deaths += 1;
        }
      }
    };
    const arrive = async (delivery: Delivery): Promise<void> => {
      await turn(`${delivery.event.type} arrives`);
      const { body, signature } = delivery.message();
      valueOf(await receiveWebhook(on.ports)(body, signature));
      delivery.succeeded();
      await apply(delivery.event.id as EventId, delivery.event);
    };

    const running: Promise<void>[] = [];
    let events = 0;
    const send = (): void => {
      for (const delivery of standIn.webhooks.take()) {
        const times = copies[events] ?? 1;
        events += 1;
        for (let time = 0; time < times; time += 1) running.push(arrive(delivery));
      }
    };
    const course = scheduler.scheduleSequence([
      { label: 'is paid for', builder: async () => (standIn.actions.payCheckout(sessionId), send()) },
      ...happenings.map((happening) => ({
        label: happening,
        builder: async () => (happen(adapter, happening), send()),
      })),
    ]);
    const allIsDone = async (): Promise<void> => {
      await course.task;
      for (let at = 0; at < running.length; at += 1) await running[at];
    };
    await scheduler.waitFor(allIsDone());
    await look(adapter, on);
    return met;
  } finally {
    await standIn.close();
  }
};

const happen = ({ standIn }: StripeAdapter, happening: Happening): void => {
  const { books, actions } = standIn;
  const subscription = [...books.subscriptions.values()][0]!;
  const invoice = [...books.invoices.values()].findLast(({ status }) => status === 'paid')!;
  const charge = actions.chargeOf(invoice.id);
  const isOver = subscription.status === 'canceled';
  const month = 31 * DAY_MS + 2 * HOUR_MS;
  switch (happening) {
    case 'renews':
      actions.setCard(subscription.customer, 'works');
      return standIn.advance(month);
    case 'is declined':
      actions.setCard(subscription.customer, 'declines');
      return standIn.advance(month);
    case 'is paid after all':
      for (const { id, status } of books.invoices.values()) if (status === 'open') actions.payInvoice(id);
      return;
    case 'is to end':
    case 'goes on after all': {
      const ends = happening === 'is to end';
      const cancelAt = ends ? subscription.items.data[0]!.current_period_end : null;
      if (!isOver) actions.rewriteSubscription(subscription.id, { cancel_at_period_end: ends, cancel_at: cancelAt });
      return;
    }
    case 'is cancelled':
      if (!isOver) actions.cancel(subscription.id);
      return;
    case 'is refunded in part':
      if (!books.charges.get(charge)!.disputed) actions.refund(charge, 10);
      return;
    case 'is disputed':
      if (!books.charges.get(charge)!.disputed) actions.dispute(charge);
      return;
    case 'dispute is won':
      for (const { id, status } of books.disputes.values())
        if (status === 'needs_response') actions.closeDispute(id, 'won');
      return;
    case 'is suspected':
      actions.warnOfFraud(charge);
      return;
    case 'is paused':
      if (!isOver)
        actions.rewriteSubscription(subscription.id, { pause_collection: { behavior: 'void', resumes_at: null } });
      return;
    case 'has a status of tomorrow':
      if (!isOver) actions.rewriteSubscription(subscription.id, { status: 'hibernating' });
  }
};

/** Dies at the step of that number, counted from 0; never without one. */
const stepsUntil = (death: number | undefined): (() => void) => {
  let steps = 0;
  return () => {
    if (steps === death) throw new Death('the process is gone');
    steps += 1;
  };
};

/** Takes a step before and after whatever is asked of a store, before the commit and after it. */
const mortal = (uow: UnitOfWork<Stores>, step: () => void): UnitOfWork<Stores> => ({
  run: async (work) => {
    const result = await uow.run(async (stores) => {
      const worked = await work(
        eachMember(stores, (store) => eachMember(store, (call) => stepping(call as Callable, step))),
      );
      step();
      return worked;
    });
    step();
    return result;
  },
});

const stepping =
  <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>, step: () => void) =>
  async (...args: Args): Promise<T> => {
    step();
    const value = await call(...args);
    step();
    return value;
  };

type Callable = (...args: readonly unknown[]) => Promise<unknown>;

const eachMember = <T extends object>(of: T, change: (member: T[keyof T] & object) => unknown): T =>
  Object.fromEntries(Object.entries(of).map(([name, member]) => [name, change(member as T[keyof T] & object)])) as T;
