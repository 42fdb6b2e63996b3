import { describe, expect, test } from '@jest/globals';
import { USD, after, currency, err, micros, month, ok } from '@backline/core/kernel';
import {
  type AccountName,
  type LedgerTransaction,
  type PostingRequest,
  credit,
  debit,
  reverse,
} from '@backline/core/payout';
import { type OpenHarness, commit, contend, eachTest, inTurn } from './harness.ts';
import {
  AVAILABLE,
  MONTH,
  beginClosing,
  earning,
  endClosing,
  openMonth,
  requestOf,
  spending,
  transactionId,
} from './ledger-samples.ts';
import { AWKWARD_TEXT, NOW } from './samples.ts';

const EUR = currency('EUR');
const NEXT = month('2026-12');
const UNKNOWN = transactionId(999);

const withLines = (entries: LedgerTransaction['entries']): PostingRequest => {
  const request = earning(1, 7n);
  return { ...request, transaction: { ...request.transaction, entries } };
};

const [DEBIT, CREDIT] = earning(1, 7n).transaction.entries;

/** The opposite of `earning(1, 7n)`. */
const undoing = (number: number): PostingRequest => spending(number, 7n, { reverses: transactionId(1) });

/** What every LedgerRepository promises, whatever stores it. */
export const ledgerSuite = (adapter: string, open: OpenHarness): void => {
  describe(`LedgerRepository on ${adapter}`, () => {
    const harness = eachTest(async () => {
      const opened = await open();
      await openMonth(opened);
      return opened;
    });
    const uow = () => harness().ports.uow;
    const post = (...requests: readonly PostingRequest[]) => uow().run(({ ledger }) => ledger.post(requests));
    const posted = async (...requests: readonly PostingRequest[]) =>
      expect(await post(...requests)).toEqual(ok(requests.map(({ id }) => id)));
    const balances = (accounts: readonly AccountName[], of = USD) =>
      commit(uow(), async ({ ledger }) => [...(await ledger.balancesOf(accounts, of)).values()]);
    const find = (number: number) => commit(uow(), ({ ledger }) => ledger.find(transactionId(number)));
    const differences = () => harness().ports.ledgerAudit.differences();

    test('returns what was posted, by its id and by its event', async () => {
      const { idempotencyKey, ...request } = earning(1, 2n ** 62n, {
        event: { sourceId: `${AWKWARD_TEXT} ? ??`, kind: AWKWARD_TEXT },
        idempotencyKey: `${AWKWARD_TEXT} ?`,
        postedAt: after(NOW, 123),
      });
      await posted({ ...request, idempotencyKey });
      expect(await find(1)).toEqual(request);
      expect(await commit(uow(), ({ ledger }) => ledger.findEvent(request.transaction))).toEqual(request);
      expect(await find(2)).toBeNull();
      expect(
        await commit(uow(), ({ ledger }) => ledger.findEvent({ ...request.transaction, kind: 'other' })),
      ).toBeNull();
    });

    test('keeps balances on the normal side, by currency', async () => {
      await posted(earning(1, 100n), spending(2, 30n));
      const euros = earning(3, 9n);
      await posted({
        ...euros,
        transaction: {
          ...euros.transaction,
          entries: euros.transaction.entries.map((entry) => ({ ...entry, currency: EUR })),
        },
      });
      expect(await balances([AVAILABLE, 'stripe_balance', 'stripe_fees'])).toEqual([70n, 70n, 0n]);
      expect(await balances([AVAILABLE, 'stripe_balance'], EUR)).toEqual([9n, 9n]);
      expect(await balances([])).toEqual([]);
      expect(await differences()).toEqual([]);
    });

    test('one transaction may balance in several currencies', async () => {
      const euros = earning(1, 9n).transaction.entries.map((entry) => ({ ...entry, currency: EUR }));
      await posted(withLines([...earning(1, 5n).transaction.entries, ...euros]));
      expect([await balances([AVAILABLE]), await balances([AVAILABLE], EUR)]).toEqual([[5n], [9n]]);
    });

    test('has an account’s lines of a month, in their order', async () => {
      await openMonth(harness(), NEXT);
      await posted(
        earning(3, 3n, { postedAt: after(NOW, 2) }),
        earning(2, 2n, { postedAt: after(NOW, 1) }),
        earning(1, 1n, { postedAt: after(NOW, 2) }),
        earning(4, 4n, { event: { period: NEXT } }),
        requestOf(5, [debit('stripe_fees', 5n), credit('stripe_balance', 5n)]),
      );
      const lines = await commit(uow(), ({ ledger }) => ledger.entriesOf(AVAILABLE, MONTH));
      expect(lines.map(({ amount }) => amount)).toEqual([2n, 1n, 3n]);
      expect(lines[0]).toEqual({
        account: AVAILABLE,
        side: 'credit',
        currency: USD,
        amount: 2n,
        id: transactionId(2),
        event: { period: MONTH, sourceType: 'receipt', sourceId: '2', kind: 'made' },
        postedAt: after(NOW, 1),
      });
    });

    test('posts a thousand lines at once', async () => {
      const artists = Array.from({ length: 1_000 }, (_, index) => index + 1);
      await posted(
        requestOf(1, [
          debit('stripe_balance', 500_500n),
          ...artists.map((id) => credit(`artist_pending:${id}`, BigInt(id))),
        ]),
      );
      expect(await balances(['artist_pending:1', 'artist_pending:1000'])).toEqual([1n, 1_000n]);
      expect((await find(1))?.transaction.entries).toHaveLength(1_001);
    });

    test('however many lines there are, balances are looked at after all of them', async () => {
      const artists = Array.from({ length: 6_000 }, (_, index) => index + 1);
      const sharing = (number: number) =>
        requestOf(number, [debit(AVAILABLE, 6_000n), ...artists.map((id) => credit(`artist_pending:${id}`, 1n))]);
      await posted(sharing(1), earning(2, 6_000n));
      expect(await balances([AVAILABLE, 'artist_pending:6000'])).toEqual([0n, 1n]);
      expect(await post(earning(3, 5_999n), sharing(4))).toEqual(err({ code: 'overdrawn', account: AVAILABLE }));
      expect(await balances([AVAILABLE, 'artist_pending:6000'])).toEqual([0n, 1n]);
    });

    test('the same request again changes nothing, whoever makes it and in whatever month', async () => {
      await posted(earning(1, 100n));
      await openMonth(harness(), NEXT);
      await beginClosing(harness(), MONTH);
      await endClosing(harness(), MONTH);
      for (const period of [MONTH, NEXT]) {
        const again = earning(2, 100n, {
          idempotencyKey: 'key 1',
          event: { sourceId: '1', period },
          postedAt: after(NOW, 5),
        });
        expect(await post(again)).toEqual(ok([transactionId(1)]));
      }
      expect(await balances([AVAILABLE])).toEqual([100n]);
      expect(await find(2)).toBeNull();
    });

    test('what is new is posted beside what is not', async () => {
      await posted(earning(1, 100n));
      expect(await post(earning(2, 10n), earning(1, 100n), earning(3, 1n))).toEqual(
        ok([2, 1, 3].map((number) => transactionId(number))),
      );
      expect(await balances([AVAILABLE])).toEqual([111n]);
    });

    test('a key of another request is refused', async () => {
      await posted(earning(1, 100n));
      for (const other of [
        earning(1, 101n),
        earning(1, 100n, { event: { kind: 'other' } }),
        earning(1, 100n, { reverses: UNKNOWN }),
      ])
        expect(await post(earning(5, 1n), other)).toEqual(err({ code: 'key_reused', idempotencyKey: 'key 1' }));
      expect(await balances([AVAILABLE])).toEqual([100n]);
    });

    test('an event is posted once, under whatever key', async () => {
      await posted(earning(1, 100n));
      expect(await post(earning(2, 100n, { event: { sourceId: '1' } }))).toEqual(
        err({ code: 'event_posted', transactionId: transactionId(1) }),
      );
      await posted(earning(3, 1n, { event: { sourceId: '1', kind: 'other' } }));
      await posted(earning(4, 1n, { event: { sourceId: '1', sourceType: 'release' } }));
    });

    test('a transaction is reversed once', async () => {
      const first = earning(1, 100n);
      const undo = (number: number): PostingRequest => ({
        ...earning(number, 1n, { reverses: transactionId(1) }),
        transaction: reverse(first.transaction, { ...first.transaction, sourceId: `undo ${number}` }),
      });
      await posted(first);
      await posted(undo(2));
      expect(await balances([AVAILABLE, 'stripe_balance'])).toEqual([0n, 0n]);
      await posted(earning(3, 100n));
      expect(await post(undo(4))).toEqual(err({ code: 'already_reversed', transactionId: transactionId(1) }));
      expect(await find(2)).toMatchObject({ reverses: transactionId(1) });
    });

    test('an account that may not be overdrawn is not', async () => {
      await posted(earning(1, 100n));
      expect(await post(spending(2, 101n))).toEqual(err({ code: 'overdrawn', account: AVAILABLE }));
      await posted(spending(2, 100n));
      expect(await post(spending(3, 1n))).toEqual(err({ code: 'overdrawn', account: AVAILABLE }));
      await posted(requestOf(4, [debit('stripe_fees', 100n), credit('stripe_balance', 100n)]));
      expect(await balances([AVAILABLE, 'stripe_balance'])).toEqual([0n, -100n]);
    });

    test('balances are looked at after all that is posted at once', async () => {
      await posted(spending(1, 40n), earning(2, 100n), spending(3, 60n));
      expect(await post(earning(4, 10n), spending(5, 11n))).toEqual(err({ code: 'overdrawn', account: AVAILABLE }));
      expect(await balances([AVAILABLE])).toEqual([0n]);
    });

    test('a month that is not open is refused, but to its close while it is closing', async () => {
      const late = earning(1, 7n);
      const ofTheClose = earning(2, 7n, { event: { sourceType: 'period-close', sourceId: MONTH } });
      const refused = err({ code: 'period_not_open', period: MONTH });
      await beginClosing(harness(), MONTH);
      expect(await post(late)).toEqual(refused);
      await posted(ofTheClose);
      expect(await post({ ...ofTheClose, id: transactionId(5), idempotencyKey: 'other' })).toEqual(
        err({ code: 'event_posted', transactionId: transactionId(2) }),
      );
      await endClosing(harness(), MONTH);
      expect(await post(late)).toEqual(refused);
      expect(await post({ ...earning(3, 7n), transaction: { ...ofTheClose.transaction, kind: 'other' } })).toEqual(
        refused,
      );
      expect(await post(earning(4, 7n, { event: { period: NEXT } }))).toEqual(
        err({ code: 'period_not_open', period: NEXT }),
      );
    });

    test('of several that are posted at once, none is where one is refused', async () => {
      expect(await post(earning(1, 5n), spending(2, 6n), earning(3, 1n, { event: { period: NEXT } }))).toMatchObject({
        ok: false,
      });
      expect([await find(1), await find(2), await find(3)]).toEqual([null, null, null]);
      expect(await balances([AVAILABLE])).toEqual([0n]);
    });

    test('what was refused leaves a transaction that goes on', async () => {
      await commit(uow(), async ({ ledger }) => {
        expect((await ledger.post([spending(1, 1n)])).ok).toBe(false);
        expect((await ledger.post([earning(2, 1n)])).ok).toBe(true);
        expect((await ledger.post([earning(3, 1n, { event: { sourceId: '2' } })])).ok).toBe(false);
      });
      expect(await balances([AVAILABLE])).toEqual([1n]);
      expect(await find(2)).not.toBeNull();
    });

    test('what is rolled back was not posted', async () => {
      await uow().run(async ({ ledger }) => err(await ledger.post([earning(1, 7n)])));
      expect(await find(1)).toBeNull();
      expect(await balances([AVAILABLE])).toEqual([0n]);
      await posted(earning(1, 8n));
    });

    test.each<[string, () => readonly PostingRequest[]]>([
      ['no lines', () => [withLines([])]],
      ['one line', () => [withLines([DEBIT!])]],
      ['lines that do not balance', () => [withLines([DEBIT!, { ...CREDIT!, amount: micros(6n) }])]],
      ['lines that balance across currencies', () => [withLines([DEBIT!, { ...CREDIT!, currency: EUR }])]],
      ['a line of nothing', () => [withLines([DEBIT!, CREDIT!, { ...DEBIT!, amount: micros(0n) }])]],
      [
        'negative lines',
        () => [withLines([DEBIT!, CREDIT!].map((entry) => ({ ...entry, amount: micros(-entry.amount) })))],
      ],
      ['two requests under one key', () => [earning(1, 7n), earning(2, 7n, { idempotencyKey: 'key 1' })]],
      ['two requests of one event', () => [earning(1, 7n), earning(2, 7n, { event: { sourceId: '1' } })]],
      ['two requests of one id', () => [earning(1, 7n), { ...earning(2, 7n), id: transactionId(1) }]],
      ['a reversal of what there is not', () => [earning(1, 7n, { reverses: UNKNOWN })]],
      ['a reversal of itself', () => [earning(1, 7n, { reverses: transactionId(1) })]],
    ])('%s is a bug, and leaves nothing', async (_what, requests) => {
      await expect(post(...requests())).rejects.toThrow();
      expect([await find(1), await find(2)]).toEqual([null, null]);
      expect(await balances([AVAILABLE, 'stripe_balance'])).toEqual([0n, 0n]);
    });

    test('a reversal that is not the opposite is a bug', async () => {
      await posted(earning(1, 7n));
      await expect(post(spending(2, 6n, { reverses: transactionId(1) }))).rejects.toThrow();
      await expect(post(earning(3, 7n, { reverses: transactionId(1) }))).rejects.toThrow();
      expect(await balances([AVAILABLE])).toEqual([7n]);
    });

    test('of two that would overdraw an account together, the second waits and is refused', async () => {
      await posted(earning(1, 100n));
      const { second, order } = await contend(
        uow(),
        ({ ledger }) => ledger.post([spending(2, 60n)]),
        ({ ledger }) => ledger.post([spending(3, 60n)]),
        (first) => first,
      );
      expect(order).toEqual(['first', 'second']);
      expect(second).toEqual(err({ code: 'overdrawn', account: AVAILABLE }));
    });

    test('of two that make the same request, the second waits and finds it', async () => {
      const { second, order } = await contend(
        uow(),
        ({ ledger }) => ledger.post([earning(1, 7n)]),
        ({ ledger }) => ledger.post([{ ...earning(1, 7n), id: transactionId(2) }]),
        (first) => first,
      );
      expect(order).toEqual(['first', 'second']);
      expect(second).toEqual(ok([transactionId(1)]));
      expect(await balances([AVAILABLE])).toEqual([7n]);
    });

    test('of two that make the same request, the second posts it where the first was rolled back', async () => {
      const { second } = await contend(
        uow(),
        ({ ledger }) => ledger.post([earning(1, 7n)]),
        ({ ledger }) => ledger.post([{ ...earning(1, 7n), id: transactionId(2) }]),
        () => err('changed my mind'),
      );
      expect(second).toEqual(ok([transactionId(2)]));
      expect(await balances([AVAILABLE])).toEqual([7n]);
    });

    test('of two that reverse one transaction, the second waits and is refused', async () => {
      await posted(earning(1, 7n), earning(2, 7n));
      const { second, order } = await contend(
        uow(),
        ({ ledger }) => ledger.post([undoing(3)]),
        ({ ledger }) => ledger.post([undoing(4)]),
        (first) => first,
      );
      expect(order).toEqual(['first', 'second']);
      expect(second).toEqual(err({ code: 'already_reversed', transactionId: transactionId(1) }));
    });

    test('balances are held until the transaction ends', async () => {
      await posted(earning(1, 7n));
      expect(await inTurn(uow(), ({ ledger }) => ledger.balancesOf([AVAILABLE], USD))).toEqual(['first', 'second']);
      const { second, order } = await contend(
        uow(),
        ({ ledger }) => ledger.balancesOf([AVAILABLE], USD),
        ({ ledger }) => ledger.post([spending(2, 7n)]),
        () => ok(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(second.ok).toBe(true);
    });

    test('a close waits for what is being posted to its month, and is waited for', async () => {
      const begin = contend(
        uow(),
        ({ ledger }) => ledger.post([earning(1, 7n)]),
        ({ periods }) => periods.find(MONTH),
        (first) => first,
      );
      expect((await begin).order).toEqual(['first', 'second']);
      const { second, order } = await contend(
        uow(),
        async ({ periods }) =>
          periods.save({ month: MONTH, openedAt: NOW, status: 'closing', closingAt: after(NOW, 1) }),
        ({ ledger }) => ledger.post([earning(2, 7n)]),
        () => ok(null),
      );
      expect(order).toEqual(['first', 'second']);
      expect(second).toEqual(err({ code: 'period_not_open', period: MONTH }));
    });
  });
};
