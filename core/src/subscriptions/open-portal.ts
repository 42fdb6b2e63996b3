import type { UserId } from '../accounts/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import type { NotACustomer, PaymentsAway } from './errors.ts';
import type { SubscriptionPorts } from './ports.ts';

/** Where a fan changes card, cancels, or reads invoices. */
export const openPortal =
  ({ uow, paymentGateway }: SubscriptionPorts) =>
  async (userId: UserId): Promise<Result<{ readonly url: string }, NotACustomer | PaymentsAway>> => {
    const { value: customer } = await uow.run(async ({ customers }) => ok(await customers.find(userId)));
    return customer === null ? err({ code: 'not_a_customer' }) : paymentGateway.openPortal(customer);
  };
