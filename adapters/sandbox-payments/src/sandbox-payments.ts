import type { Clock, Ids } from '@backline/core/kernel';
import type { PayoutGateway } from '@backline/core/payout';
import type { PaymentGateway, WebhookVerifier } from '@backline/core/subscriptions';
import { accountStore } from './account-store.ts';
import { type SandboxDesk, sandboxDesk } from './desk.ts';
import { type Deliver, eventDelivery } from './event-delivery.ts';
import { sandboxPaymentGateway } from './gateway.ts';
import { sandboxPayoutGateway } from './payout-gateway.ts';
import { sandboxWebhookVerifier } from './webhook-verifier.ts';

export type SandboxPaymentsOptions = {
  /** Made where it is missing. Several processes of one machine may share it. */
  readonly directory: string;
  /** How a browser reaches the app, e.g. `http://127.0.0.1:3000`. */
  readonly publicUrl: string;
  readonly signingSecret: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly deliver: Deliver;
};

export type SandboxPayments = SandboxDesk & {
  readonly gateway: PaymentGateway;
  readonly payoutGateway: PayoutGateway;
  readonly verifier: WebhookVerifier;
};

/** A payment provider on the local disk, for whoever tries the platform without an account at a real one. */
export const sandboxPayments = (options: SandboxPaymentsOptions): SandboxPayments => {
  const store = accountStore(options.directory);
  const delivery = eventDelivery({ ...options, store });
  return {
    gateway: sandboxPaymentGateway({ ...options, store, delivery }),
    payoutGateway: sandboxPayoutGateway({ ...options, store }),
    verifier: sandboxWebhookVerifier(options.signingSecret),
    ...sandboxDesk({ ...options, store, delivery }),
  };
};
