import { ContainerModule } from 'inversify';
import { stripePayments } from '@backline/stripe';
import type { Config } from './config.ts';
import type { StripeConfig } from './stripe-config.ts';
import { TOKENS } from './tokens.ts';

/** Real money, or test mode's. */
export const stripePaymentsModule = (stripe: StripeConfig, { publicUrl }: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.stripe)
      .toResolvedValue(
        (clock, log) =>
          stripePayments({ ...stripe, publicUrl, clock, warn: (message, detail) => log.warn(detail, message) }),
        [TOKENS.clock, TOKENS.log],
      )
      .inSingletonScope();
    bind(TOKENS.payments).toResolvedValue((payments) => payments, [TOKENS.stripe]);
    bind(TOKENS.circuit).toResolvedValue((payments) => ({ name: 'stripe', ...payments.circuit }), [TOKENS.stripe]);
    bind(TOKENS.remoteCheck).toResolvedValue(
      (payments) => ({ name: 'payments', required: false, run: payments.check }),
      [TOKENS.stripe],
    );
    bind(TOKENS.sandbox).toConstantValue(null);
    bind(TOKENS.sandboxPages).toConstantValue(null);
  });
