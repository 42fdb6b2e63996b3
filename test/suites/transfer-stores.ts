import { beforeEach, describe, expect, test } from '@jest/globals';
import type { User } from '@backline/core/accounts';
import { HOUR_MS, USD, after, micros, money } from '@backline/core/kernel';
import type { GatewayTransferId, PayoutAccount, PayoutAccountId, PayoutTransfer } from '@backline/core/payout';
import { type OpenHarness, commit, eachTest, inTurn } from './harness.ts';
import { earnedBy, transferTo } from './ledger-samples.ts';
import { NOW, addArtist } from './samples.ts';

const accountOf = ({ id }: User, changes: Partial<PayoutAccount> = {}): PayoutAccount => ({
  artistId: id,
  id: `acct_${id}` as PayoutAccountId,
  onboarded: false,
  checkedAt: NOW,
  ...changes,
});

/** What every PayoutAccountRepository promises, whatever stores it. */
export const payoutAccountRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`PayoutAccountRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const keep = (account: PayoutAccount) => commit(uow(), ({ payoutAccounts }) => payoutAccounts.keep(account));
    const find = ({ id }: User) => commit(uow(), ({ payoutAccounts }) => payoutAccounts.find(id));
    const findById = (id: string) =>
      commit(uow(), ({ payoutAccounts }) => payoutAccounts.findById(id as PayoutAccountId));

    test('finds what was kept, by artist and by id; the first one stays', async () => {
      const [ada, ben] = [await addArtist(harness()), await addArtist(harness())];
      await keep(accountOf(ada));
      await keep(accountOf(ada, { id: 'acct_other' as PayoutAccountId }));
      expect(await find(ada)).toEqual(accountOf(ada));
      expect(await find(ben)).toBeNull();
      expect(await findById(`acct_${ada.id}`)).toEqual(accountOf(ada));
      expect(await findById('acct_other')).toBeNull();
    });

    test('two artists at once have one account each, and never the same one', async () => {
      const [ada, ben] = [await addArtist(harness()), await addArtist(harness())];
      await keep(accountOf(ada));
      await expect(keep(accountOf(ben, { id: accountOf(ada).id }))).rejects.toThrow();
      expect(await find(ben)).toBeNull();
    });

    test('saves what the provider said last, and forgets what is gone there', async () => {
      const ada = await addArtist(harness());
      await keep(accountOf(ada));
      const onboarded = accountOf(ada, { onboarded: true, checkedAt: after(NOW, 1) });
      await commit(uow(), ({ payoutAccounts }) => payoutAccounts.save(onboarded));
      expect(await find(ada)).toEqual(onboarded);
      await commit(uow(), ({ payoutAccounts }) => payoutAccounts.remove(onboarded.id));
      expect(await find(ada)).toBeNull();
      await commit(uow(), ({ payoutAccounts }) => payoutAccounts.save(onboarded));
      expect(await find(ada)).toBeNull();
    });

    test('find holds an account until the transaction ends', async () => {
      const ada = await addArtist(harness());
      await keep(accountOf(ada));
      expect(await inTurn(uow(), ({ payoutAccounts }) => payoutAccounts.find(ada.id))).toEqual(['first', 'second']);
    });
  });
};

/** What every TransferRepository promises, whatever stores it. */
export const transferRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`TransferRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    let [ada, ben, cem]: User[] = [];
    beforeEach(async () => {
      [ada, ben, cem] = [await addArtist(harness()), await addArtist(harness()), await addArtist(harness())];
    });
    const insert = (transfer: PayoutTransfer) => commit(uow(), ({ transfers }) => transfers.insert(transfer));
    const save = (transfer: PayoutTransfer) => commit(uow(), ({ transfers }) => transfers.save(transfer));
    const find = ({ id }: PayoutTransfer) => commit(uow(), ({ transfers }) => transfers.find(id));
    /** One at a time. */
    const underWay = (last: PayoutTransfer['id'] | null) =>
      commit(uow(), ({ transfers }) => transfers.underWay(last, 1));
    const payable = (atLeast: bigint, afterArtist: User | null = null, limit = 10) =>
      commit(uow(), ({ transfers }) => transfers.payable(money(atLeast, USD), afterArtist?.id ?? null, limit));

    test('finds what was begun, as it was', async () => {
      const begun = transferTo(ada!, 1, { withheld: micros(30_000n), ruleId: 'percent 1' });
      await insert(begun);
      expect(await find(begun)).toEqual(begun);
      expect(await find(transferTo(ada!, 2))).toBeNull();
    });

    test.each<readonly [string, Partial<PayoutTransfer>]>([
      ['called', { calledAt: after(NOW, 7) }],
      ['settled', { status: 'settled', gatewayId: 'tr_1' as GatewayTransferId, endedAt: after(NOW, 9) }],
      ['failed', { status: 'failed', failure: 'funds-short', endedAt: after(NOW, 9) }],
    ])('keeps that it was %s', async (_name, changes) => {
      const begun = transferTo(ada!, 1);
      await insert(begun);
      const changed = { ...begun, ...changes } as PayoutTransfer;
      await save(changed);
      expect(await find(begun)).toEqual(changed);
    });

    test('keeps that it came back, and never goes backwards', async () => {
      const begun = transferTo(ada!, 1);
      await insert(begun);
      const gatewayId = 'tr_1' as GatewayTransferId;
      const settled = { ...begun, status: 'settled', gatewayId, endedAt: after(NOW, 9) } as const;
      await save(settled);
      await expect(save({ ...begun, status: 'failed', failure: 'refused', endedAt: NOW })).rejects.toThrow();
      const reversed = { ...begun, status: 'reversed', gatewayId, endedAt: after(NOW, 11) } as const;
      await save(reversed);
      expect(await find(begun)).toEqual(reversed);
      await expect(save(settled)).rejects.toThrow();
    });

    test('has one under way to an artist', async () => {
      const isUnderWay = () => commit(uow(), ({ transfers }) => transfers.isUnderWay(ada!.id, USD));
      expect(await isUnderWay()).toBe(false);
      const first = transferTo(ada!, 1);
      await insert(first);
      expect(await isUnderWay()).toBe(true);
      await expect(insert(transferTo(ada!, 2))).rejects.toThrow();
      await save({ ...first, status: 'failed', failure: 'refused', endedAt: NOW });
      expect(await isUnderWay()).toBe(false);
      await insert(transferTo(ada!, 2));
    });

    test('lists those under way, and no others, page by page', async () => {
      for (const [number, artist] of [ada!, ben!, cem!].entries()) await insert(transferTo(artist, number + 1));
      await save({ ...transferTo(ben!, 2), status: 'failed', failure: 'refused', endedAt: NOW });
      const [first] = await underWay(null);
      const [second] = await underWay(first!.id);
      expect([first, second]).toEqual([transferTo(ada!, 1), transferTo(cem!, 3)]);
      expect(await underWay(second!.id)).toEqual([]);
    });

    test('pays those who have enough and none under way, with where they are paid', async () => {
      await earnedBy(harness(), ada!, 100n);
      await earnedBy(harness(), ben!, 99n);
      await earnedBy(harness(), cem!, 101n);
      await commit(uow(), ({ payoutAccounts }) => payoutAccounts.keep(accountOf(ada!, { onboarded: true })));
      const ofAda = { artistId: ada!.id, account: accountOf(ada!, { onboarded: true }) };
      const ofCem = { artistId: cem!.id, account: null };
      expect(await payable(100n)).toEqual([ofAda, ofCem]);
      expect(await payable(100n, null, 1)).toEqual([ofAda]);
      expect(await payable(100n, ada!)).toEqual([ofCem]);
      await insert(transferTo(ada!, 1, { begunAt: after(NOW, HOUR_MS) }));
      expect(await payable(100n)).toEqual([ofCem]);
    });
  });
};
