import { describe, expect, test } from '@jest/globals';
import { DAY_MS, USD, after, currency, err, micros, money, ok } from '@backline/core/kernel';
import type {
  Checkout,
  CheckoutId,
  CustomerId,
  EventId,
  InvoiceId,
  ObjectRef,
  Receipt,
  Subscription,
  SubscriptionId,
  SubscriptionStatus,
  WebhookEvent,
} from '@backline/core/subscriptions';
import type { UserId } from '@backline/core/accounts';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import { AWKWARD_TEXT, NOW, addUser, subscriptionOf, uuid } from './samples.ts';

const STATUSES: readonly SubscriptionStatus[] = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'canceled',
  'unpaid',
  'paused',
  'unknown',
];

/** What every SubscriptionRepository promises, whatever stores it. */
export const subscriptionRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`SubscriptionRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const find = (id: string) => commit(uow(), ({ subscriptions }) => subscriptions.find(id as SubscriptionId));
    const save = (subscription: Subscription) => commit(uow(), ({ subscriptions }) => subscriptions.save(subscription));
    const idsOf = async (userId: UserId) =>
      (await commit(uow(), ({ subscriptions }) => subscriptions.allOf(userId))).map(({ id }) => id).sort();

    test('finds nothing before anything is saved', async () => {
      expect(await find('nonsense')).toBeNull();
      expect(await idsOf(1 as UserId)).toEqual([]);
    });

    test.each(STATUSES)('returns what was saved as %s', async (status) => {
      const { id } = await addUser(harness());
      const subscription = subscriptionOf(`sub_${status}`, id, { status });
      await save(subscription);
      expect(await find(`sub_${status}`)).toEqual(subscription);
    });

    test('returns every field, and the paid times in their order', async () => {
      const { id } = await addUser(harness());
      const subscription = subscriptionOf(AWKWARD_TEXT, id, {
        status: 'past_due',
        currentPeriodStart: after(NOW, 1),
        currentPeriodEnd: after(NOW, 2),
        cancelAtPeriodEnd: true,
        pastDueSince: after(NOW, 3),
        payUrl: `https://example.com/${AWKWARD_TEXT}`,
        endedAt: after(NOW, 4),
        paid: [
          { from: after(NOW, 5), until: after(NOW, 6) },
          { from: after(NOW, 7), until: after(NOW, 8) },
          { from: after(NOW, 9), until: null },
        ],
      });
      await save(subscription);
      expect(await find(AWKWARD_TEXT)).toEqual(subscription);
    });

    test('save replaces by id, paid times included', async () => {
      const { id } = await addUser(harness());
      await save(subscriptionOf('one', id, { paid: [{ from: NOW, until: null }] }));
      await save(subscriptionOf('other', id));
      const saved = subscriptionOf('one', id, {
        status: 'canceled',
        endedAt: NOW,
        paid: [{ from: after(NOW, -DAY_MS), until: NOW }],
      });
      await save(saved);
      expect(await find('one')).toEqual(saved);
      expect(await find('other')).toEqual(subscriptionOf('other', id));
      await save({ ...saved, paid: [] });
      expect((await find('one'))?.paid).toEqual([]);
    });

    test("allOf finds that user's", async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      for (const id of ['b', 'a']) await save(subscriptionOf(id, fan.id));
      await save(subscriptionOf('c', other.id));
      expect(await idsOf(fan.id)).toEqual(['a', 'b']);
      expect(await idsOf(other.id)).toEqual(['c']);
    });

    test('lockUser holds the user until the transaction ends', async () => {
      const { id } = await addUser(harness());
      expect(await inTurn(uow(), ({ subscriptions }) => subscriptions.lockUser(id))).toEqual(['first', 'second']);
    });
  });
};

const checkoutOf = (number: number, userId: UserId, changes: Partial<Checkout> = {}): Checkout => ({
  id: uuid(number) as CheckoutId,
  userId,
  createdAt: NOW,
  hosted: null,
  closedAt: null,
  ...changes,
});

const hostedAs = (sessionId: string) => ({
  sessionId,
  url: `https://pay.example/${sessionId}`,
  expiresAt: after(NOW, 9),
});

