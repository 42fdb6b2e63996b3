import type { UserId } from '../accounts/index.ts';
import { type Currency, micros, monthOf, ok } from '../kernel/index.ts';
import type { Receipt } from '../subscriptions/index.ts';
import { PAYOUT_POLICY } from './policy.ts';
import type { PayoutPorts, PayoutStores } from './ports.ts';
import { post } from './post.ts';
import { receiptsChanged } from './posting.ts';
import type { EarnedReceipt } from './receipt-share.ts';

/** Brings the ledger up to what a fan's receipts say now (R9). Again changes nothing. */
export const bookReceipts =
  (ports: PayoutPorts) =>
  async (userId: UserId): Promise<void> => {
    await ports.uow.run(async (stores) => {
      const before = await stores.bookings.of(userId);
      const after = (await stores.receipts.allOf(userId)).map(earnedReceipt);
      const number = await stores.bookings.save(userId, after);
      for (const currency of new Set([...before, ...after].map(({ paid }) => paid.currency)))
        await bookChange(ports, stores, `${userId}:${number}:${currency}`, currency, { before, after });
      return ok(null);
    });
  };

/** How many fans are done at once before others are looked for. */
const FANS_AT_ONCE = 100;

/** Books whatever is not booked yet; how many fans had something. */
export const bookAllReceipts = (ports: PayoutPorts) => async (): Promise<number> => {
  const book = bookReceipts(ports);
  let booked = 0;
  for (;;) {
    const { value: fans } = await ports.uow.run(async ({ bookings }) => ok(await bookings.unbooked(FANS_AT_ONCE)));
    for (const userId of fans) await book(userId);
    booked += fans.length;
    if (fans.length === 0) return booked;
  }
};

type Change = { readonly before: readonly EarnedReceipt[]; readonly after: readonly EarnedReceipt[] };

const bookChange = async (
  { clock, ids }: PayoutPorts,
  stores: PayoutStores,
  sourceId: string,
  currency: Currency,
  { before, after }: Change,
): Promise<void> => {
  const now = clock.now();
  const period = monthOf(now);
  await stores.periods.open(period, now);
  const closed = new Set(
    (await stores.periods.all()).filter(({ status }) => status === 'closed').map((it) => it.month),
  );
  const reserve = (await stores.ledger.balancesOf(['royalty_reserve'], currency)).get('royalty_reserve');
  const of = ({ paid }: EarnedReceipt): boolean => paid.currency === currency;
  const changed = receiptsChanged(
    { period, sourceType: 'receipt', sourceId, kind: 'changed' },
    {
      before: before.filter(of),
      after: after.filter(of),
      isClosed: (month) => closed.has(month),
      reserve: reserve ?? micros(0n),
      currency,
      policy: PAYOUT_POLICY,
    },
  );
  if (changed !== null) await post(stores, [changed], now, ids);
};

const earnedReceipt = (receipt: Receipt): EarnedReceipt => {
  const { paidAt: _, subscriptionId: __, ...earned } = receipt;
  return earned;
};
