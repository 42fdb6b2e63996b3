import { instant } from '@backline/core/kernel';
import { memoryPayments, steppingClock } from '@backline/memory';
import { paymentGatewaySuite } from '../suites/payment-gateway.ts';
import { webhookVerifierSuite } from '../suites/webhook-verifier.ts';

const close = async (): Promise<void> => undefined;

paymentGatewaySuite('memory', async () => {
  const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));
  const payments = memoryPayments(clock);
  return { gateway: payments.paymentGateway, clock, pay: async (sessionId) => void payments.pay(sessionId), close };
});

webhookVerifierSuite('memory', () => {
  let now = instant(0);
  const payments = memoryPayments({ now: () => now });
  return {
    verifier: payments.webhookVerifier,
    signed: (at, invoice) => {
      now = at;
      const object = { kind: 'invoice', id: invoice } as const;
      const { eventId, body, signature } = payments.event(object);
      return { body, signature, event: { id: eventId, type: 'invoice.changed', object, createdAt: at } };
    },
  };
});
