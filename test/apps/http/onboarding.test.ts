import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  answerSandboxOnboarding,
  showOnboarded,
  showOnboardingExpired,
  showSandboxOnboarding,
  startOnboarding,
} from '@backline/contracts/http';
import { sandboxPages } from '@backline/composition';
import { err } from '@backline/core/kernel';
import type { PayeeRef } from '@backline/core/subscriptions';
import { steppingClock } from '@backline/memory';
import { PAGE_CSP, type SandboxPayments, sandboxPayments } from '@backline/sandbox-payments';
import { START } from '../../core/platform.ts';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';

const clock = steppingClock(START);
let scratch: Scratch;
let payments: SandboxPayments;
let app: HttpApp;
let artist: Person;
let announced: PayeeRef[];

beforeEach(async () => {
  scratch = scratchDirectory();
  announced = [];
  payments = sandboxPayments({
    directory: scratch.path,
    publicUrl: 'http://127.0.0.1:1',
    signingSecret: 'a secret of at least thirty-two bytes',
    clock,
    ids: { uuid: () => randomUUID() },
    deliver: async (body, signature) => {
      const verified = await payments.verifier.verify(body, signature, clock.now());
      if (verified.ok) announced.push(verified.value.object as PayeeRef);
      return verified.ok;
    },
  });
  app = await openHttpApp({
    ports: { clock, payoutGateway: payments.payoutGateway },
    deps: { sandbox: sandboxPages(payments) },
  });
  artist = await app.person('ARTIST');
});
afterEach(async () => {
  await app.close();
  scratch.remove();
});

const start = (by: Person | null = artist) =>
  app.call('POST', '/payouts/onboarding', by === null ? {} : { token: by.token });
const press = (path: string, body = 'action=onboard') =>
  app.call('POST', path, { bytes: body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });

describe('onboarding over HTTP', () => {
  test('an artist gets a link, again to the same account, and is onboarded by the page behind it', async () => {
    const started = await start();
    expectContract(startOnboarding, started);
    expect(started.status).toBe(200);
    const path = new URL(started.body.url).pathname;
    expect(new URL((await start()).body.url).pathname).toBe(path);

    const page = await app.call('GET', path);
    expectContract(showSandboxOnboarding, page);
    expect(page).toMatchObject({ status: 200, headers: { 'content-security-policy': PAGE_CSP } });
    expect(page.text).toContain('$25.00');
    const pressed = await press(path);
    expectContract(answerSandboxOnboarding, pressed);
    expect(pressed).toMatchObject({ status: 303, headers: { location: path } });
    expect((await app.call('GET', path)).text).toContain('You can be paid');
    expect((await press(path)).status).toBe(303);

    expect(announced).toEqual([{ kind: 'payout-account', id: path.split('/').at(-1) }]);
    await app.core.payout.followPayee(announced[0]!);
    const account = await app.ports.uow.run(async ({ payoutAccounts }) => ({
      ok: true,
      value: await payoutAccounts.find(artist.userId as never),
    }));
    expect(account.value).toMatchObject({ onboarded: true });
  });

  test('fans and strangers have none', async () => {
    expectProblem(await start(await app.person('FAN')), 403, 'artists-only');
    expectProblem(await start(null), 401, 'unauthorized');
  });

  test('a page that there is not, and a button that there is not', async () => {
    expectProblem(await app.call('GET', '/sandbox/onboarding/acct_none'), 404, 'not-found');
    expectProblem(await press('/sandbox/onboarding/acct_none'), 404, 'not-found');
    const path = new URL((await start()).body.url).pathname;
    expectProblem(await press(path, 'action=rob'), 400, 'invalid-input');
    expect((await app.call('GET', path)).text).not.toContain('You can be paid');
  });

  test('an account that the provider has forgotten is opened again', async () => {
    const first = (await start()).body.url;
    scratch.remove();
    const again = await start();
    expect(again.status).toBe(200);
    expect(again.body.url).not.toBe(first);
    expect((await app.call('GET', new URL(again.body.url).pathname)).status).toBe(200);
  });

  test('while the provider is away it says when to come again', async () => {
    const away = await openHttpApp({
      ports: {
        payoutGateway: {
          ...payments.payoutGateway,
          openAccount: async () => err({ code: 'payments_away', retryAfterMs: 30_000 }),
        },
      },
    });
    const waiting = await away.call('POST', '/payouts/onboarding', { token: (await away.person('ARTIST')).token });
    await away.close();
    expectContract(startOnboarding, waiting);
    expect(waiting.headers['retry-after']).toBe('30');
    expectProblem(waiting, 503, 'payments-away');
  });

  test('the pages to come back to say what is next', async () => {
    for (const [route, path, words] of [
      [showOnboarded, '/payouts/onboarding/done', 'Thank you'],
      [showOnboardingExpired, '/payouts/onboarding/expired', 'used up'],
    ] as const) {
      const page = await app.call('GET', path);
      expectContract(route, page);
      expect(page.text).toContain(words);
    }
  });
});
