import { type Result, ok } from '../kernel/index.ts';
import type { BadSignature } from './errors.ts';
import type { SubscriptionPorts } from './ports.ts';

/** Keeps a genuine event durably, once; the worker applies it. */
export const receiveWebhook =
  ({ uow, webhookVerifier, clock }: SubscriptionPorts) =>
  async (body: Uint8Array, signature: string | undefined): Promise<Result<null, BadSignature>> => {
    const now = clock.now();
    const verified = webhookVerifier.verify(body, signature, now);
    if (!verified.ok) return verified;
    const event = verified.value;

    return uow.run(async ({ inbox, outbox }) => {
      if (await inbox.insert(event, now))
        await outbox.append({ type: 'subscriptions.webhook_received', eventId: event.id, occurredAt: now });
      return ok(null);
    });
  };
