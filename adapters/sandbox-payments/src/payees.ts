import { type Result, err, ok } from '@backline/core/kernel';
import type { TransferOrder } from '@backline/core/payout';
import type { Account, SandboxTransfer } from './account.ts';
import { type Moment, announcePayee, announceReversal } from './announcing.ts';
import { sandboxId } from './sandbox-ids.ts';

export type NoPayee = { readonly code: 'unknown_payee' };
export type NoTransfer = { readonly code: 'unknown_transfer' };

/** The same again where there is one. */
export const openPayee = (account: Account, { ids }: Moment): Account =>
  account.payee === null
    ? { ...account, payee: { id: sandboxId('acct', account.userId, ids), onboarded: false } }
    : account;

/** Twice is once. */
export const onboard = (account: Account, id: string, moment: Moment): Result<Account, NoPayee> => {
  const { payee } = account;
  if (payee?.id !== id) return err({ code: 'unknown_payee' });
  if (payee.onboarded) return ok(account);
  const onboarded = { ...payee, onboarded: true };
  return ok(announcePayee({ ...account, payee: onboarded }, onboarded, moment));
};

/** Under one key once, however often; keys are kept for good here. */
export const sendTransfer = (
  account: Account,
  { destination, net, transferGroup, idempotencyKey }: TransferOrder,
  { now, ids }: Moment,
): Result<Account, { readonly code: 'transfer_refused'; readonly reason: 'account-refused' }> => {
  if (account.transfers.some((each) => each.idempotencyKey === idempotencyKey)) return ok(account);
  if (account.payee?.id !== destination || !account.payee.onboarded)
    return err({ code: 'transfer_refused', reason: 'account-refused' });
  const transfer: SandboxTransfer = {
    id: sandboxId('tr', account.userId, ids),
    amountMicros: String(net.micros),
    currency: net.currency,
    transferGroup,
    idempotencyKey,
    sentAt: now,
    reversedAt: null,
  };
  return ok({ ...account, transfers: [...account.transfers, transfer] });
};

/** All of it comes back. Twice is once. */
export const reverseTransfer = (account: Account, id: string, moment: Moment): Result<Account, NoTransfer> => {
  const transfer = account.transfers.find((each) => each.id === id);
  if (transfer === undefined) return err({ code: 'unknown_transfer' });
  if (transfer.reversedAt !== null) return ok(account);
  const reversed = { ...transfer, reversedAt: moment.now };
  const transfers = account.transfers.map((each) => (each.id === id ? reversed : each));
  return ok(announceReversal({ ...account, transfers }, reversed, moment));
};
