import type { UserId } from '../accounts/index.ts';
import { ok } from '../kernel/index.ts';
import type { SubscriptionPorts } from './ports.ts';

/** Of whom the provider knows nothing any more. */
export const forgetCustomer = async ({ uow }: SubscriptionPorts, userId: UserId): Promise<void> => {
  await uow.run(async ({ customers }) => ok(await customers.remove(userId)));
};
