import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, type Instant, SECOND_MS, after, before, instant } from '@backline/core/kernel';
import type { Checkout, CheckoutId, ObjectRef, WebhookEvent } from '@backline/core/subscriptions';
import { type SteppingClock, sequentialIds, steppingClock } from '@backline/memory';
import { type SandboxPayments, renderCheckoutPage, sandboxPayments, signatureHeader } from '@backline/sandbox-payments';
import { CUSTOMER } from '../suites/samples.ts';

const NOW = instant(Date.parse('2026-01-31T12:00:00Z'));
const FAN = 7 as UserId;
const SECRET = 'a secret of the sandbox';

const attempt = (id: string): Checkout => ({
  id: id as CheckoutId,
  userId: FAN,
  createdAt: NOW,
  hosted: null,
  closedAt: null,
});

let directory: string;
let clock: SteppingClock;
let appIsUp: boolean;
let delivered: WebhookEvent[];
let sandbox: SandboxPayments;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'backline-sandbox-'));
  clock = steppingClock(NOW);
  appIsUp = true;
  delivered = [];
  sandbox = sandboxPayments({
    directory,
    publicUrl: 'http://127.0.0.1:3000',
    signingSecret: SECRET,
    clock,
    ids: sequentialIds(),
    deliver: async (body, signature) => {
      if (!appIsUp) return false;
      const verified = sandbox.verifier.verify(body, signature, clock.now());
      if (verified.ok) delivered.push(verified.value);
      return verified.ok;
    },
  });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const value = <T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const subscribe = async (): Promise<string> => {
  const { sessionId } = value(await sandbox.gateway.openCheckout(attempt('first'), CUSTOMER));
  value(await sandbox.pay(sessionId));
  return sessionId;
};

const subscription = async () => {
  const { object } = delivered.findLast((event) => event.object?.kind === 'subscription')!;
  const fetched = value(await sandbox.gateway.fetch(object as ObjectRef));
  return fetched.kind === 'subscription' ? fetched.snapshot! : null!;
};

const paidInvoices = (): readonly WebhookEvent[] => delivered.filter(({ type }) => type === 'invoice.paid');

describe('the sandbox', () => {
  test('gives one attempt one session, also when it is asked for several times at once', async () => {
    const opened = await Promise.all(
      Array.from({ length: 5 }, () => sandbox.gateway.openCheckout(attempt('first'), CUSTOMER)),
    );
    expect(new Set(opened.map((each) => value(each).sessionId)).size).toBe(1);
    expect(value(await sandbox.gateway.openCheckout(attempt('second'), CUSTOMER)).sessionId).not.toBe(
      value(opened[0]!).sessionId,
    );
  });

  test('paying twice is paying once', async () => {
    const sessionId = await subscribe();
    await sandbox.pay(sessionId);
    expect(paidInvoices()).toHaveLength(1);
    expect(await sandbox.checkout(sessionId)).toMatchObject({ status: 'paid', priceText: '$10.00' });
    expect(await subscription()).toMatchObject({ userId: FAN, status: 'active', cancelAtPeriodEnd: false });
  });

  test('a session that nobody opened can neither be shown nor paid', async () => {
    expect(await sandbox.checkout('cs_sandbox_made_up')).toBeNull();
    expect(await sandbox.pay('cs_sandbox_made_up')).toMatchObject({ ok: false });
    expect(await sandbox.pay('../../etc/passwd')).toMatchObject({ ok: false });
  });

  test('a receipt has what was paid, the usual fee, and the month that it is for', async () => {
    await subscribe();
    const fetched = value(await sandbox.gateway.fetch(paidInvoices()[0]!.object as ObjectRef));
    expect(fetched).toMatchObject({
      kind: 'invoice',
      receipt: {
        userId: FAN,
        paid: { currency: 'USD', micros: 10_000_000n },
        fee: 590_000n,
        refunded: 0n,
        lines: [{ amount: 10_000_000n, serviceFrom: NOW }],
      },
    });
    value(await sandbox.refund(FAN));
    expect(value(await sandbox.gateway.fetch(paidInvoices()[0]!.object as ObjectRef))).toMatchObject({
      receipt: { refunded: 10_000_000n },
    });
  });

  test('what the app did not take is told again later, under the same id', async () => {
    appIsUp = false;
    await subscribe();
    expect(delivered).toEqual([]);
    clock.advance(DAY_MS);
    appIsUp = true;
    await sandbox.deliverPending();
    const first = delivered.map(({ id }) => id);
    expect(new Set(delivered.map(({ type }) => type))).toContain('invoice.paid');
    await sandbox.deliverPending();
    expect(delivered.map(({ id }) => id)).toEqual(first);
  });

  test('renews by the calendar, each month once', async () => {
    await subscribe();
    const ends = [(await subscription()).currentPeriodEnd];
    for (let month = 0; month < 3; month += 1) {
      clock.advance(ends.at(-1)! - clock.now());
      await sandbox.renewDue(clock.now());
      await sandbox.renewDue(clock.now());
      ends.push((await subscription()).currentPeriodEnd);
    }
    expect(ends.map((at) => new Date(at).toISOString().slice(0, 10))).toEqual([
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2026-05-31',
    ]);
    expect(paidInvoices()).toHaveLength(4);
  });

  test('a charge that is refused makes it past due, and after a week it ends', async () => {
    await subscribe();
    value(await sandbox.becomePastDue(FAN));
    expect(await subscription()).toMatchObject({ status: 'past_due', pastDueSince: NOW });
    clock.advance(8 * DAY_MS);
    await sandbox.renewDue(clock.now());
    expect(['canceled', 'unpaid']).toContain((await subscription()).status);
  });

  test('cancelling ends it; where there is nothing, that is said', async () => {
    expect(await sandbox.cancelSubscription(FAN)).toEqual({ ok: false, error: { code: 'no_subscription' } });
    await subscribe();
    value(await sandbox.cancelSubscription(FAN));
    expect(await subscription()).toMatchObject({ status: 'canceled', endedAt: NOW });
  });

  test('another process on the same folder goes on where this one stopped', async () => {
    const sessionId = await subscribe();
    const other = sandboxPayments({
      directory,
      publicUrl: 'http://x',
      signingSecret: SECRET,
      clock,
      ids: sequentialIds(),
      deliver: async () => true,
    });
    expect(await other.checkout(sessionId)).toMatchObject({ status: 'paid' });
  });
});

