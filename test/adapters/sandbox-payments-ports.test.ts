import { randomUUID } from 'node:crypto';
import { SECOND_MS, instant } from '@backline/core/kernel';
import type { EventId } from '@backline/core/subscriptions';
import { steppingClock } from '@backline/memory';
import { sandboxPayments, signatureHeader } from '@backline/sandbox-payments';
import { paymentGatewaySuite } from '../suites/payment-gateway.ts';
import { webhookVerifierSuite } from '../suites/webhook-verifier.ts';
import { scratchDirectory } from '../support/scratch.ts';

const SECRET = 'a secret of the sandbox';

const openSandbox = () => {
  const scratch = scratchDirectory();
  const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));
  const sandbox = sandboxPayments({
    directory: scratch.path,
    publicUrl: 'http://127.0.0.1:3000/',
    signingSecret: SECRET,
    clock,
    ids: { uuid: () => randomUUID() },
    deliver: async () => true,
  });
  return { sandbox, clock, scratch };
};

paymentGatewaySuite('the sandbox', async () => {
  const { sandbox, clock, scratch } = openSandbox();
  return {
    gateway: sandbox.gateway,
    clock,
    pay: async (sessionId) => {
      const paid = await sandbox.pay(sessionId);
      if (!paid.ok) throw new Error(paid.error.code);
    },
    close: async () => scratch.remove(),
  };
});

webhookVerifierSuite('the sandbox', () => {
  const { sandbox, scratch } = openSandbox();
  scratch.remove();
  return {
    verifier: sandbox.verifier,
    signed: (at, invoice) => {
      const event = { id: `evt_${invoice}` as EventId, type: 'invoice.paid', created: at / SECOND_MS };
      const data = { object: { id: invoice, object: 'invoice' } };
      const body = new TextEncoder().encode(JSON.stringify({ ...event, object: 'event', data }));
      return {
        body,
        signature: signatureHeader(body, SECRET, at),
        event: { id: event.id, type: event.type, object: { kind: 'invoice', id: invoice }, createdAt: at },
      };
    },
  };
});
