import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS, after, instant, isoText } from '@backline/core/kernel';
import type { CheckoutId, ObjectRef, Receipt, WebhookEvent } from '@backline/core/subscriptions';
import { type SteppingClock, steppingClock } from '@backline/memory';
import { type SandboxPayments, sandboxPayments } from '@backline/sandbox-payments';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';
import { CUSTOMER } from '../suites/samples.ts';

const FAN = 7 as UserId;
const SECRET = 'a secret of the sandbox';
const DONE = { ok: true, value: null };
const failed = (code: string) => ({ ok: false, error: { code } });

let scratches: Scratch[] = [];
afterEach(() => {
  for (const { remove } of scratches) remove();
  scratches = [];
});

const openAt = (start: string | Instant) => {
  const scratch = scratchDirectory();
  scratches.push(scratch);
  const clock: SteppingClock = steppingClock(typeof start === 'string' ? instant(Date.parse(start)) : start);
  const events: WebhookEvent[] = [];
  const sandbox: SandboxPayments = sandboxPayments({
    directory: scratch.path,
    publicUrl: 'http://127.0.0.1:3000',
    signingSecret: SECRET,
    clock,
    ids: { uuid: () => randomUUID() },
    deliver: async (body, signature) => {
      const verified = sandbox.verifier.verify(body, signature, clock.now());
      if (verified.ok) events.push(verified.value);
      return verified.ok;
    },
  });

  const openSession = async (): Promise<string> => {
    const attempt = { id: randomUUID() as CheckoutId, userId: FAN, createdAt: clock.now(), hosted: null };
    const opened = await sandbox.gateway.openCheckout({ ...attempt, closedAt: null }, CUSTOMER);
    if (!opened.ok) throw new Error(opened.error.code);
    return opened.value.sessionId;
  };
  const subscribe = async (): Promise<void> => expect(await sandbox.pay(await openSession())).toEqual(DONE);
  const fetch = async (about: WebhookEvent['object'] | undefined) => {
    const ref = about as ObjectRef;
    const fetched = await sandbox.gateway.fetch(ref);
    if (!fetched.ok) throw new Error(fetched.error.code);
    return fetched.value;
  };
  const subscription = async () => {
    const fetched = await fetch(events.findLast(({ object }) => object?.kind === 'subscription')!.object);
    return fetched.kind === 'subscription' ? fetched.snapshot! : null!;
  };
  const receipts = async (): Promise<readonly Receipt[]> => {
    const paid = events.filter(({ type }) => type === 'invoice.paid');
    const fetched = await Promise.all(paid.map(({ object }) => fetch(object)));
    return fetched.flatMap((each) => (each.kind === 'invoice' && each.receipt !== null ? [each.receipt] : []));
  };
  return { sandbox, clock, events, openSession, subscribe, fetch, subscription, receipts };
};

const advanceTo = (clock: SteppingClock, at: string): void => clock.advance(Date.parse(at) - clock.now());

