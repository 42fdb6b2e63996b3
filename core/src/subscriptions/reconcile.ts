import { DAY_MS, type Result, before, ok } from '../kernel/index.ts';
import { bringUpToDate } from './bring-up-to-date.ts';
import type { PaymentsAway } from './errors.ts';
import type { ProviderPage, SubscriptionPorts } from './ports.ts';
import type { InvoiceId } from './receipt.ts';
import type { SubscriptionSnapshot } from './subscription.ts';
import type { ObjectRef, WebhookEvent } from './webhook.ts';

/** What a comparison with the provider found, all of it put right by then. */
export type Reconciliation = {
  /** Events that never reached us; they are in the inbox now. */
  readonly missedEvents: number;
  readonly comparedSubscriptions: number;
  /** Objects that we knew otherwise than the provider does, or not at all. */
  readonly differences: readonly ObjectRef[];
};

/** The provider keeps its events for 30 days. */
const EVENTS_LOOK_BACK_MS = 29 * DAY_MS;
const INVOICES_LOOK_BACK_MS = 40 * DAY_MS;

/** Compares our state with the provider's, and takes over what differs. */
export const reconcile = (ports: SubscriptionPorts) => async (): Promise<Result<Reconciliation, PaymentsAway>> => {
  const missed = await takeMissedEvents(ports);
  if (!missed.ok) return missed;
  const subscriptions = await differingSubscriptions(ports);
  if (!subscriptions.ok) return subscriptions;
  const invoices = await missingReceipts(ports);
  if (!invoices.ok) return invoices;

  const differences = [...subscriptions.value.differing, ...invoices.value];
  for (const ref of differences) {
    const updated = await ports.uow.run((stores) => bringUpToDate(ports, stores, ref));
    if (!updated.ok) return updated;
  }
  return ok({ missedEvents: missed.value, comparedSubscriptions: subscriptions.value.compared, differences });
};

const takeMissedEvents = async ({ uow, paymentGateway, clock }: SubscriptionPorts) => {
  const now = clock.now();
  const events = await everyPage<WebhookEvent>((page) =>
    paymentGateway.undelivered(before(now, EVENTS_LOOK_BACK_MS), page),
  );
  if (!events.ok) return events;
  return uow.run(async ({ inbox, outbox }) => {
    let taken = 0;
    for (const event of events.value) {
      if (!(await inbox.insert(event, now))) continue;
      await outbox.append({ type: 'subscriptions.webhook_received', eventId: event.id, occurredAt: now });
      taken += 1;
    }
    return ok(taken);
  });
};

const differingSubscriptions = async ({ uow, paymentGateway }: SubscriptionPorts) => {
  const theirs = await everyPage<SubscriptionSnapshot>(paymentGateway.allSubscriptions);
  if (!theirs.ok) return theirs;
  return uow.run(async ({ subscriptions }) => {
    const differing: ObjectRef[] = [];
    for (const snapshot of theirs.value) {
      const ours = await subscriptions.find(snapshot.id);
      if (ours === null || !agree(ours, snapshot)) differing.push({ kind: 'subscription', id: snapshot.id });
    }
    return ok({ compared: theirs.value.length, differing });
  });
};

const agree = (ours: SubscriptionSnapshot, theirs: SubscriptionSnapshot): boolean =>
  ours.status === theirs.status &&
  ours.currentPeriodStart === theirs.currentPeriodStart &&
  ours.currentPeriodEnd === theirs.currentPeriodEnd &&
  ours.cancelAtPeriodEnd === theirs.cancelAtPeriodEnd &&
  ours.endedAt === theirs.endedAt;

const missingReceipts = async ({ uow, paymentGateway, clock }: SubscriptionPorts) => {
  const paid = await everyPage<InvoiceId>((page) =>
    paymentGateway.invoicesPaidSince(before(clock.now(), INVOICES_LOOK_BACK_MS), page),
  );
  if (!paid.ok) return paid;
  return uow.run(async ({ receipts }) => {
    const missing: ObjectRef[] = [];
    for (const id of paid.value) if ((await receipts.find(id)) === null) missing.push({ kind: 'invoice', id });
    return ok(missing);
  });
};

const everyPage = async <Item>(
  pageAt: (page: string | null) => Promise<Result<ProviderPage<Item>, PaymentsAway>>,
): Promise<Result<readonly Item[], PaymentsAway>> => {
  const items: Item[] = [];
  let next: string | null = null;
  do {
    const page: Result<ProviderPage<Item>, PaymentsAway> = await pageAt(next);
    if (!page.ok) return page;
    items.push(...page.value.items);
    next = page.value.next;
  } while (next !== null);
  return ok(items);
};
