import { type Result, ok } from '../kernel/index.ts';
import type { PaymentsAway } from '../subscriptions/index.ts';
import type { PayoutAccountId } from './payout-transfer.ts';
import type { PayoutPorts } from './ports.ts';

/** Asks the provider whether it can pay to the account; of several answers the one that was asked for last counts. */
export const refreshAccount = async (
  { uow, payoutGateway, clock }: PayoutPorts,
  id: PayoutAccountId,
): Promise<Result<boolean, PaymentsAway>> => {
  const checkedAt = clock.now();
  const asked = await payoutGateway.isOnboarded(id);
  if (!asked.ok) return asked;
  return uow.run(async ({ payoutAccounts }) => {
    const known = await payoutAccounts.findById(id);
    if (known === null) return ok(false);
    if (known.checkedAt > checkedAt) return ok(known.onboarded);
    await payoutAccounts.save({ ...known, onboarded: asked.value, checkedAt });
    return asked;
  });
};
