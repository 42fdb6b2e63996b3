import { type Clock, type Currency, MINUTE_MS, type Result, err, invariant, money, ok } from '@backline/core/kernel';
import type {
  GatewayTransfer,
  GatewayTransferId,
  Payee,
  PayoutAccountId,
  PayoutGateway,
  TransferFailure,
  TransferOrder,
} from '@backline/core/payout';
import type { PaymentsAway } from '@backline/core/subscriptions';
import { Stripe } from 'stripe';
import type { StripeCircuit } from './circuit.ts';
import { isIdOf, userMetadata } from './ids.ts';
import { amountOf, currencyOf, microsOf } from './minor-units.ts';
import { shaped } from './shape.ts';
import { ACCOUNT, ACCOUNT_LINK, TRANSFER, pageShape } from './shapes.ts';
import type { Warn } from './warn.ts';

/** For those who ask at the same time; Stripe keeps a key with its answer for a day, a 500 too. */
const KEY_MS = 10 * MINUTE_MS;

/** What a key of ours stands for, in the place of an answer that Stripe refuses to give. */
type Refused = { readonly refused: TransferFailure };

/** Stripe Connect: each artist has an Express account, and earnings are transferred to it. */
export const stripePayoutGateway = (options: {
  readonly stripe: Stripe;
  readonly circuit: StripeCircuit;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly warn: Warn;
}): PayoutGateway => {
  const { stripe, circuit, publicUrl, clock, warn } = options;

  const demand = async <T>(question: () => Promise<T>): Promise<Result<T, PaymentsAway>> => {
    const answer = await circuit.ask(question);
    if (!answer.ok) return answer;
    invariant(answer.value !== null, 'Stripe does not have what was asked of it');
    return ok(answer.value);
  };

  const toOurs = (transfer: Stripe.Transfer): GatewayTransfer => {
    const { id, transfer_group, amount, amount_reversed, currency, reversed } = shaped(transfer, TRANSFER, 'transfer');
    if (amount_reversed > 0 && !reversed)
      warn('a transfer came back in part: nothing is booked until all of it has', { transfer: id, amount_reversed });
    const of = currencyOf(currency);
    return {
      id: id as GatewayTransferId,
      transferGroup: transfer_group,
      amount: money(microsOf(amount, of), of),
      reversed,
    };
  };

  return {
    openAccount: ({ artistId, email }: Payee) =>
      demand(async () => {
        const account = await stripe.accounts.create(
          {
            type: 'express',
            email,
            capabilities: { transfers: { requested: true } },
            metadata: userMetadata(artistId),
          },
          { idempotencyKey: `backline-payee-${artistId}-${Math.floor(clock.now() / KEY_MS)}` },
        );
        return shaped(account, ACCOUNT, 'account').id as PayoutAccountId;
      }),
    openOnboarding: async (account) => {
      if (!isIdOf('acct', account)) return err({ code: 'payout_account_gone' });
      const opened = await demand(() =>
        unlessGone(async () => {
          const link = await stripe.accountLinks.create({
            account,
            type: 'account_onboarding',
            refresh_url: `${publicUrl}/payouts/onboarding/expired`,
            return_url: `${publicUrl}/payouts/onboarding/done`,
          });
          return { url: shaped(link, ACCOUNT_LINK, 'link').url };
        }),
      );
      if (!opened.ok) return opened;
      return opened.value === 'gone' ? err({ code: 'payout_account_gone' }) : ok(opened.value);
    },
    isOnboarded: async (id) => {
      if (!isIdOf('acct', id)) return ok(false);
      const asked = await circuit.ask(() =>
        unlessGone(async () => shaped(await stripe.accounts.retrieve(id), ACCOUNT, 'account')),
      );
      return asked.ok ? ok(asked.value !== null && asked.value !== 'gone' && canBePaid(asked.value)) : asked;
    },
    transfer: async (order) => {
      if (!isIdOf('acct', order.destination)) return err({ code: 'transfer_refused', reason: 'account-refused' });
      const asked = await demand(() => unlessRefused(() => create(stripe, order)));
      if (!asked.ok) return asked;
      if ('refused' in asked.value) return err({ code: 'transfer_refused', reason: asked.value.refused });
      return ok(toOurs(asked.value));
    },
    findTransfer: ({ transferGroup }) =>
      demand(async () => {
        const page = await stripe.transfers.list({ transfer_group: transferGroup, limit: 2 });
        const [found, second] = shaped(page, pageShape(TRANSFER), 'transfers').data;
        invariant(second === undefined, `${transferGroup} was sent twice`);
        return { found: found === undefined ? null : toOurs(found) };
      }).then((asked) => (asked.ok ? ok(asked.value.found) : asked)),
    fetchTransfer: async (id) => {
      if (!isIdOf('tr', id)) return ok(null);
      return circuit.ask(async () => toOurs(await stripe.transfers.retrieve(id)));
    },
  };
};

/** That it takes transfers, and that Stripe pays out what it was sent. */
const canBePaid = ({ capabilities, payouts_enabled }: Stripe.Account): boolean =>
  payouts_enabled && capabilities?.transfers === 'active';

const create = async (stripe: Stripe, { destination, net, transferGroup, idempotencyKey }: TransferOrder) =>
  stripe.transfers.create(
    {
      amount: wholeAmount(net.micros, net.currency),
      currency: net.currency.toLowerCase(),
      destination,
      transfer_group: transferGroup,
    },
    { idempotencyKey },
  );

const wholeAmount = (micros: TransferOrder['net']['micros'], of: Currency): number => {
  const amount = amountOf(micros, of);
  invariant(amount !== null && amount > 0, `${micros} ${of} can't be transferred`);
  return amount;
};

/** What Stripe finds wrong with a transfer is for good: under its key it is never sent. */
const unlessRefused = async (question: () => Promise<Stripe.Transfer>): Promise<Stripe.Transfer | Refused> => {
  try {
    return await question();
  } catch (thrown) {
    if (!(thrown instanceof Stripe.errors.StripeInvalidRequestError)) throw thrown;
    return { refused: failureOf(thrown) };
  }
};

const failureOf = ({ code, param }: Stripe.errors.StripeInvalidRequestError): TransferFailure => {
  if (code === 'balance_insufficient') return 'funds-short';
  if (code === 'insufficient_capabilities_for_transfer' || code === 'account_invalid') return 'account-refused';
  return code === 'resource_missing' && param === 'destination' ? 'account-refused' : 'refused';
};

/** Stripe answers 403 about an account that it does not have, since it might be another platform's. */
const unlessGone = async <T>(question: () => Promise<T>): Promise<T | 'gone'> => {
  try {
    return await question();
  } catch (thrown) {
    if (thrown instanceof Stripe.errors.StripeError && GONE.has(thrown.code ?? '')) return 'gone';
    throw thrown;
  }
};

const GONE: ReadonlySet<string> = new Set(['account_invalid', 'resource_missing']);