const closedOf = (number: number, userId: UserId, ms: number) =>
  checkoutOf(number, userId, { createdAt: after(NOW, ms), hosted: hostedAs(`s${number}`), closedAt: NOW });

/** What every CheckoutRepository promises, whatever stores it. */
export const checkoutRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`CheckoutRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const latestOf = (userId: UserId) => commit(uow(), ({ checkouts }) => checkouts.latestOf(userId));
    const findBySession = (id: string) => commit(uow(), ({ checkouts }) => checkouts.findBySession(id));
    const save = (checkout: Checkout) => commit(uow(), ({ checkouts }) => checkouts.save(checkout));

    test('finds nothing before anything is saved', async () => {
      expect(await latestOf(1 as UserId)).toBeNull();
      expect(await findBySession('nonsense')).toBeNull();
    });

    test('save inserts, then replaces by id', async () => {
      const { id } = await addUser(harness());
      const begun = checkoutOf(1, id);
      const hosted = { ...begun, hosted: hostedAs(AWKWARD_TEXT) };
      const closed = { ...hosted, closedAt: after(NOW, 5) };
      for (const state of [begun, hosted, closed]) {
        await save(state);
        expect(await latestOf(id)).toEqual(state);
      }
      expect(await findBySession(AWKWARD_TEXT)).toEqual(closed);
    });

    test("latestOf is that user's last begun", async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      for (const checkout of [
        closedOf(1, fan.id, 1),
        closedOf(2, fan.id, 3),
        closedOf(3, fan.id, 2),
        closedOf(4, other.id, 4),
      ])
        await save(checkout);
      expect((await latestOf(fan.id))?.id).toBe(uuid(2));
      expect((await findBySession('s3'))?.id).toBe(uuid(3));
    });
  });
};

/** What every ReceiptRepository promises, whatever stores it. */
export const receiptRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`ReceiptRepository on ${adapter}`, () => {
    const harness = eachTest(open);

    const find = (id: string) => commit(harness().ports.uow, ({ receipts }) => receipts.find(id as InvoiceId));
    const save = (receipt: Receipt) => commit(harness().ports.uow, ({ receipts }) => receipts.save(receipt));
    const linesOf = (id: string) =>
      commit(harness().ports.uow, ({ receipts }) => receipts.linesOf(id as SubscriptionId));
    const receiptFrom = async (changes: Partial<Receipt> = {}): Promise<Receipt> => ({
      invoiceId: 'in_1' as InvoiceId,
      userId: (await addUser(harness())).id,
      subscriptionId: 'sub_1' as SubscriptionId,
      paid: money(10_000_000n, USD),
      tax: micros(0n),
      fee: micros(590_000n),
      refunded: micros(0n),
      disputed: micros(0n),
      lines: [{ amount: micros(10_000_000n), serviceFrom: NOW, serviceUntil: after(NOW, 30 * DAY_MS) }],
      paidAt: NOW,
      ...changes,
    });

    test('finds nothing before anything is saved', async () => {
      expect(await find('in_1')).toBeNull();
    });

    test('returns every field, amounts beyond 2⁵³ and lines that give something back included', async () => {
      const receipt = await receiptFrom({
        invoiceId: AWKWARD_TEXT as InvoiceId,
        paid: money(2n ** 62n, currency('EUR')),
        tax: micros(1n),
        fee: micros(2n ** 61n),
        refunded: micros(3n),
        disputed: micros(4n),
        lines: [
          { amount: micros(2n ** 62n), serviceFrom: NOW, serviceUntil: after(NOW, 2) },
          { amount: micros(-1n), serviceFrom: after(NOW, 1), serviceUntil: after(NOW, 3) },
        ],
      });
      await save(receipt);
      expect(await find(AWKWARD_TEXT)).toEqual(receipt);
    });

    test('takes it again changed, with fewer lines and with more', async () => {
      const receipt = await receiptFrom();
      const [line] = receipt.lines;
      const more = { ...receipt, refunded: micros(10_000_000n), lines: [line!, line!, line!] };
      for (const changed of [receipt, more, receipt]) {
        await save(changed);
        expect(await find('in_1')).toEqual(changed);
      }
    });

    test('linesOf gives all lines of a subscription, and of no other', async () => {
      const first = await receiptFrom();
      const line = first.lines[0]!;
      const other = { ...line, serviceFrom: after(NOW, 1) };
      await save({ ...first, lines: [line, line] });
      await save({ ...first, invoiceId: 'in_2' as InvoiceId, lines: [other] });
      await save({ ...first, invoiceId: 'in_3' as InvoiceId, subscriptionId: 'sub_2' as SubscriptionId });
      await save({ ...first, invoiceId: 'in_4' as InvoiceId, subscriptionId: null });
      expect(await linesOf('sub_1')).toEqual([line, line, other]);
      expect(await linesOf('sub_3')).toEqual([]);
    });

    test('allOf gives every receipt of a fan by invoice, and nobody else’s', async () => {
      const mine = await receiptFrom({ invoiceId: 'in_2' as InvoiceId });
      const earlier = { ...mine, invoiceId: 'in_1' as InvoiceId, lines: [...mine.lines, ...mine.lines] };
      const other = await receiptFrom({ invoiceId: 'in_3' as InvoiceId });
      for (const each of [mine, earlier, other]) await save(each);
      expect(await commit(harness().ports.uow, ({ receipts }) => receipts.allOf(mine.userId))).toEqual([earlier, mine]);
    });

    test('keeps receipts apart', async () => {
      const first = await receiptFrom();
      const second = { ...first, invoiceId: 'in_2' as InvoiceId, fee: micros(1n) };
      await save(first);
      await save(second);
      expect([await find('in_1'), await find('in_2')]).toEqual([first, second]);
    });
  });
};

/** What every CustomerRepository promises, whatever stores it. */
export const customerRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`CustomerRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const find = (userId: UserId) => commit(uow(), ({ customers }) => customers.find(userId));
    const keep = (userId: UserId, id: string) =>
      commit(uow(), ({ customers }) => customers.keep(userId, id as CustomerId));

    test('keeps the first id of each user', async () => {
      const [fan, other] = [await addUser(harness()), await addUser(harness())];
      expect(await find(fan.id)).toBeNull();
      await keep(fan.id, AWKWARD_TEXT);
      await keep(other.id, 'cus_2');
      await keep(fan.id, 'cus_3');
      expect([await find(fan.id), await find(other.id)]).toEqual([AWKWARD_TEXT, 'cus_2']);
    });

    test('forgets one, and takes another for them then', async () => {
      const fan = await addUser(harness());
      await keep(fan.id, 'cus_1');
      for (let time = 0; time < 2; time += 1) await commit(uow(), ({ customers }) => customers.remove(fan.id));
      expect(await find(fan.id)).toBeNull();
      await keep(fan.id, 'cus_2');
      expect(await find(fan.id)).toBe('cus_2');
    });
  });
};

