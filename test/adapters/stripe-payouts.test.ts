import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import { DAY_MS, ok } from '@backline/core/kernel';
import type { EventId } from '@backline/core/subscriptions';
import { type Platform, eventsOf, join, valueOf } from '../core/platform.ts';
import { earnedBy } from '../suites/ledger-samples.ts';
import { type StripeAdapter, openStripe, platformOn } from '../support/stripe-platform.ts';

const EARNED = 31_239_999n;
const SENT = 31_230_000n;

let adapter: StripeAdapter;
let on: Platform;
let artist: User;

beforeEach(async () => {
  adapter = await openStripe();
  on = platformOn(adapter);
  artist = await join(on, 'artist@example.com', 'ARTIST');
  await earnedBy(on, artist, EARNED);
});
afterEach(() => adapter.standIn.close());

let followed = 0;
beforeEach(() => {
  followed = 0;
});

/** All that Stripe has sent since the last time, as the app and the worker deal with it. */
const workOff = async (): Promise<void> => {
  for (const { event, message, succeeded } of adapter.standIn.webhooks.take()) {
    const { body, signature } = message();
    valueOf(await on.core.subscriptions.receiveWebhook(body, signature));
    valueOf(await on.core.subscriptions.applyWebhook(event.id as EventId));
    succeeded();
  }
  const changes = eventsOf(on, 'subscriptions.payee_changed').slice(followed);
  followed += changes.length;
  for (const { payee } of changes) valueOf(await on.core.payout.followPayee(payee));
};

const accountId = (): string => {
  const [id] = [...adapter.standIn.connect.accounts.keys()];
  return id!;
};
const account = async () =>
  (await on.ports.uow.run(async ({ payoutAccounts }) => ok(await payoutAccounts.find(artist.id)))).value;
const standing = async (): Promise<readonly bigint[]> => {
  const { paid, balance } = await on.core.payout.earningsOf(artist.id);
  return [paid.micros, balance.micros];
};
const transfers = () => [...adapter.standIn.connect.transfers.values()];

describe('an artist who is paid by Stripe', () => {
  test('is onboarded by what Stripe says after the event, is sent all in cents, and has it back when it returns', async () => {
    const { url } = valueOf(await on.core.payout.startOnboarding(artist.id));
    expect(url).toMatch(/^https?:\/\//);
    expect(await account()).toMatchObject({ id: accountId(), onboarded: false });
    expect(await on.core.payout.transferEarnings()).toMatchObject({ settled: 0, notOnboarded: 1 });

    adapter.standIn.actions.setOnboarded(accountId(), true);
    await workOff();
    expect(await account()).toMatchObject({ onboarded: true });
    expect(await on.core.payout.transferEarnings()).toMatchObject({ settled: 1 });
    expect(transfers()).toMatchObject([{ amount: 3_123, currency: 'usd', destination: accountId() }]);
    expect(await standing()).toEqual([SENT, EARNED - SENT]);

    const { id } = transfers()[0]!;
    await fetch(`${adapter.standIn.url}/v1/transfers/${id}/reversals`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adapter.standIn.secretKey}` },
    });
    await workOff();
    expect(await standing()).toEqual([0n, EARNED]);
    expect(await on.ports.ledgerAudit.differences()).toEqual([]);
  });

  test('who lacks something again is not sent anything', async () => {
    valueOf(await on.core.payout.startOnboarding(artist.id));
    adapter.standIn.actions.setOnboarded(accountId(), true);
    await workOff();
    adapter.standIn.actions.setOnboarded(accountId(), false);
    await workOff();
    expect(await on.core.payout.transferEarnings()).toMatchObject({ settled: 0, notOnboarded: 1 });
    expect(transfers()).toEqual([]);
  });

  test('whose transfer Stripe takes and whose answer is lost is sent it once, days later too', async () => {
    valueOf(await on.core.payout.startOnboarding(artist.id));
    adapter.standIn.actions.setOnboarded(accountId(), true);
    await workOff();
    adapter.standIn.trouble({ fault: { kind: 'cut', bytes: 10 }, route: 'POST /v1/transfers' });
    expect(await on.core.payout.transferEarnings()).toMatchObject({ waiting: 1 });
    adapter.standIn.noTrouble();
    expect(transfers()).toHaveLength(1);
    adapter.clock.advance(3 * DAY_MS);
    expect(await on.core.payout.resumeTransfers()).toMatchObject({ settled: 1 });
    expect(transfers()).toHaveLength(1);
    expect(await standing()).toEqual([SENT, EARNED - SENT]);
  });
});
