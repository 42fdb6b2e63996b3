import { type Result, ok } from '../kernel/index.ts';
import type { PayeeRef, PaymentsAway } from '../subscriptions/index.ts';
import type { GatewayTransferId, PayoutAccountId } from './payout-transfer.ts';
import type { PayoutPorts } from './ports.ts';
import { refreshAccount } from './refresh-account.ts';
import { recordTaken } from './transfer-record.ts';

/** Brings our state up to what the provider says now of an account or a transfer. Again, and in any order, is the same. */
export const followPayee =
  (ports: PayoutPorts) =>
  async ({ kind, id }: PayeeRef): Promise<Result<null, PaymentsAway>> => {
    if (kind === 'payout-account') {
      const refreshed = await refreshAccount(ports, id as PayoutAccountId);
      return refreshed.ok ? ok(null) : refreshed;
    }
    const fetched = await ports.payoutGateway.fetchTransfer(id as GatewayTransferId);
    if (!fetched.ok) return fetched;
    if (fetched.value !== null) await recordTaken(ports, fetched.value);
    return ok(null);
  };
