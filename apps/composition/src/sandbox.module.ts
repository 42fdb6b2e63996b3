import { join } from 'node:path';
import { type Deliver, sandboxPayments } from '@backline/sandbox-payments';
import { ContainerModule } from 'inversify';
import type { Config } from './config.ts';
import type { LocalAddress } from './local-address.ts';
import { sandboxPages } from './sandbox-pages.ts';
import { keptSecret } from './secrets.ts';
import { TOKENS } from './tokens.ts';

const DELIVERY_TIMEOUT_MS = 5_000;

/** Payments without an account at a provider; `readConfig` wants Stripe's keys in production. */
export const sandboxPaymentsModule = ({ dataDir, publicUrl }: Config, deliver: Deliver | undefined): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.desk)
      .toResolvedValue(
        (clock, ids, address) =>
          sandboxPayments({
            directory: join(dataDir, 'sandbox-payments'),
            publicUrl,
            signingSecret: keptSecret(dataDir, 'sandbox-webhook-secret'),
            clock,
            ids,
            deliver: deliver ?? postTo(address),
          }),
        [TOKENS.clock, TOKENS.ids, TOKENS.localAddress],
      )
      .inSingletonScope();
    bind(TOKENS.sandboxPages).toResolvedValue(sandboxPages, [TOKENS.desk]).inSingletonScope();
    bind(TOKENS.sandbox).toResolvedValue((sandbox) => sandbox, [TOKENS.desk]);
    bind(TOKENS.payments).toResolvedValue((sandbox) => sandbox, [TOKENS.desk]);
  });

/** By the same route as any provider's events. False when the app is not there to take it: then it is tried again. */
const postTo =
  (address: LocalAddress): Deliver =>
  (body, signature) =>
    fetch(`${address.url()}/webhooks/stripe`, {
      method: 'POST',
      body: Buffer.from(body),
      headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
      signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
    }).then(
      ({ ok }) => ok,
      () => false,
    );
