import { type Clock, DAY_MS, type Instant, after, err, invariant, ok } from '@backline/core/kernel';
import type {
  GatewayTransfer,
  GatewayTransferId,
  PayoutAccountId,
  PayoutGateway,
  TransferFailure,
  TransferOrder,
} from '@backline/core/payout';
import { sequenceAfter } from './state.ts';

/** Whoever pays artists, in this process; what would be an artist's or a bank's doing is a call here. */
export type MemoryPayees = {
  readonly payoutGateway: PayoutGateway;
  /** The artist has told all that is asked; or, later, something is missing again. Announces nothing. */
  readonly setOnboarded: (id: PayoutAccountId, onboarded: boolean) => void;
  /** All of it comes back. Announces nothing. */
  readonly reverse: (id: GatewayTransferId) => void;
  /** What new transfers are refused for from now on; null: nothing. */
  readonly refuse: (reason: TransferFailure | null) => void;
  /** As somebody who deletes it by hand. */
  readonly forget: (id: PayoutAccountId) => void;
  /** All that was ever sent. */
  readonly sent: () => readonly GatewayTransfer[];
};

/** As long as a provider keeps keys at least, and this one not a moment longer. */
const KEY_MS = DAY_MS;

type Answer = Awaited<ReturnType<PayoutGateway['transfer']>>;

export const memoryPayees = (clock: Clock): MemoryPayees => {
  const accounts = new Map<PayoutAccountId, { readonly onboarded: boolean }>();
  const transfers = new Map<GatewayTransferId, GatewayTransfer>();
  const answers = new Map<string, { readonly answer: Answer; readonly until: Instant; readonly question: string }>();
  const nextNumber = sequenceAfter(0);
  let refused: TransferFailure | null = null;

  const send = ({ destination, net, transferGroup }: TransferOrder): Answer => {
    if (accounts.get(destination)?.onboarded !== true)
      return err({ code: 'transfer_refused', reason: 'account-refused' });
    if (refused !== null) return err({ code: 'transfer_refused', reason: refused });
    const id = `transfer-${nextNumber()}` as GatewayTransferId;
    const transfer = { id, transferGroup, amount: net, reversed: false };
    transfers.set(id, transfer);
    return ok(transfer);
  };

  return {
    payoutGateway: {
      openAccount: async ({ artistId }) => {
        const id = `payee-${artistId}` as PayoutAccountId;
        if (!accounts.has(id)) accounts.set(id, { onboarded: false });
        return ok(id);
      },
      openOnboarding: async (id) =>
        accounts.has(id)
          ? ok({ url: `memory:onboarding/${id}/${nextNumber()}` })
          : err({ code: 'payout_account_gone' }),
      isOnboarded: async (id) => ok(accounts.get(id)?.onboarded === true),
      transfer: async (order) => {
        const question = `${order.destination} ${order.net.micros} ${order.net.currency} ${order.transferGroup}`;
        const known = answers.get(order.idempotencyKey);
        if (known !== undefined && clock.now() < known.until) {
          invariant(known.question === question, `${order.idempotencyKey} is the key of another transfer`);
          return known.answer;
        }
        const answer = send(order);
        answers.set(order.idempotencyKey, { answer, question, until: after(clock.now(), KEY_MS) });
        return answer;
      },
      findTransfer: async ({ transferGroup }) =>
        ok([...transfers.values()].find((each) => each.transferGroup === transferGroup) ?? null),
      fetchTransfer: async (id) => ok(transfers.get(id) ?? null),
    },
    setOnboarded: (id, onboarded) => {
      invariant(accounts.has(id), `no account ${id}`);
      accounts.set(id, { onboarded });
    },
    reverse: (id) => {
      const transfer = transfers.get(id);
      invariant(transfer !== undefined, `no transfer ${id}`);
      transfers.set(id, { ...transfer, reversed: true });
    },
    refuse: (reason) => {
      refused = reason;
    },
    forget: (id) => void accounts.delete(id),
    sent: () => [...transfers.values()],
  };
};
