import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Email, UserId } from '@backline/core/accounts';
import { DAY_MS, HOUR_MS, USD, money } from '@backline/core/kernel';
import {
  type GatewayTransfer,
  type GatewayTransferId,
  type PayoutAccountId,
  type PayoutGateway,
  type PayoutTransferId,
  type TransferOrder,
  groupOf,
} from '@backline/core/payout';
import { valueOf } from '../core/platform.ts';

export type OpenPayoutGateway = () => Promise<{
  readonly gateway: PayoutGateway;
  readonly clock: { readonly advance: (durationMs: number) => void };
  /** What an artist does at the hosted page. */
  readonly onboard: (id: PayoutAccountId) => Promise<void>;
  readonly reverse: (id: GatewayTransferId) => Promise<void>;
  readonly close: () => Promise<void>;
}>;

const ARTIST = 7 as UserId;

const orderTo = (destination: PayoutAccountId, changes: Partial<TransferOrder> = {}): TransferOrder => {
  const id = randomUUID() as PayoutTransferId;
  return {
    destination,
    net: money(25_120_000n, USD),
    transferGroup: groupOf(id),
    idempotencyKey: `backline-transfer-${id}`,
    ...changes,
  };
};

/** What every PayoutGateway promises, whoever pays. */
export const payoutGatewaySuite = (adapter: string, open: OpenPayoutGateway): void => {
  describe(`PayoutGateway on ${adapter}`, () => {
    let opened: Awaited<ReturnType<OpenPayoutGateway>>;
    let gateway: PayoutGateway;
    beforeEach(async () => {
      opened = await open();
      ({ gateway } = opened);
    });
    afterEach(() => opened.close());

    const account = async (artistId: UserId = ARTIST): Promise<PayoutAccountId> =>
      valueOf(await gateway.openAccount({ artistId, email: `artist${artistId}@example.com` as Email }));
    const onboarded = async (artistId: UserId = ARTIST): Promise<PayoutAccountId> => {
      const id = await account(artistId);
      await opened.onboard(id);
      return id;
    };
    const send = async (order: TransferOrder): Promise<GatewayTransfer> => valueOf(await gateway.transfer(order));

    test('an account is one for an artist however many ask at the same time; another artist has another', async () => {
      const raced = await Promise.all(Array.from({ length: 6 }, () => account()));
      expect(new Set(raced).size).toBe(1);
      expect(await account(8 as UserId)).not.toBe(raced[0]);
    });

    test('an account can be paid to once its artist has told all, and leads to a page for that', async () => {
      const id = await account();
      expect(await gateway.isOnboarded(id)).toEqual({ ok: true, value: false });
      const { url } = valueOf(await gateway.openOnboarding(id));
      expect(URL.canParse(url)).toBe(true);
      await opened.onboard(id);
      expect(await gateway.isOnboarded(id)).toEqual({ ok: true, value: true });
      expect(await gateway.openOnboarding(id)).toMatchObject({ ok: true });
    });

    test.each(['nonsense', '', '../1', '__proto__', 'acct_1'])('of the account %j there is nothing', async (id) => {
      expect(await gateway.isOnboarded(id as PayoutAccountId)).toEqual({ ok: true, value: false });
      expect(await gateway.openOnboarding(id as PayoutAccountId)).toEqual({
        ok: false,
        error: { code: 'payout_account_gone' },
      });
      expect(await gateway.transfer(orderTo(id as PayoutAccountId))).toEqual({
        ok: false,
        error: { code: 'transfer_refused', reason: 'account-refused' },
      });
    });

    test.each(['nonsense', '', '../1', 'tr_1'])('of the transfer %j there is nothing', async (id) => {
      expect(await gateway.fetchTransfer(id as GatewayTransferId)).toEqual({ ok: true, value: null });
    });

    test('a transfer has its amount to the cent, and is found by its group and by its id', async () => {
      const order = orderTo(await onboarded());
      expect(await gateway.findTransfer(order)).toEqual({ ok: true, value: null });
      const sent = await send(order);
      expect(sent).toEqual({
        id: expect.any(String),
        transferGroup: order.transferGroup,
        amount: order.net,
        reversed: false,
      });
      expect(await gateway.findTransfer(order)).toEqual({ ok: true, value: sent });
      expect(await gateway.fetchTransfer(sent.id)).toEqual({ ok: true, value: sent });
      opened.clock.advance(40 * DAY_MS);
      expect(await gateway.findTransfer(order)).toEqual({ ok: true, value: sent });
    });

    test('one key is one transfer: again, later the same day, and in a race', async () => {
      const order = orderTo(await onboarded());
      const sent = new Set<string>();
      for (const { id } of await Promise.all(Array.from({ length: 6 }, () => send(order)))) sent.add(id);
      opened.clock.advance(23 * HOUR_MS);
      sent.add((await send(order)).id);
      expect(sent.size).toBe(1);
    });

    test('another key is another transfer, in a group of its own', async () => {
      const id = await onboarded();
      const [one, two] = [orderTo(id), orderTo(id)];
      const sent = [await send(one), await send(two)];
      expect(sent[0]?.id).not.toBe(sent[1]?.id);
      expect([await gateway.findTransfer(two), await gateway.findTransfer(one)]).toEqual([
        { ok: true, value: sent[1] },
        { ok: true, value: sent[0] },
      ]);
    });

    test('who is not onboarded is refused for good, and nothing was sent', async () => {
      const order = orderTo(await account());
      expect(await gateway.transfer(order)).toEqual({
        ok: false,
        error: { code: 'transfer_refused', reason: 'account-refused' },
      });
      expect(await gateway.findTransfer(order)).toEqual({ ok: true, value: null });
    });

    test('what came back says so', async () => {
      const order = orderTo(await onboarded());
      const { id } = await send(order);
      await opened.reverse(id);
      expect(await gateway.fetchTransfer(id)).toMatchObject({ ok: true, value: { id, reversed: true } });
      expect(await gateway.findTransfer(order)).toMatchObject({ ok: true, value: { id, reversed: true } });
    });
  });
};