describe("the sandbox's renewals", () => {
  test.each([
    ['2027-01-31T12:00:00.123Z', ['2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31']],
    ['2028-01-30T00:00:00.000Z', ['2028-02-29', '2028-03-30', '2028-04-30', '2028-05-30']],
    ['2026-11-30T23:59:59.999Z', ['2026-12-30', '2027-01-30', '2027-02-28', '2027-03-30']],
    ['2026-12-01T00:00:00.000Z', ['2027-01-01', '2027-02-01', '2027-03-01', '2027-04-01']],
  ])('from %s on', async (start, days) => {
    const { sandbox, clock, subscribe, receipts } = openAt(start);
    await subscribe();
    advanceTo(clock, `${days[2]}${start.slice(10)}`);
    expect(await sandbox.renewDue(clock.now())).toMatchObject({ changed: 1, failed: 0 });

    const all = await receipts();
    expect(all.map(({ lines }) => isoText(lines[0]!.serviceUntil))).toEqual(days.map((day) => day + start.slice(10)));
    expect(all.map(({ lines }) => lines[0]!.serviceFrom)).toEqual([
      Date.parse(start),
      ...all.slice(0, -1).map(({ lines }) => lines[0]!.serviceUntil),
    ]);
    expect(all.map(({ paidAt }) => paidAt)).toEqual(all.map(({ lines }) => lines[0]!.serviceFrom));
  });

  test('not a millisecond early, and nothing more the second time', async () => {
    const { sandbox, clock, subscribe, receipts } = openAt('2026-11-20T12:00:00.000Z');
    await subscribe();
    advanceTo(clock, '2026-12-20T11:59:59.999Z');
    expect(await sandbox.renewDue(clock.now())).toEqual({ changed: 0, delivered: 0, failed: 0 });
    clock.advance(1);
    expect(await sandbox.renewDue(clock.now())).toEqual({ changed: 1, delivered: 2, failed: 0 });
    expect(await sandbox.renewDue(clock.now())).toEqual({ changed: 0, delivered: 0, failed: 0 });
    expect(await receipts()).toHaveLength(2);
  });

  test('catches up on years, two at a time', async () => {
    const { sandbox, clock, subscribe, subscription, receipts } = openAt('2020-02-29T12:00:00.000Z');
    await subscribe();
    advanceTo(clock, '2024-03-15T00:00:00.000Z');
    const invoiced: number[] = [];
    for (let call = 0; call < 4; call += 1) {
      await sandbox.renewDue(clock.now());
      invoiced.push((await receipts()).length);
    }
    expect(invoiced).toEqual([25, 49, 49, 49]);
    expect(isoText((await subscription()).currentPeriodEnd)).toBe('2024-03-29T12:00:00.000Z');
  });

  test('periods follow one another without a gap, whatever the first day', async () => {
    const starts = fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(starts, fc.integer({ min: 1, max: 23 }), async (start, months) => {
        const { sandbox, clock, subscribe, receipts } = openAt(instant(start.getTime()));
        await subscribe();
        clock.advance(months * 32 * DAY_MS);
        await sandbox.renewDue(clock.now());
        const all = await receipts();
        expect(all.length).toBeGreaterThan(months);
        for (const [index, { lines }] of all.entries()) {
          const { serviceFrom, serviceUntil } = lines[0]!;
          expect(serviceFrom).toBe(index === 0 ? start.getTime() : all[index - 1]!.lines[0]!.serviceUntil);
          expect([28, 29, 30, 31]).toContain((serviceUntil - serviceFrom) / DAY_MS);
          expect(new Date(serviceUntil).getUTCDate()).toBeLessThanOrEqual(start.getUTCDate());
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe("the sandbox's ends", () => {
  test('cancelled at the end of the period: lasts until then, and is not renewed', async () => {
    const { sandbox, clock, subscribe, subscription, receipts, events } = openAt('2026-11-20T12:00:00.000Z');
    await subscribe();
    expect(await sandbox.cancelSubscription(FAN, 'period_end')).toEqual(DONE);
    expect(await sandbox.cancelSubscription(FAN, 'period_end')).toEqual(DONE);
    expect(events.filter(({ type }) => type === 'customer.subscription.updated')).toHaveLength(1);
    expect(await subscription()).toMatchObject({ status: 'active', cancelAtPeriodEnd: true, endedAt: null });

    advanceTo(clock, '2027-01-05T00:00:00.000Z');
    await sandbox.renewDue(clock.now());
    expect(await subscription()).toMatchObject({
      status: 'canceled',
      endedAt: Date.parse('2026-12-20T12:00:00.000Z'),
    });
    expect(await receipts()).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('customer.subscription.deleted');
  });

  test('past due for a week, then canceled as of then; its invoice is no receipt', async () => {
    const { sandbox, clock, subscribe, subscription, receipts, events, fetch } = openAt('2026-11-20T12:00:00.000Z');
    await subscribe();
    expect(await sandbox.becomePastDue(FAN)).toEqual(DONE);
    const since = clock.now();
    const { object } = events.find(({ type }) => type === 'invoice.payment_failed')!;
    expect(await fetch(object)).toMatchObject({ receipt: null, subscriptionId: (await subscription()).id });

    clock.advance(7 * DAY_MS - 1);
    await sandbox.renewDue(clock.now());
    expect(await subscription()).toMatchObject({ status: 'past_due', pastDueSince: since });
    clock.advance(HOUR_MS);
    await sandbox.renewDue(clock.now());
    expect(await subscription()).toMatchObject({ status: 'canceled', endedAt: after(since, 7 * DAY_MS) });
    expect(await receipts()).toHaveLength(1);
    expect(await sandbox.becomePastDue(FAN)).toEqual(failed('no_subscription'));
  });

  test('who is past due and subscribes anew has only the new one', async () => {
    const { sandbox, events, subscribe, subscription } = openAt('2026-11-20T12:00:00.000Z');
    await subscribe();
    await sandbox.becomePastDue(FAN);
    await subscribe();
    const deleted = events.filter(({ type }) => type === 'customer.subscription.deleted');
    expect(deleted).toHaveLength(1);
    expect(await subscription()).toMatchObject({ status: 'active' });
    expect((await subscription()).id).not.toBe(deleted[0]?.object?.id);
  });

  test('gives back the latest payment once, and says where there was none', async () => {
    const { sandbox, clock, subscribe, receipts, events } = openAt('2026-11-20T12:00:00.000Z');
    expect(await sandbox.refund(FAN)).toEqual(failed('no_subscription'));
    await subscribe();
    clock.advance(31 * DAY_MS);
    await sandbox.renewDue(clock.now());
    expect(await sandbox.refund(FAN)).toEqual(DONE);
    expect(await sandbox.refund(FAN)).toEqual(DONE);
    expect((await receipts()).map(({ refunded }) => refunded)).toEqual([0n, 10_000_000n]);
    const refunds = events.filter(({ type }) => type === 'charge.refunded');
    expect(refunds.map(({ object }) => object?.kind)).toEqual(['invoice']);
  });
});

describe("the sandbox's sessions", () => {
  test('each deed has its own refusal', async () => {
    const { sandbox, clock, openSession } = openAt('2026-11-20T12:00:00.000Z');
    const [quit, paid, left, late] = [
      await openSession(),
      await openSession(),
      await openSession(),
      await openSession(),
    ];
    expect(await sandbox.cancelCheckout(quit)).toEqual(DONE);
    expect(await sandbox.cancelCheckout(quit)).toEqual(DONE);
    expect(await sandbox.pay(quit)).toEqual(failed('session_closed'));
    expect(await sandbox.pay(paid)).toEqual(DONE);
    expect(await sandbox.cancelCheckout(paid)).toEqual(failed('session_closed'));
    expect(await sandbox.pay(left)).toEqual(failed('already_subscribed'));
    clock.advance(DAY_MS);
    expect(await sandbox.pay(late)).toEqual(failed('session_expired'));
    expect(await sandbox.cancelCheckout(late)).toEqual(failed('session_expired'));
    expect(await sandbox.cancelCheckout(`${late.slice(0, -1)}x`)).toEqual(failed('unknown_session'));
    const unopened = late.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await sandbox.pay(unopened)).toEqual(failed('unknown_session'));
  });

  test('what nobody paid in time is closed, and the app hears of it once', async () => {
    const { sandbox, clock, openSession, events } = openAt('2026-11-20T12:00:00.000Z');
    const sessionId = await openSession();
    clock.advance(DAY_MS);
    await sandbox.renewDue(clock.now());
    await sandbox.renewDue(clock.now());
    expect(events).toMatchObject([{ type: 'checkout.session.expired', object: { kind: 'checkout', id: sessionId } }]);
  });

  test('an event that waited is signed anew, and still says when it happened', async () => {
    const scratch = scratchDirectory();
    scratches.push(scratch);
    const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));
    let appIsUp = false;
    const seen: { readonly header: string; readonly created: number }[] = [];
    const sandbox = sandboxPayments({
      directory: scratch.path,
      publicUrl: 'http://127.0.0.1:3000',
      signingSecret: SECRET,
      clock,
      ids: { uuid: () => randomUUID() },
      deliver: async (body, header) => {
        seen.push({ header, created: JSON.parse(new TextDecoder().decode(body)).created });
        return appIsUp;
      },
    });
    const attempt = { id: randomUUID() as CheckoutId, userId: FAN, createdAt: clock.now(), hosted: null };
    const opened = await sandbox.gateway.openCheckout({ ...attempt, closedAt: null }, CUSTOMER);
    await sandbox.cancelCheckout(opened.ok ? opened.value.sessionId : '');
    clock.advance(HOUR_MS);
    appIsUp = true;
    await sandbox.deliverPending();
    expect(seen.map(({ created }) => created)).toEqual([seen[0]!.created, seen[0]!.created]);
    expect(seen.map(({ header }) => Number(/^t=(\d+),/.exec(header)![1]))).toEqual([
      seen[0]!.created,
      seen[0]!.created + HOUR_MS / SECOND_MS,
    ]);
  });
});
