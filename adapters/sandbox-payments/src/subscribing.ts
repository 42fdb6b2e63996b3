import { type Instant, type Result, after, err, ok } from '@backline/core/kernel';
import { PAST_DUE_GRACE_MS } from '@backline/core/subscriptions';
import { type Account, type Invoice, type SandboxSubscription, put } from './account.ts';
import { type Moment, announceInvoice, announceRefund, announceSubscription } from './announcing.ts';
import { type Period, periodOf } from './period.ts';
import { MONTHLY_PRICE } from './price.ts';
import { sandboxId } from './sandbox-ids.ts';

/** The user has none that has not ended; or, where a payment is to be given back, never paid. */
export type NoSubscription = { readonly code: 'no_subscription' };

/** Of one subscription in one go; the rest follows in the next. */
const MOST_RENEWALS = 24;

export const lives = (it: SandboxSubscription): boolean => it.status !== 'canceled';

const withSubscription = (account: Account, it: SandboxSubscription): Account => ({
  ...account,
  subscriptions: put(account.subscriptions, it),
});

const newInvoice = (
  account: Account,
  it: SandboxSubscription,
  service: Period,
  paidAt: Instant | null,
  { ids }: Moment,
): Invoice => ({
  id: sandboxId('in', account.userId, ids),
  subscriptionId: it.id,
  amountMicros: MONTHLY_PRICE.micros.toString(),
  serviceFrom: service.from,
  serviceUntil: service.until,
  paidAt,
  refunded: false,
});

const bill = (account: Account, invoice: Invoice, moment: Moment): Account =>
  announceInvoice(
    { ...account, invoices: put(account.invoices, invoice) },
    invoice.paidAt === null ? 'payment_failed' : 'paid',
    invoice,
    moment,
  );

/** Paid from now on, for a month at a time. */
export const begin = (
  account: Account,
  moment: Moment,
): { readonly account: Account; readonly subscription: SandboxSubscription } => {
  const subscription: SandboxSubscription = {
    id: sandboxId('sub', account.userId, moment.ids),
    anchor: moment.now,
    period: 0,
    status: 'active',
    cancelAtPeriodEnd: false,
    pastDueSince: null,
    endedAt: null,
  };
  const created = announceSubscription(withSubscription(account, subscription), 'created', subscription, moment);
  const invoice = newInvoice(created, subscription, periodOf(subscription), moment.now, moment);
  return { account: bill(created, invoice, moment), subscription };
};

/** `at` is when it ended, which may be in the past. */
export const end = (account: Account, it: SandboxSubscription, at: Instant, moment: Moment): Account => {
  const ended: SandboxSubscription = { ...it, status: 'canceled', pastDueSince: null, endedAt: at };
  return announceSubscription(withSubscription(account, ended), 'deleted', ended, moment);
};

/** At once, or when the period that is paid for ends. Again changes nothing. */
export const cancelLiving = (
  account: Account,
  when: 'now' | 'period_end',
  moment: Moment,
): Result<Account, NoSubscription> => {
  const living = account.subscriptions.filter(lives);
  if (living.length === 0) return err({ code: 'no_subscription' });
  if (when === 'now') return ok(living.reduce((so, each) => end(so, each, moment.now, moment), account));
  return ok(living.filter((each) => !each.cancelAtPeriodEnd).reduce((so, each) => endLater(so, each, moment), account));
};

const endLater = (account: Account, it: SandboxSubscription, moment: Moment): Account => {
  const ending: SandboxSubscription = { ...it, cancelAtPeriodEnd: true };
  return announceSubscription(withSubscription(account, ending), 'updated', ending, moment);
};

/** Takes an end at the period's end back. Again changes nothing. */
export const resumeLiving = (account: Account, moment: Moment): Result<Account, NoSubscription> => {
  const living = account.subscriptions.filter(lives);
  if (living.length === 0) return err({ code: 'no_subscription' });
  return ok(living.filter((each) => each.cancelAtPeriodEnd).reduce((so, each) => goOn(so, each, moment), account));
};

const goOn = (account: Account, it: SandboxSubscription, moment: Moment): Account => {
  const going: SandboxSubscription = { ...it, cancelAtPeriodEnd: false };
  return announceSubscription(withSubscription(account, going), 'updated', going, moment);
};

/** As if the charge for the next period had been refused now. Again changes nothing. */
export const failRenewal = (account: Account, moment: Moment): Result<Account, NoSubscription> => {
  const it = account.subscriptions.findLast(lives);
  if (it === undefined) return err({ code: 'no_subscription' });
  if (it.status === 'past_due') return ok(account);

  const overdue: SandboxSubscription = { ...it, status: 'past_due', pastDueSince: moment.now };
  const billed = bill(account, newInvoice(account, it, periodOf(it, 1), null, moment), moment);
  return ok(announceSubscription(withSubscription(billed, overdue), 'updated', overdue, moment));
};

/** All of what was paid last is given back, once: again changes nothing. */
export const refundLatest = (account: Account, moment: Moment): Result<Account, NoSubscription> => {
  const latest = account.invoices.findLast((each) => each.paidAt !== null);
  if (latest === undefined) return err({ code: 'no_subscription' });
  if (latest.refunded) return ok(account);
  const refunded: Invoice = { ...latest, refunded: true };
  return ok(announceRefund({ ...account, invoices: put(account.invoices, refunded) }, refunded, moment));
};

/** Whatever time has brought: renewals, each period with its own invoice, and ends. */
export const advance = (account: Account, moment: Moment): Account =>
  account.subscriptions.filter(lives).reduce((so, each) => advanceOne(so, each, moment), account);

const advanceOne = (account: Account, it: SandboxSubscription, moment: Moment): Account => {
  const endsAt = endOf(it);
  if (endsAt !== null) return moment.now >= endsAt ? end(account, it, endsAt, moment) : account;

  let renewed = it;
  let billed = account;
  for (let count = 0; count < MOST_RENEWALS && moment.now >= periodOf(renewed).until; count += 1) {
    renewed = { ...renewed, period: renewed.period + 1 };
    const service = periodOf(renewed);
    billed = bill(billed, newInvoice(billed, renewed, service, service.from, moment), moment);
  }
  return renewed === it ? account : announceSubscription(withSubscription(billed, renewed), 'updated', renewed, moment);
};

/** When it ends unless somebody acts; null when it goes on. */
const endOf = (it: SandboxSubscription): Instant | null => {
  const graceEnd = it.pastDueSince === null ? null : after(it.pastDueSince, PAST_DUE_GRACE_MS);
  const periodEnd = it.cancelAtPeriodEnd ? periodOf(it).until : null;
  if (graceEnd === null || periodEnd === null) return graceEnd ?? periodEnd;
  return graceEnd < periodEnd ? graceEnd : periodEnd;
};