const eventOf = (id: string, changes: Partial<WebhookEvent> = {}): WebhookEvent => ({
  id: id as EventId,
  type: 'invoice.paid',
  object: { kind: 'invoice', id: 'in_1' },
  createdAt: NOW,
  ...changes,
});

/** What every WebhookInbox promises, whatever stores it. */
export const webhookInboxSuite = (adapter: string, open: OpenHarness): void => {
  describe(`WebhookInbox on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const find = (id: string) => commit(uow(), ({ inbox }) => inbox.find(id as EventId));
    const insert = (event: WebhookEvent, at = NOW) => commit(uow(), ({ inbox }) => inbox.insert(event, at));

    test('finds nothing before anything is inserted', async () => {
      expect(await find('evt_1')).toBeNull();
    });

    test.each<[string, WebhookEvent]>([
      ['about an invoice', eventOf('evt_1')],
      ['about a subscription', eventOf('evt_1', { object: { kind: 'subscription', id: AWKWARD_TEXT } })],
      ['about a checkout', eventOf('evt_1', { object: { kind: 'checkout', id: 'cs_1' } })],
      ['about nothing that is known here', eventOf(AWKWARD_TEXT, { type: AWKWARD_TEXT, object: null })],
    ])('returns an event %s', async (_, event) => {
      expect(await insert(event, after(NOW, 5))).toBe(true);
      expect(await find(event.id)).toEqual({ ...event, receivedAt: after(NOW, 5), doneAt: null });
    });

    test('an event that is there already changes nothing', async () => {
      await insert(eventOf('evt_1'));
      await commit(uow(), ({ inbox }) => inbox.markDone('evt_1' as EventId, after(NOW, 1)));
      expect(await insert(eventOf('evt_1', { type: 'other', object: null }), after(NOW, 2))).toBe(false);
      expect(await find('evt_1')).toEqual({ ...eventOf('evt_1'), receivedAt: NOW, doneAt: after(NOW, 1) });
    });

    test.each([
      ['commits, the second is not new', ok, false],
      ['is rolled back, the second is new', err, true],
    ] as const)('of two inserts at once of one event: where the first %s', async (_, end, isNew) => {
      const { second, order } = await contend(
        uow(),
        ({ inbox }) => inbox.insert(eventOf('evt_1'), NOW),
        ({ inbox }) => inbox.insert(eventOf('evt_1'), NOW),
        () => end(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(second).toBe(isNew);
    });

    test('markDone is of that event', async () => {
      await insert(eventOf('evt_1'));
      await insert(eventOf('evt_2'));
      await commit(uow(), ({ inbox }) => inbox.markDone('evt_1' as EventId, after(NOW, 1)));
      expect((await find('evt_1'))?.doneAt).toBe(after(NOW, 1));
      expect((await find('evt_2'))?.doneAt).toBeNull();
    });

    test('reopen undoes markDone, and is harmless before it', async () => {
      await insert(eventOf('evt_1'));
      const reopen = () => commit(uow(), ({ inbox }) => inbox.reopen('evt_1' as EventId));
      await reopen();
      await commit(uow(), ({ inbox }) => inbox.markDone('evt_1' as EventId, after(NOW, 1)));
      await reopen();
      expect((await find('evt_1'))?.doneAt).toBeNull();
    });

    test('undoneBefore gives what waits, the oldest first, and no more than asked for', async () => {
      for (const [id, ms] of [
        ['evt_c', 3],
        ['evt_a', 1],
        ['evt_b', 2],
        ['evt_d', 4],
      ] as const)
        await insert(eventOf(id), after(NOW, ms));
      await commit(uow(), ({ inbox }) => inbox.markDone('evt_b' as EventId, after(NOW, 5)));
      const undone = (ms: number, limit: number) =>
        commit(uow(), ({ inbox }) => inbox.undoneBefore(after(NOW, ms), limit));
      expect(await undone(4, 10)).toEqual(['evt_a', 'evt_c']);
      expect(await undone(5, 2)).toEqual(['evt_a', 'evt_c']);
      expect(await undone(1, 10)).toEqual([]);
    });

    test.each<ObjectRef['kind']>(['subscription', 'invoice', 'checkout', 'charge'])(
      'lockObject holds a %s until the transaction ends',
      async (kind) => {
        expect(await inTurn(uow(), ({ inbox }) => inbox.lockObject({ kind, id: AWKWARD_TEXT }))).toEqual([
          'first',
          'second',
        ]);
      },
    );
  });
};

/** What every WebhookReader promises, whatever it reads from. */
export const webhookReaderSuite = (adapter: string, open: OpenHarness): void => {
  describe(`WebhookReader on ${adapter}`, () => {
    const harness = eachTest(open);

    test('shows the newest first, all or what waits, and no more than asked for', async () => {
      const { uow, webhooks } = harness().ports;
      const events = [
        eventOf('evt_1'),
        eventOf('evt_2', { object: null, type: AWKWARD_TEXT }),
        eventOf('evt_3', { object: { kind: 'charge', id: 'ch_1' } }),
      ];
      for (const [index, event] of events.entries())
        await commit(uow, ({ inbox }) => inbox.insert(event, after(NOW, index)));
      await commit(uow, ({ inbox }) => inbox.markDone('evt_2' as EventId, after(NOW, 9)));

      const shown = events.map((event, index) => ({
        ...event,
        receivedAt: after(NOW, index),
        doneAt: index === 1 ? after(NOW, 9) : null,
      }));
      expect(await webhooks.events({ undone: false }, 10)).toEqual(shown.toReversed());
      expect(await webhooks.events({ undone: true }, 10)).toEqual([shown[2], shown[0]]);
      expect(await webhooks.events({ undone: true }, 1)).toEqual([shown[2]]);
    });
  });
};
