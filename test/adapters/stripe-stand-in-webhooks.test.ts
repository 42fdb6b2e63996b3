import { describe, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, SECOND_MS } from '@backline/core/kernel';
import { Stripe } from 'stripe';
import { stripeAccount } from '../support/stripe-account.ts';
import { forgedFields, olderSnapshots } from '../support/stripe-stand-in/lies.ts';

const account = stripeAccount();
const SECRET = 'whsec_stand_in';

const verify = (body: Uint8Array, signature: string, secret = SECRET): Stripe.Event =>
  account.stripe.webhooks.constructEvent(
    body,
    signature,
    secret,
    300,
    undefined,
    Math.floor(account.clock.now() / SECOND_MS),
  );

describe("the stand-in's webhooks", () => {
  test('are signed as the SDK verifies it, with both secrets while one is being replaced', async () => {
    await account.stripe.customers.create({});
    const [delivery] = account.standIn.webhooks.take();
    const { body, signature } = delivery!.message();
    expect(verify(body, signature)).toEqual(delivery!.event);
    expect(() => verify(body, signature, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError);
    expect(() =>
      verify(
        Uint8Array.from(body, (byte, at) => (at === 9 ? byte ^ 1 : byte)),
        signature,
      ),
    ).toThrow();

    account.standIn.webhooks.endpoint.secrets = [SECRET, 'whsec_new'];
    const both = delivery!.message();
    for (const secret of [SECRET, 'whsec_new'])
      expect(verify(both.body, both.signature, secret).id).toBe(delivery!.event.id);
  });

  test('what fails comes again for three days, and is listed as undelivered', async () => {
    await account.stripe.customers.create({});
    const undelivered = async () => (await account.stripe.events.list({ delivery_success: false })).data;
    let attempts = 0;
    for (let hour = 0; hour < 24 * 5; hour += 1) {
      for (const delivery of account.standIn.webhooks.take()) {
        attempts += 1;
        delivery.failed();
      }
      account.standIn.advance(HOUR_MS);
    }
    expect(attempts).toBe(10);
    expect(await undelivered()).toMatchObject([{ type: 'customer.created', pending_webhooks: 1 }]);
    account.standIn.webhooks.again()[0]!.succeeded();
    expect(await undelivered()).toEqual([]);
    expect((await account.stripe.events.list({ type: 'customer.*' })).data).toHaveLength(1);
    expect((await account.stripe.events.list({ types: ['invoice.paid'] })).data).toEqual([]);
    account.standIn.advance(30 * DAY_MS);
    expect((await account.stripe.events.list()).data).toEqual([]);
  });

  test('come late, twice, not at all, in another order, or say what is not so', async () => {
    const { webhooks } = account.standIn;
    Object.assign(webhooks.mischief, {
      delayMs: ({ type }: { type: string }) => (type === 'invoice.paid' ? HOUR_MS : 0),
      loss: ({ type }: { type: string }) =>
        type === 'charge.succeeded' ? 'loudly' : type === 'payment_intent.succeeded' ? 'silently' : null,
      order: (due: readonly unknown[]) => due.toReversed(),
    });
    const { id } = await account.subscribe();
    const sent = account.typesSent();
    expect(sent[0]).toBe('checkout.session.completed');
    for (const type of ['invoice.paid', 'charge.succeeded', 'payment_intent.succeeded'])
      expect(sent).not.toContain(type);
    account.standIn.advance(HOUR_MS);
    expect(account.typesSent()).toEqual(['invoice.paid']);
    const lost = (await account.stripe.events.list({ delivery_success: false, limit: 100 })).data.map(
      ({ type }) => type,
    );
    expect(lost).toContain('charge.succeeded');
    expect(lost).not.toContain('payment_intent.succeeded');

    webhooks.mischief.lie = forgedFields({ status: 'canceled' });
    const [delivery] = webhooks.again(({ type }) => type === 'customer.subscription.updated');
    const { body, signature } = delivery!.message();
    expect(verify(body, signature).data.object).toMatchObject({ id, status: 'canceled' });

    webhooks.mischief.lie = olderSnapshots();
    const states = webhooks
      .again(({ type }) => type.startsWith('customer.subscription'))
      .map((each) => verify(each.message().body, each.message().signature).data.object);
    expect(states.map((each) => (each as Stripe.Subscription).status)).toEqual(['incomplete', 'incomplete']);
  });
});
