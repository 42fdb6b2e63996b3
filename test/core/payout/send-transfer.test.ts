import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, type Ports, createCore } from '@backline/core';
import type { User } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, before, err, ok } from '@backline/core/kernel';
import { type PayoutAccountId, type PayoutGateway, artistAccount, credit, debit } from '@backline/core/payout';
import { type MemoryPorts, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { type Harness, commit } from '../../suites/harness.ts';
import { earnedBy, requestOf, transferTo } from '../../suites/ledger-samples.ts';
import { NOW, addArtist } from '../../suites/samples.ts';
import { valueOf } from '../platform.ts';

const EARNED = 31_230_000n;
const AWAY = err({ code: 'payments_away', retryAfterMs: 0 } as const);
const KEY_LIFE_MS = 23 * HOUR_MS;

let clock: SteppingClock;
let ports: MemoryPorts;
let core: Core;
let harness: Harness;
/** What the provider was asked, in order. */
let asked: string[];

/** The core on a provider that answers otherwise where it is said so; all that it is asked is noted. */
const withGateway = (changes: Partial<PayoutGateway>, others: Partial<Ports> = {}): Core => {
  const gateway = { ...ports.payoutGateway, ...changes };
  return createCore({
    ...ports,
    ...others,
    payoutGateway: {
      ...gateway,
      transfer: (order) => {
        asked.push(`transfer ${order.idempotencyKey === `backline-transfer-${order.transferGroup.slice(7)}`}`);
        return gateway.transfer(order);
      },
      findTransfer: (order) => {
        asked.push('find');
        return gateway.findTransfer(order);
      },
      isOnboarded: (id) => {
        asked.push('onboarded');
        return gateway.isOnboarded(id);
      },
    },
  });
};
const accountOf = ({ id }: User) => `payee-${id}` as PayoutAccountId;
const earner = async (): Promise<User> => {
  const artist = await addArtist(harness);
  valueOf(await core.payout.startOnboarding(artist.id));
  ports.payees.setOnboarded(accountOf(artist), true);
  await core.payout.followPayee({ kind: 'payout-account', id: accountOf(artist) });
  await earnedBy(harness, artist, EARNED);
  return artist;
};
/** Asked for once, and not answered. */
const begun = async (): Promise<User> => {
  const artist = await earner();
  expect(await withGateway({ transfer: async () => AWAY }).payout.transferEarnings()).toMatchObject({ waiting: 1 });
  asked = [];
  return artist;
};

const isOnboarded = async (artist: User): Promise<boolean | undefined> =>
  (await commit(ports.uow, ({ payoutAccounts }) => payoutAccounts.find(artist.id)))?.onboarded;

/** The provider has sent it, and nobody has heard so. */
const sentUnheard = async (): Promise<void> => {
  const { transfer } = ports.payoutGateway;
  const core = withGateway({
    transfer: async (order) => {
      await transfer(order);
      return AWAY;
    },
  });
  expect(await core.payout.transferEarnings()).toMatchObject({ waiting: 1 });
};

beforeEach(() => {
  clock = steppingClock(NOW);
  ports = memoryPorts({ clock });
  core = createCore(ports);
  harness = { ports, published: async () => [] };
  asked = [];
});

describe('a transfer', () => {
  test('is looked for nowhere before it was ever asked for', async () => {
    await earner();
    expect(await withGateway({}).payout.transferEarnings()).toMatchObject({ settled: 1 });
    expect(asked).toEqual(['transfer true']);
  });

  test('is asked for under its key for as long as the provider knows that, and looked for from then on', async () => {
    await begun();
    clock.advance(KEY_LIFE_MS - 1);
    expect(await withGateway({ transfer: async () => AWAY }).payout.resumeTransfers()).toMatchObject({ waiting: 1 });
    expect(asked).toEqual(['transfer true']);
    clock.advance(1);
    expect(await withGateway({}).payout.resumeTransfers()).toMatchObject({ settled: 1 });
    expect(asked).toEqual(['transfer true', 'find', 'transfer true']);
  });

  test('that can not be looked for waits', async () => {
    await begun();
    clock.advance(KEY_LIFE_MS);
    expect(await withGateway({ findTransfer: async () => AWAY }).payout.resumeTransfers()).toMatchObject({
      waiting: 1,
      settled: 0,
    });
    expect(asked).toEqual(['find']);
  });

  test('that is found is settled, and not asked for', async () => {
    const artist = await earner();
    await sentUnheard();
    clock.advance(2 * DAY_MS);
    asked = [];
    expect(await withGateway({}).payout.resumeTransfers()).toMatchObject({ settled: 1 });
    expect([asked, ports.payees.sent().length]).toEqual([['find'], 1]);
    expect((await core.payout.earningsOf(artist.id)).paid.micros).toBe(EARNED);
  });

  test('that was settled while it was looked for is not asked for', async () => {
    await earner();
    await sentUnheard();
    clock.advance(KEY_LIFE_MS);
    asked = [];
    const findTransfer = async () => {
      await core.payout.followPayee({ kind: 'transfer', id: ports.payees.sent()[0]!.id });
      return ok(null);
    };
    expect(await withGateway({ findTransfer }).payout.resumeTransfers()).toMatchObject({ waiting: 1, settled: 0 });
    expect([asked, ports.payees.sent().length]).toEqual([['find'], 1]);
  });

  test('is not asked for by one who slept after the mark for longer than the key lives', async () => {
    await begun();
    clock.advance(KEY_LIFE_MS);
    const { uow } = ports;
    const sleepy: typeof uow = {
      run: async (work) => {
        const marked = await uow.run(work);
        if (asked.includes('find')) clock.advance(KEY_LIFE_MS);
        return marked;
      },
    };
    expect(await withGateway({}, { uow: sleepy }).payout.resumeTransfers()).toMatchObject({ waiting: 1, settled: 0 });
    expect(asked).toEqual(['find']);
  });

  test.each([
    ['has ended', true, 1],
    ['was asked for by somebody else', false, 0],
  ])('that %s while it was looked for is not asked for', async (_, ends, sent) => {
    await begun();
    clock.advance(KEY_LIFE_MS);
    const other = createCore({
      ...ports,
      payoutGateway: ends ? ports.payoutGateway : { ...ports.payoutGateway, transfer: async () => AWAY },
    });
    const findTransfer = async () => {
      await other.payout.resumeTransfers();
      return ok(null);
    };
    expect(await withGateway({ findTransfer }).payout.resumeTransfers()).toMatchObject({ waiting: 1, settled: 0 });
    expect([asked, ports.payees.sent().length]).toEqual([['find'], sent]);
  });

  test.each([
    ['refused', ['transfer true'], { failed: 1, short: false }],
    ['funds-short', ['transfer true'], { failed: 1, short: true }],
    ['account-refused', ['transfer true', 'onboarded'], { failed: 1, short: false }],
  ] as const)('%s: only where the account was refused it is asked after', async (reason, questions, run) => {
    await earner();
    ports.payees.refuse(reason);
    expect(await withGateway({}).payout.transferEarnings()).toMatchObject(run);
    expect(asked).toEqual(questions);
  });
});

describe('what is sent', () => {
  test('is sent to all, and gone on with for all, however many there are', async () => {
    const many = 501;
    for (let count = 0; count < many; count += 1) await earner();
    // Whose numbers are not those that the samples take.
    const ids = { ...ports.ids, uuid: randomUUID };
    expect(await withGateway({}, { ids }).payout.transferEarnings()).toMatchObject({ settled: many });
    for (let count = 0; count < many; count += 1) {
      const artist = await addArtist(harness);
      await commit(ports.uow, ({ transfers }) => transfers.insert(transferTo(artist, 50_000 + count)));
    }
    expect(await withGateway({ transfer: async () => AWAY }).payout.resumeTransfers()).toMatchObject({ waiting: many });
  });

  test('waits where nobody says whether the artist can be paid', async () => {
    const artist = await earner();
    ports.payees.setOnboarded(accountOf(artist), false);
    await core.payout.followPayee({ kind: 'payout-account', id: accountOf(artist) });
    expect(await withGateway({ isOnboarded: async () => AWAY }).payout.transferEarnings()).toMatchObject({
      waiting: 1,
      notOnboarded: 0,
    });
  });

  test.each([
    ['can not be paid any more', (artist: User) => ports.payees.setOnboarded(accountOf(artist), false)],
    ['has been sent it by somebody else', () => undefined],
  ])('is nothing where the artist %s by the time that it is begun', async (_, meanwhile) => {
    const artist = await earner();
    const assess: Ports['withholding']['assess'] = async (id, gross) => {
      meanwhile(artist);
      await core.payout.followPayee({ kind: 'payout-account', id: accountOf(artist) });
      await core.payout.transferEarnings();
      return ports.withholding.assess(id, gross);
    };
    expect(await withGateway({}, { withholding: { assess } }).payout.transferEarnings()).toMatchObject({
      settled: 0,
      waiting: 0,
      failed: 0,
    });
    expect(asked).toEqual([]);
  });

  test('is nothing more while something is under way', async () => {
    const artist = await earner();
    const assess: Ports['withholding']['assess'] = async (id, gross) => {
      await withGateway({ transfer: async () => AWAY }).payout.transferEarnings();
      const more = [debit('stripe_balance', EARNED), credit(artistAccount('artist_available', artist.id), EARNED)];
      await commit(ports.uow, ({ ledger }) => ledger.post([requestOf(1, more)]));
      asked = [];
      return ports.withholding.assess(id, gross);
    };
    expect(await withGateway({}, { withholding: { assess } }).payout.transferEarnings()).toMatchObject({ settled: 0 });
    expect(asked).toEqual([]);
  });
});

describe('an account', () => {
  test('is as it was while the provider is away', async () => {
    const artist = await earner();
    const away = withGateway({ isOnboarded: async () => AWAY });
    expect(await away.payout.followPayee({ kind: 'payout-account', id: accountOf(artist) })).toEqual(AWAY);
    expect(await isOnboarded(artist)).toBe(true);
  });

  test('that is none of ours is none', async () => {
    expect(await core.payout.followPayee({ kind: 'payout-account', id: 'payee-999' })).toEqual(ok(null));
    expect(await commit(ports.uow, ({ payoutAccounts }) => payoutAccounts.findById('payee-999' as never))).toBeNull();
  });

  test('is what was asked for last, not what was answered last', async () => {
    const artist = await earner();
    ports.payees.setOnboarded(accountOf(artist), false);
    const slow = withGateway({
      isOnboarded: async () => {
        clock.advance(1);
        await core.payout.followPayee({ kind: 'payout-account', id: accountOf(artist) });
        return ok(true);
      },
    });
    await slow.payout.followPayee({ kind: 'payout-account', id: accountOf(artist) });
    expect(await isOnboarded(artist)).toBe(false);
    const { checkedAt } = (await commit(ports.uow, ({ payoutAccounts }) => payoutAccounts.find(artist.id)))!;
    expect(before(checkedAt, 1)).toBe(NOW);
  });

  test('of a transfer whose provider is away is asked after later', async () => {
    const away = withGateway({ fetchTransfer: async () => AWAY });
    expect(await away.payout.followPayee({ kind: 'transfer', id: 'transfer-1' })).toEqual(AWAY);
  });
});
