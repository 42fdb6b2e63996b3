import type { Email, UserId } from '../accounts/index.ts';
import { type Brand, type Instant, type Micros, type Money, compareText, isoText } from '../kernel/index.ts';
import type { StatementTransfer } from './statement.ts';

/** The provider's id of an account that artists are paid to. */
export type PayoutAccountId = Brand<string, 'PayoutAccountId'>;

/** A UUID. */
export type PayoutTransferId = Brand<string, 'PayoutTransferId'>;

/** The provider's id of a transfer. */
export type GatewayTransferId = Brand<string, 'GatewayTransferId'>;

export type Payee = { readonly artistId: UserId; readonly email: Email };

export type PayoutAccount = {
  readonly artistId: UserId;
  readonly id: PayoutAccountId;
  /** Whether the provider could pay them when it was asked last. */
  readonly onboarded: boolean;
  readonly checkedAt: Instant;
};

/** What the provider is asked to send; the same at each attempt. */
export type TransferOrder = {
  readonly destination: PayoutAccountId;
  /** In whole minor units of its currency, and positive. */
  readonly net: Money;
  /** Of this transfer alone: what it is found by once its key is forgotten. */
  readonly transferGroup: string;
  readonly idempotencyKey: string;
};

export type TransferFailure = 'account-refused' | 'funds-short' | 'refused';

export type TransferState =
  /** Whether the provider has it is not known yet. */
  | { readonly status: 'begun' }
  /** Without a gateway's id where all was withheld. */
  | { readonly status: 'settled'; readonly gatewayId: GatewayTransferId | null; readonly endedAt: Instant }
  | { readonly status: 'failed'; readonly failure: TransferFailure; readonly endedAt: Instant }
  | { readonly status: 'reversed'; readonly gatewayId: GatewayTransferId; readonly endedAt: Instant };

export type BegunTransfer = Omit<TransferOrder, 'net'> & {
  readonly id: PayoutTransferId;
  readonly artistId: UserId;
  /** In whole minor units; zero where all is withheld. */
  readonly net: Money;
  readonly withheld: Micros;
  /** Which rule of withholding said so. */
  readonly ruleId: string;
  readonly begunAt: Instant;
  /** When the provider was asked first under the key that it may still know; null before that. */
  readonly calledAt: Instant | null;
};

/** Kept before the provider hears of it, so that whoever goes on with it asks for the same. */
export type PayoutTransfer = BegunTransfer & TransferState;

const GROUP = /^payout-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The group that a transfer is alone in. */
export const groupOf = (id: PayoutTransferId): string => `payout-${id}`;

/** Null for a group of others. */
export const transferIn = (group: string): PayoutTransferId | null =>
  (GROUP.exec(group)?.[1] ?? null) as PayoutTransferId | null;

/** What statements tell of a transfer: that it was sent, and then that it failed or came back. */
const linesOf = (transfer: PayoutTransfer): readonly StatementTransfer[] => {
  const { id: transferId, net, withheld, begunAt } = transfer;
  const line = { transferId, net: net.micros, withheld };
  const sent = { ...line, state: 'sent', at: isoText(begunAt) } as const;
  return transfer.status === 'failed' || transfer.status === 'reversed'
    ? [sent, { ...line, state: 'returned', at: isoText(transfer.endedAt) }]
    : [sent];
};

/** What is to be told of an artist's transfers, in the order in which it happened. */
export const transferNews = (
  transfers: readonly PayoutTransfer[],
  isTold: (line: StatementTransfer) => boolean,
): readonly StatementTransfer[] =>
  transfers
    .flatMap(linesOf)
    .filter((line) => !isTold(line))
    .sort(
      (a, b) => compareText(a.at, b.at) || compareText(a.transferId, b.transferId) || compareText(b.state, a.state),
    );
