import { randomUUID } from 'node:crypto';
import type { GatewayTransferId, PayoutAccountId } from '@backline/core/payout';
import { memoryPayees, steppingClock } from '@backline/memory';
import { sandboxPayments } from '@backline/sandbox-payments';
import { START, valueOf } from '../core/platform.ts';
import { payoutGatewaySuite } from '../suites/payout-gateway.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { openStripe } from '../support/stripe-platform.ts';

payoutGatewaySuite('memory', async () => {
  const clock = steppingClock(START);
  const { payoutGateway, setOnboarded, reverse } = memoryPayees(clock);
  return {
    gateway: payoutGateway,
    clock,
    onboard: async (id: PayoutAccountId) => setOnboarded(id, true),
    reverse: async (id: GatewayTransferId) => reverse(id),
    close: async () => undefined,
  };
});

payoutGatewaySuite('the sandbox', async () => {
  const scratch = scratchDirectory();
  const clock = steppingClock(START);
  const sandbox = sandboxPayments({
    directory: scratch.path,
    publicUrl: 'http://127.0.0.1:3000/',
    signingSecret: 'a secret of the sandbox',
    clock,
    ids: { uuid: () => randomUUID() },
    deliver: async () => true,
  });
  return {
    gateway: sandbox.payoutGateway,
    clock,
    onboard: async (id) => void valueOf(await sandbox.onboard(id)),
    reverse: async (id) => void valueOf(await sandbox.reverseTransfer(id)),
    close: async () => scratch.remove(),
  };
});

payoutGatewaySuite('stripe', async () => {
  const { standIn, clock, payoutGateway } = await openStripe();
  return {
    gateway: payoutGateway,
    clock,
    onboard: async (id) => standIn.actions.setOnboarded(id, true),
    reverse: async (id) => {
      await fetch(`${standIn.url}/v1/transfers/${id}/reversals`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${standIn.secretKey}` },
      });
    },
    close: standIn.close,
  };
});
