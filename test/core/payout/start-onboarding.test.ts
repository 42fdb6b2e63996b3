import { beforeEach, expect, test } from '@jest/globals';
import { type Core, type Ports, createCore } from '@backline/core';
import type { User } from '@backline/core/accounts';
import { err, ok } from '@backline/core/kernel';
import { commit } from '../../suites/harness.ts';
import { addArtist } from '../../suites/samples.ts';
import { type Platform, platform } from '../platform.ts';

const AWAY = err({ code: 'payments_away', retryAfterMs: 7 } as const);

let at: Platform;
let artist: User;

beforeEach(async () => {
  at = platform();
  artist = await addArtist({ ports: at.ports, published: async () => [] });
});

const on = (changes: Partial<Ports['payoutGateway']>): Core =>
  createCore({ ...at.ports, payoutGateway: { ...at.ports.payoutGateway, ...changes } });
const accountId = async () =>
  (await commit(at.ports.uow, ({ payoutAccounts }) => payoutAccounts.find(artist.id)))?.id ?? null;

test('onboarding opens one account, and a page each time', async () => {
  let opened = 0;
  const { payout } = on({
    openAccount: (payee) => {
      opened += 1;
      return at.ports.payoutGateway.openAccount(payee);
    },
  });
  const pages = [await payout.startOnboarding(artist.id), await payout.startOnboarding(artist.id)];
  expect(pages).toMatchObject([ok({ url: expect.any(String) }), ok({ url: expect.any(String) })]);
  expect([opened, await accountId()]).toEqual([1, `payee-${artist.id}`]);
});

test('it says when to come again, and keeps nothing but what there is', async () => {
  expect(await on({ openAccount: async () => AWAY }).payout.startOnboarding(artist.id)).toEqual(AWAY);
  expect(await accountId()).toBeNull();
  for (let times = 0; times < 2; times += 1) {
    expect(await on({ openOnboarding: async () => AWAY }).payout.startOnboarding(artist.id)).toEqual(AWAY);
    expect(await accountId()).toBe(`payee-${artist.id}`);
  }
});

test('it opens another account where the provider has forgotten the one', async () => {
  await at.core.payout.startOnboarding(artist.id);
  const id = await accountId();
  at.ports.payees.forget(id!);
  expect(await at.core.payout.startOnboarding(artist.id)).toMatchObject({ ok: true });
  expect(await accountId()).toBe(id);
});
