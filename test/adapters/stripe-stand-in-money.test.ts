import { describe, expect, test } from '@jest/globals';
import { failing, stripeAccount } from '../support/stripe-account.ts';

const account = stripeAccount();

describe('money that goes back at the stand-in', () => {
  test('refunds add up on the charge, and one that fails is taken off again', async () => {
    const { invoice } = await account.subscribe();
    const charge = account.standIn.actions.chargeOf(invoice);
    await account.stripe.refunds.create({ charge, amount: 300 });
    const pending = account.standIn.actions.refund(charge, 200, 'pending');
    expect(await account.stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 500, refunded: false });
    account.standIn.actions.failRefund(pending.id);
    await account.stripe.refunds.create({ charge });
    expect(await account.stripe.charges.retrieve(charge, { expand: ['refunds'] })).toMatchObject({
      amount_refunded: 1_000,
      refunded: true,
      refunds: { data: [{ amount: 700 }, { amount: 200, status: 'failed' }, { amount: 300 }] },
    });
    expect(await failing(account.stripe.refunds.create({ charge }))).toMatchObject({ code: 'charge_already_refunded' });
    expect(account.typesSent().filter((type) => /refund/.test(type))).toEqual([
      'charge.refunded',
      'refund.created',
      'charge.refunded',
      'refund.created',
      'refund.failed',
      'refund.updated',
      'charge.refund.updated',
      'charge.refunded',
      'refund.created',
    ]);
  });

  test('a dispute takes the money; winning it brings it back', async () => {
    const { invoice } = await account.subscribe();
    const charge = account.standIn.actions.chargeOf(invoice);
    const dispute = account.standIn.actions.dispute(charge);
    const netOf = async () =>
      (await account.stripe.disputes.list({ charge })).data[0]!.balance_transactions.map(({ net }) => net);
    expect(await netOf()).toEqual([-2_500]);
    expect(await account.stripe.charges.retrieve(charge)).toMatchObject({ disputed: true });
    account.standIn.actions.closeDispute(dispute.id, 'won');
    expect(await netOf()).toEqual([-2_500, 2_500]);
    expect(account.typesSent().filter((type) => /dispute/.test(type))).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ]);
  });

  test('an inquiry takes nothing until it becomes a dispute; a warning takes nothing', async () => {
    const { invoice } = await account.subscribe();
    const charge = account.standIn.actions.chargeOf(invoice);
    const { id } = account.standIn.actions.dispute(charge, { inquiry: true });
    expect((await account.stripe.disputes.retrieve(id)).balance_transactions).toEqual([]);
    account.standIn.actions.escalateDispute(id);
    expect((await account.stripe.disputes.retrieve(id)).balance_transactions).toHaveLength(1);
    account.standIn.actions.warnOfFraud(charge);
    expect((await account.stripe.radar.earlyFraudWarnings.list({ charge })).data).toMatchObject([{ charge }]);
  });
});

describe('Connect at the stand-in', () => {
  test('an account can receive transfers once it is onboarded; a transfer is found by its group, and reversed', async () => {
    const artist = await account.stripe.accounts.create({ type: 'express', country: 'US', metadata: { userId: '3' } });
    const transfer = { amount: 2_550, currency: 'usd', destination: artist.id, transfer_group: 'statement-1' };
    expect(await failing(account.stripe.transfers.create(transfer))).toMatchObject({
      code: 'insufficient_capabilities_for_transfer',
    });
    const link = await account.stripe.accountLinks.create({
      account: artist.id,
      type: 'account_onboarding',
      refresh_url: 'https://app.example.com/again',
      return_url: 'https://app.example.com/back',
    });
    expect(link).toMatchObject({ object: 'account_link', url: expect.stringContaining(artist.id) });
    account.standIn.actions.setOnboarded(artist.id, true);
    expect(await account.stripe.accounts.retrieve(artist.id)).toMatchObject({ payouts_enabled: true });

    account.standIn.connect.available.set('usd', 3_000);
    const { id } = await account.stripe.transfers.create(transfer);
    expect(await failing(account.stripe.transfers.create(transfer))).toMatchObject({ code: 'balance_insufficient' });
    expect((await account.stripe.transfers.list({ transfer_group: 'statement-1' })).data).toMatchObject([{ id }]);
    await account.stripe.transfers.createReversal(id, { amount: 550 });
    await account.stripe.transfers.createReversal(id);
    expect(await account.stripe.transfers.retrieve(id)).toMatchObject({
      amount_reversed: 2_550,
      reversed: true,
      reversals: { data: [{ amount: 2_000 }, { amount: 550 }] },
    });
    expect(await failing(account.stripe.transfers.createReversal(id))).toMatchObject({ statusCode: 400 });
    expect(account.typesSent()).toEqual([
      'account.updated',
      'transfer.created',
      'transfer.reversed',
      'transfer.reversed',
    ]);
  });
});
