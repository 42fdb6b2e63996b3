import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Email, UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, type Instant, type Result, before } from '@backline/core/kernel';
import type {
  Checkout,
  CheckoutId,
  CustomerId,
  HostedCheckout,
  PaymentGateway,
  PaymentsAway,
  ProviderObject,
  ProviderPage,
  SubscriptionId,
  SubscriptionSnapshot,
} from '@backline/core/subscriptions';

export type OpenGateway = () => Promise<{
  readonly gateway: PaymentGateway;
  readonly clock: { readonly now: () => Instant; readonly advance: (durationMs: number) => void };
  /** What a fan does at the hosted checkout. */
  readonly pay: (sessionId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}>;

const FAN = 7 as UserId;

const valueOf = <T>(result: Result<T, { readonly code: string }>): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};

const everyPage = async <Item>(
  pageAt: (page: string | null) => Promise<Result<ProviderPage<Item>, PaymentsAway>>,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let next: string | null = null;
  do {
    const page: ProviderPage<Item> = valueOf(await pageAt(next));
    items.push(...page.items);
    next = page.next;
  } while (next !== null);
  return items;
};

/** What every PaymentGateway promises, whoever takes the money. */
export const paymentGatewaySuite = (adapter: string, open: OpenGateway): void => {
  describe(`PaymentGateway on ${adapter}`, () => {
    let opened: Awaited<ReturnType<OpenGateway>>;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const attempt = (userId: UserId = FAN): Checkout => ({
      id: randomUUID() as CheckoutId,
      userId,
      createdAt: opened.clock.now(),
      hosted: null,
      closedAt: null,
    });
    const customerOf = async (userId: UserId): Promise<CustomerId> =>
      valueOf(await opened.gateway.customerFor({ userId, email: `fan${userId}@example.com` as Email }));
    const openCheckout = async (of: Checkout): Promise<HostedCheckout> => {
      return valueOf(await opened.gateway.openCheckout(of, await customerOf(of.userId)));
    };
    const fetch = async (kind: ProviderObject['kind'], id: string): Promise<ProviderObject> => {
      return valueOf(await opened.gateway.fetch({ kind, id }));
    };
    const snapshotOf = async (id: SubscriptionId): Promise<SubscriptionSnapshot | null> => {
      const fetched = await fetch('subscription', id);
      return fetched.kind === 'subscription' ? fetched.snapshot : null;
    };
    const subscriptionPaidAt = async (sessionId: string): Promise<SubscriptionId> => {
      const checkout = await fetch('checkout', sessionId);
      return checkout.kind === 'checkout' ? checkout.subscriptionId! : null!;
    };
    const subscribe = async (userId: UserId = FAN): Promise<SubscriptionId> => {
      const { sessionId } = await openCheckout(attempt(userId));
      await opened.pay(sessionId);
      return subscriptionPaidAt(sessionId);
    };

    test('the same attempt gives the same session: again, later, and in a race', async () => {
      const one = attempt();
      const raced = await Promise.all(Array.from({ length: 8 }, () => openCheckout(one)));
      opened.clock.advance(HOUR_MS);
      expect(new Set([...raced, await openCheckout(one)].map((each) => JSON.stringify(each))).size).toBe(1);
    });

    test('another attempt gives another session', async () => {
      const ids = [await openCheckout(attempt()), await openCheckout(attempt())].map(({ sessionId }) => sessionId);
      expect(new Set(ids).size).toBe(2);
    });

    test('a session waits for its payer until it expires', async () => {
      const { sessionId, expiresAt } = await openCheckout(attempt());
      const waiting = { kind: 'checkout', sessionId, closed: false, subscriptionId: null };
      expect(await fetch('checkout', sessionId)).toEqual(waiting);
      opened.clock.advance(expiresAt - opened.clock.now() - 1);
      expect(await fetch('checkout', sessionId)).toEqual(waiting);
      opened.clock.advance(1);
      expect(await fetch('checkout', sessionId)).toEqual({ ...waiting, closed: true });
    });

    test('a paid session is closed and leads to an active subscription of its user', async () => {
      const { sessionId } = await openCheckout(attempt());
      await opened.pay(sessionId);
      const checkout = await fetch('checkout', sessionId);
      expect(checkout).toEqual({ kind: 'checkout', sessionId, closed: true, subscriptionId: expect.any(String) });

      const id = await subscriptionPaidAt(sessionId);
      const snapshot = await snapshotOf(id);
      expect(snapshot).toEqual({
        id,
        userId: FAN,
        status: 'active',
        currentPeriodStart: opened.clock.now(),
        currentPeriodEnd: expect.any(Number),
        cancelAtPeriodEnd: false,
        pastDueSince: null,
        endedAt: null,
        payUrl: null,
      });
      const days = (snapshot!.currentPeriodEnd - snapshot!.currentPeriodStart) / DAY_MS;
      expect(days).toBeGreaterThanOrEqual(28);
      expect(days).toBeLessThanOrEqual(31);
    });

    test('cancel ends it at once; again, later, changes nothing', async () => {
      const id = await subscribe();
      opened.clock.advance(DAY_MS);
      expect(await opened.gateway.cancel(id)).toEqual({ ok: true, value: null });
      const ended = await snapshotOf(id);
      expect(ended).toMatchObject({ status: 'canceled', pastDueSince: null, endedAt: opened.clock.now() });

      opened.clock.advance(DAY_MS);
      expect(await opened.gateway.cancel(id)).toEqual({ ok: true, value: null });
      expect(await snapshotOf(id)).toEqual(ended);
    });

    test("cancel leaves another user's alone", async () => {
      const theirs = await subscribe(8 as UserId);
      expect(await opened.gateway.cancel(await subscribe())).toMatchObject({ ok: true });
      expect(await snapshotOf(theirs)).toMatchObject({ userId: 8, status: 'active' });
    });

    test.each(['nonsense', '', '../1', '__proto__'])('knows nothing of %j, and says so', async (id) => {
      expect(await fetch('subscription', id)).toEqual({ kind: 'subscription', snapshot: null });
      expect(await fetch('invoice', id)).toEqual({ kind: 'invoice', receipt: null, subscriptionId: null });
      expect(await fetch('checkout', id)).toMatchObject({ kind: 'checkout', sessionId: id, subscriptionId: null });
      expect(await fetch('charge', id)).toEqual({ kind: 'charge', chargeId: id, invoiceId: null, suspect: false });
      expect(await opened.gateway.cancel(id as SubscriptionId)).toEqual({ ok: true, value: null });
    });

    test('a user is one customer: again, later, and in a race; another is another', async () => {
      const raced = await Promise.all(Array.from({ length: 8 }, () => customerOf(FAN)));
      opened.clock.advance(2 * DAY_MS);
      expect(new Set([...raced, await customerOf(FAN)]).size).toBe(1);
      expect(await customerOf(8 as UserId)).not.toBe(raced[0]);
    });

    test('a customer manages their subscription somewhere', async () => {
      await subscribe();
      const { url } = valueOf(await opened.gateway.openPortal(await customerOf(FAN)));
      expect(URL.canParse(url)).toBe(true);
    });

    test('who is forgotten pays for nothing any more; again is harmless; others go on', async () => {
      const mine = await subscribe();
      const theirs = await subscribe(8 as UserId);
      const customer = await customerOf(FAN);
      expect(await opened.gateway.forgetCustomer(customer)).toEqual({ ok: true, value: null });
      expect(await opened.gateway.forgetCustomer(customer)).toEqual({ ok: true, value: null });
      expect(await snapshotOf(mine)).toMatchObject({ status: 'canceled', endedAt: opened.clock.now() });
      expect(await snapshotOf(theirs)).toMatchObject({ status: 'active' });
    });

    test('lists every subscription as it is, and every invoice that was paid since', async () => {
      const ids: string[] = [];
      for (const userId of [FAN, 8, 9] as UserId[]) ids.push(await subscribe(userId));
      valueOf(await opened.gateway.cancel(ids[1] as SubscriptionId));
      const listed = await everyPage(opened.gateway.allSubscriptions);
      expect(listed.map(({ id }) => id as string).sort()).toEqual([...ids].sort());
      for (const snapshot of listed) expect(snapshot).toEqual(await snapshotOf(snapshot.id));

      const since = (at: Instant) => everyPage((page) => opened.gateway.invoicesPaidSince(at, page));
      for (const id of await since(before(opened.clock.now(), HOUR_MS)))
        expect(await fetch('invoice', id)).toMatchObject({ receipt: { invoiceId: id } });
      opened.clock.advance(DAY_MS);
      expect(await since(opened.clock.now())).toEqual([]);
    });
  });
};
