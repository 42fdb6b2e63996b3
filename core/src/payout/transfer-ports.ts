import type { UserId } from '../accounts/index.ts';
import type { Money, Result } from '../kernel/index.ts';
import type { PaymentsAway } from '../subscriptions/index.ts';
import type { PayoutAccountGone, TransferRefused } from './errors.ts';
import type {
  GatewayTransferId,
  Payee,
  PayoutAccount,
  PayoutAccountId,
  PayoutTransfer,
  PayoutTransferId,
  TransferOrder,
} from './payout-transfer.ts';

export interface PayoutAccountRepository {
  /** Held until the transaction ends. */
  readonly find: (artistId: UserId) => Promise<PayoutAccount | null>;
  /** Held until the transaction ends. */
  readonly findById: (id: PayoutAccountId) => Promise<PayoutAccount | null>;
  /** The first one stays: of several for one artist, later ones change nothing. */
  readonly keep: (account: PayoutAccount) => Promise<void>;
  /** Of an account that is kept: whether it is onboarded, and when that was asked. */
  readonly save: (account: PayoutAccount) => Promise<void>;
  readonly remove: (id: PayoutAccountId) => Promise<void>;
}

export type PayableArtist = { readonly artistId: UserId; readonly account: PayoutAccount | null };

export interface TransferRepository {
  /**
   * Artists who have so much available and no transfer under way in that currency, with the account that they are paid
   * to; by artist, those after the one given. Not held.
   */
  readonly payable: (atLeast: Money, after: UserId | null, limit: number) => Promise<readonly PayableArtist[]>;
  /** Begun and not ended; by id, those after the one given. Not held. */
  readonly underWay: (after: PayoutTransferId | null, limit: number) => Promise<readonly PayoutTransfer[]>;
  readonly isUnderWay: (artistId: UserId, of: Money['currency']) => Promise<boolean>;
  /** Held until the transaction ends. */
  readonly find: (id: PayoutTransferId) => Promise<PayoutTransfer | null>;
  /** A second one under way to an artist is a bug. */
  readonly insert: (transfer: PayoutTransfer) => Promise<void>;
  /** When it was called, and how it ended; nothing else of it ever changes. */
  readonly save: (transfer: PayoutTransfer) => Promise<void>;
}

/** A transfer as the provider has it now. */
export type GatewayTransfer = {
  readonly id: GatewayTransferId;
  /** Null for one that is not ours. */
  readonly transferGroup: string | null;
  readonly amount: Money;
  /** All of it came back. */
  readonly reversed: boolean;
};

export interface PayoutGateway {
  /** Asked at the same time, the same for an artist; later it may be another one, and the one that was kept counts. */
  readonly openAccount: (payee: Payee) => Promise<Result<PayoutAccountId, PaymentsAway>>;
  /** Where the artist tells the provider what it has to know; for once, and for minutes. */
  readonly openOnboarding: (
    id: PayoutAccountId,
  ) => Promise<Result<{ readonly url: string }, PaymentsAway | PayoutAccountGone>>;
  /** Whether it can be paid to now; false as well where there is none. */
  readonly isOnboarded: (id: PayoutAccountId) => Promise<Result<boolean, PaymentsAway>>;
  /**
   * The same key gives the same transfer, or the same refusal, for 24 hours at least; after that it may be another one.
   * Where the provider is away, it may have been sent.
   */
  readonly transfer: (order: TransferOrder) => Promise<Result<GatewayTransfer, PaymentsAway | TransferRefused>>;
  /** By its group, however long ago it was. */
  readonly findTransfer: (order: TransferOrder) => Promise<Result<GatewayTransfer | null, PaymentsAway>>;
  readonly fetchTransfer: (id: GatewayTransferId) => Promise<Result<GatewayTransfer | null, PaymentsAway>>;
}
