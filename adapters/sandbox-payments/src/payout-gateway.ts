import { type Clock, type Ids, type Result, currency, err, invariant, money, ok } from '@backline/core/kernel';
import type { GatewayTransfer, GatewayTransferId, PayoutAccountId, PayoutGateway } from '@backline/core/payout';
import type { Account, SandboxTransfer } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { openPayee, sendTransfer } from './payees.ts';
import { ownerOf } from './sandbox-ids.ts';

/** Pays artists on the local disk; onboarding is a page of the app. */
export const sandboxPayoutGateway = (options: {
  readonly store: AccountStore;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly ids: Ids;
}): PayoutGateway => {
  const { store, clock, ids } = options;
  const moment = () => ({ now: clock.now(), ids });

  const accountOf = async (id: string): Promise<Account | null> => {
    const owner = ownerOf('acct', id);
    const account = owner === null ? null : await store.find(owner);
    return account?.payee?.id === id ? account : null;
  };

  return {
    openAccount: async ({ artistId }) => {
      const opened: Result<Account, never> = await store.update(artistId, (account) =>
        ok(openPayee(account, moment())),
      );
      const payee = opened.ok ? opened.value.payee : null;
      invariant(payee !== null, 'an account that was opened is there');
      return ok(payee.id as PayoutAccountId);
    },
    openOnboarding: async (id) =>
      (await accountOf(id)) === null
        ? err({ code: 'payout_account_gone' })
        : ok({ url: `${options.publicUrl.replace(/\/$/, '')}/sandbox/onboarding/${id}` }),
    isOnboarded: async (id) => ok((await accountOf(id))?.payee?.onboarded === true),
    transfer: async (order) => {
      const owner = ownerOf('acct', order.destination);
      if (owner === null) return err({ code: 'transfer_refused', reason: 'account-refused' });
      const sent = await store.update(owner, (account) => sendTransfer(account, order, moment()));
      if (!sent.ok) return sent;
      const transfer = sent.value.transfers.find((each) => each.idempotencyKey === order.idempotencyKey);
      invariant(transfer !== undefined, 'a transfer that was sent is in its account');
      invariant(
        transfer.transferGroup === order.transferGroup && transfer.amountMicros === String(order.net.micros),
        `${order.idempotencyKey} is the key of another transfer`,
      );
      return ok(toOurs(transfer));
    },
    findTransfer: async ({ destination, transferGroup }) => {
      const account = await accountOf(destination);
      const found = account?.transfers.find((each) => each.transferGroup === transferGroup);
      return ok(found === undefined ? null : toOurs(found));
    },
    fetchTransfer: async (id) => {
      const owner = ownerOf('tr', id);
      const account = owner === null ? null : await store.find(owner);
      const found = account?.transfers.find((each) => each.id === id);
      return ok(found === undefined ? null : toOurs(found));
    },
  };
};

const toOurs = ({ id, transferGroup, amountMicros, currency: of, reversedAt }: SandboxTransfer): GatewayTransfer => ({
  id: id as GatewayTransferId,
  transferGroup,
  amount: money(BigInt(amountMicros), currency(of)),
  reversed: reversedAt !== null,
});
