import type { UserId } from '../accounts/index.ts';
import { type Result, err, invariant, ok } from '../kernel/index.ts';
import { type Checkout, type CheckoutId, type HostedCheckout, isOpen } from './checkout.ts';
import type { CustomerId } from './customer.ts';
import type { AlreadySubscribed, PaymentsAway } from './errors.ts';
import type { SubscriptionPorts } from './ports.ts';
import { forgetCustomer } from './forget-customer.ts';
import { entitles } from './subscription.ts';

/** However often a user asks: one customer, one open checkout, and none for a subscriber. */
export const startCheckout =
  (ports: SubscriptionPorts) =>
  async (userId: UserId): Promise<Result<HostedCheckout, AlreadySubscribed | PaymentsAway>> => {
    const begun = await beginAttempt(ports, userId);
    if (!begun.ok) return begun;
    const { attempt } = begun.value;
    if (attempt.hosted !== null) return ok(attempt.hosted);

    const hosted = await open(ports, attempt, begun.value.customer);
    if (!hosted.ok) return hosted;
    await ports.uow.run(async ({ subscriptions, checkouts }) => {
      await subscriptions.lockUser(userId);
      const latest = await checkouts.latestOf(userId);
      if (latest?.id === attempt.id && latest.hosted === null)
        await checkouts.save({ ...latest, hosted: hosted.value });
      return ok(null);
    });
    return hosted;
  };

/** For who is a customer, becomes one now, or has been forgotten by the provider and becomes one again. */
const open = async (
  ports: SubscriptionPorts,
  attempt: Checkout,
  known: CustomerId | null,
): Promise<Result<HostedCheckout, PaymentsAway>> => {
  const customer = known === null ? await becomeCustomer(ports, attempt.userId) : ok(known);
  if (!customer.ok) return customer;
  const hosted = await ports.paymentGateway.openCheckout(attempt, customer.value);
  if (hosted.ok) return hosted;
  if (hosted.error.code === 'payments_away') return err(hosted.error);
  invariant(known !== null, 'a new customer is there');
  await forgetCustomer(ports, attempt.userId);
  return open(ports, attempt, null);
};

type Begun = { readonly attempt: Checkout; readonly customer: CustomerId | null };

/** Stores the attempt, and with it the idempotency key, before the provider hears of it. */
const beginAttempt = (
  { uow, clock, ids }: SubscriptionPorts,
  userId: UserId,
): Promise<Result<Begun, AlreadySubscribed>> =>
  uow.run(async ({ subscriptions, customers, checkouts }) => {
    await subscriptions.lockUser(userId);
    const now = clock.now();
    if ((await subscriptions.allOf(userId)).some((each) => entitles(each, now)))
      return err({ code: 'already_subscribed' as const });
    const customer = await customers.find(userId);
    const latest = await checkouts.latestOf(userId);
    if (latest !== null && isOpen(latest, now)) return ok({ attempt: latest, customer });

    const attempt: Checkout = { id: ids.uuid() as CheckoutId, userId, createdAt: now, hosted: null, closedAt: null };
    await checkouts.save(attempt);
    return ok({ attempt, customer });
  });

const becomeCustomer = async (
  { uow, accounts, paymentGateway }: SubscriptionPorts,
  userId: UserId,
): Promise<Result<CustomerId, PaymentsAway>> => {
  const account = await accounts.account(userId);
  invariant(account !== null, 'who subscribes has an account');
  const customer = await paymentGateway.customerFor({ userId, email: account.email });
  if (!customer.ok) return customer;
  await uow.run(async ({ customers }) => ok(await customers.keep(userId, customer.value)));
  return customer;
};
