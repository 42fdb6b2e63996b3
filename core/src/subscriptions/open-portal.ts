import type { UserId } from '../accounts/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import type { NotACustomer, PaymentsAway } from './errors.ts';
import { forgetCustomer } from './forget-customer.ts';
import type { SubscriptionPorts } from './ports.ts';

/** Where a fan changes card, cancels, or reads invoices. */
export const openPortal =
  (ports: SubscriptionPorts) =>
  async (userId: UserId): Promise<Result<{ readonly url: string }, NotACustomer | PaymentsAway>> => {
    const { value: customer } = await ports.uow.run(async ({ customers }) => ok(await customers.find(userId)));
    if (customer === null) return err({ code: 'not_a_customer' });
    const opened = await ports.paymentGateway.openPortal(customer);
    if (opened.ok) return opened;
    if (opened.error.code === 'payments_away') return err(opened.error);
    await forgetCustomer(ports, userId);
    return err({ code: 'not_a_customer' });
  };
