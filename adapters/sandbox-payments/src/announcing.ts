import type { Ids, Instant } from '@backline/core/kernel';
import {
  type Account,
  type EventObject,
  type Invoice,
  type Payee,
  type SandboxSubscription,
  type SandboxTransfer,
  type Session,
  type StoredEvent,
} from './account.ts';
import { periodOf } from './period.ts';
import { sandboxId } from './sandbox-ids.ts';

/** When a change happens, and where its new ids come from. */
export type Moment = { readonly now: Instant; readonly ids: Ids };

const MICROS_PER_CENT = 10_000n;
const seconds = (at: Instant): number => Math.floor(at / 1_000);
const cents = (micros: string): number => Number(BigInt(micros) / MICROS_PER_CENT);

const announce = (account: Account, type: string, object: EventObject, { now, ids }: Moment): Account => ({
  ...account,
  events: [
    ...account.events,
    { id: sandboxId('evt', account.userId, ids), type, createdAt: now, object, deliveredAt: null },
  ],
});

export const announceSession = (
  account: Account,
  what: 'completed' | 'expired',
  session: Session,
  moment: Moment,
): Account =>
  announce(
    account,
    `checkout.session.${what}`,
    {
      id: session.id,
      object: 'checkout.session',
      mode: 'subscription',
      status: what === 'completed' ? 'complete' : 'expired',
      client_reference_id: String(account.userId),
      metadata: { userId: String(account.userId) },
      subscription: session.subscriptionId,
    },
    moment,
  );

export const announceSubscription = (
  account: Account,
  what: 'created' | 'updated' | 'deleted',
  it: SandboxSubscription,
  moment: Moment,
): Account =>
  announce(
    account,
    `customer.subscription.${what}`,
    {
      id: it.id,
      object: 'subscription',
      status: it.status,
      cancel_at_period_end: it.cancelAtPeriodEnd,
      current_period_start: seconds(periodOf(it).from),
      current_period_end: seconds(periodOf(it).until),
      metadata: { userId: String(account.userId) },
    },
    moment,
  );

export const announceInvoice = (
  account: Account,
  what: 'paid' | 'payment_failed',
  invoice: Invoice,
  moment: Moment,
): Account =>
  announce(
    account,
    `invoice.${what}`,
    {
      id: invoice.id,
      object: 'invoice',
      status: what === 'paid' ? 'paid' : 'open',
      currency: 'usd',
      amount_due: cents(invoice.amountMicros),
      amount_paid: what === 'paid' ? cents(invoice.amountMicros) : 0,
      subscription: invoice.subscriptionId,
    },
    moment,
  );

export const announceRefund = (account: Account, invoice: Invoice, moment: Moment): Account =>
  announce(
    account,
    'charge.refunded',
    {
      id: sandboxId('ch', account.userId, moment.ids),
      object: 'charge',
      refunded: true,
      currency: 'usd',
      amount: cents(invoice.amountMicros),
      amount_refunded: cents(invoice.amountMicros),
      invoice: invoice.id,
    },
    moment,
  );

export const announcePayee = (account: Account, { id, onboarded }: Payee, moment: Moment): Account =>
  announce(
    account,
    'account.updated',
    { id, object: 'account', payouts_enabled: onboarded, metadata: { userId: String(account.userId) } },
    moment,
  );

export const announceReversal = (account: Account, transfer: SandboxTransfer, moment: Moment): Account =>
  announce(
    account,
    'transfer.reversed',
    {
      id: transfer.id,
      object: 'transfer',
      amount: cents(transfer.amountMicros),
      amount_reversed: cents(transfer.amountMicros),
      currency: transfer.currency.toLowerCase(),
      reversed: true,
      transfer_group: transfer.transferGroup,
    },
    moment,
  );

/** The bytes that travel; always the same for the same event. */
export const eventBody = ({ id, type, createdAt, object }: StoredEvent): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      id,
      object: 'event',
      api_version: 'sandbox',
      created: seconds(createdAt),
      type,
      livemode: false,
      data: { object },
    }),
  );