describe("the sandbox's signatures", () => {
  const body = new TextEncoder().encode(
    JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type: 'invoice.paid',
      created: NOW / SECOND_MS,
      data: { object: { id: 'in_1', object: 'invoice' } },
    }),
  );
  const good = signatureHeader(body, SECRET, NOW);
  const verify = (bytes: Uint8Array, header: string | undefined, at: Instant = NOW) =>
    sandbox.verifier.verify(bytes, header, at);
  const changed = Uint8Array.from(body, (byte, index) => (index === 20 ? byte ^ 1 : byte));

  test('a genuine event is taken, with several signatures too', () => {
    expect(verify(body, good)).toMatchObject({
      ok: true,
      value: { id: 'evt_1', object: { kind: 'invoice', id: 'in_1' } },
    });
    expect(verify(body, good.replace(',v1=', `,v1=${'0'.repeat(64)},v1=`))).toMatchObject({ ok: true });
    expect(verify(body, good, after(NOW, 300 * SECOND_MS))).toMatchObject({ ok: true });
  });

  test.each([
    ['no header', body, undefined, NOW, 'missing'],
    ['another secret', body, signatureHeader(body, 'another secret', NOW), NOW, 'forged'],
    ['a changed byte', changed, good, NOW, 'forged'],
    ['the body of another event', new TextEncoder().encode('{}'), good, NOW, 'forged'],
    ['only an old scheme', body, good.replace('v1=', 'v0='), NOW, null],
    ['301 seconds old', body, good, after(NOW, 301 * SECOND_MS), 'stale'],
    ['a day ahead', body, good, before(NOW, DAY_MS), 'stale'],
    ['a huge header', body, `t=1,${'v1=00,'.repeat(50_000)}`, NOW, null],
    ['an empty header', body, '', NOW, null],
  ] as const)('%s is refused', (_what, bytes, header, at, reason) => {
    const verified = verify(bytes, header, at);
    expect(verified).toMatchObject({
      ok: false,
      error: { code: 'bad_signature', ...(reason === null ? {} : { reason }) },
    });
  });

  test('an event that is no event is refused though its signature is good', () => {
    for (const text of ['[]', '{"id":1}', 'null', '{'])
      expect(
        verify(new TextEncoder().encode(text), signatureHeader(new TextEncoder().encode(text), SECRET, NOW)),
      ).toMatchObject({
        ok: false,
        error: { reason: 'malformed' },
      });
  });
});

describe("the sandbox's checkout page", () => {
  test.each(['open', 'paid', 'cancelled', 'expired'] as const)(
    '%s: says the price, that no money moves, and has no script',
    (status) => {
      const page = renderCheckoutPage({
        sessionId: '"><script>alert(1)</script>',
        userId: FAN,
        status,
        priceText: '$10.00',
        expiresAt: NOW,
      });
      expect(page).toContain('no money moves');
      expect(page).not.toMatch(/<script|javascript:|https?:\/\/(?!www\.w3\.org)/i);
      expect(page.includes('value="pay"')).toBe(status === 'open');
    },
  );
});
