import type { Stripe } from 'stripe';

export type ConnectedAccount = Stripe.Account;
export type TransferReversal = Omit<Stripe.TransferReversal, 'transfer'> & { transfer: string };
export type Transfer = Omit<Stripe.Transfer, 'reversals' | 'destination'> & {
  destination: string;
  reversals: Stripe.ApiList<TransferReversal>;
};

/** What a platform pays to others, and whom. */
export type ConnectBooks = {
  readonly accounts: Map<string, ConnectedAccount>;
  readonly transfers: Map<string, Transfer>;
  /** Cents that are left to be transferred, by currency; a currency that is not in it has no bounds. */
  readonly available: Map<string, number>;
};

export const emptyConnectBooks = (): ConnectBooks => ({
  accounts: new Map(),
  transfers: new Map(),
  available: new Map(),
});
