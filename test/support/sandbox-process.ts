import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { instant } from '@backline/core/kernel';
import type { UserId } from '@backline/core/accounts';
import type { CheckoutId, CustomerId } from '@backline/core/subscriptions';
import { sandboxPayments } from '@backline/sandbox-payments';

/**
 * A process of its own with the sandbox: `node sandbox-process.ts <folder> <deed> <id>`. It says `ready`, waits for a
 * line, does the deed and writes what came of it as JSON. With `pay-and-die` it kills itself at the first event.
 */
const [, , directory = '', deed = '', id = ''] = process.argv;

const CUSTOMER = 'cus_1' as CustomerId;

const delivered: string[] = [];
const sandbox = sandboxPayments({
  directory,
  publicUrl: 'http://127.0.0.1:3000',
  signingSecret: 'a secret of the sandbox',
  clock: { now: () => instant(Date.now()) },
  ids: { uuid: () => randomUUID() },
  deliver: async (body) => {
    if (deed === 'pay-and-die') process.kill(process.pid, 'SIGKILL');
    delivered.push(String(JSON.parse(new TextDecoder().decode(body)).id));
    return true;
  },
});

const attempt = (attemptId: string) => ({
  id: attemptId as CheckoutId,
  userId: 7 as UserId,
  createdAt: instant(Date.now()),
  hosted: null,
  closedAt: null,
});

const DEEDS: { readonly [deed: string]: () => Promise<unknown> } = {
  open: async () =>
    (await Promise.all([1, 2, 3].map(() => sandbox.gateway.openCheckout(attempt(id), CUSTOMER)))).flat(),
  'open-many': () =>
    Promise.all([1, 2, 3, 4].map((n) => sandbox.gateway.openCheckout(attempt(`${id}-${n}`), CUSTOMER))),
  pay: () => sandbox.pay(id),
  'pay-and-die': () => sandbox.pay(id),
};

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const outcome = await DEEDS[deed]?.();
process.stdout.write(`${JSON.stringify({ outcome, delivered })}\n`, () => process.exit());
