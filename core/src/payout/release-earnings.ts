import { before, micros, monthOf, ok } from '../kernel/index.ts';
import { artistAccount } from './ledger.ts';
import { PAYOUT_POLICY } from './policy.ts';
import type { EarnedFunds, PayoutPorts, PayoutStores } from './ports.ts';
import { post } from './post.ts';
import { earningsReleased } from './posting.ts';

const AT_ONCE = 200;

/** R13: what has waited since its close becomes available; how many shares. Again is nothing. */
export const releaseEarnings = (ports: PayoutPorts) => async (): Promise<number> => {
  let released = 0;
  for (;;) {
    const { value } = await ports.uow.run(async (stores) => ok(await releaseSome(ports, stores)));
    released += value;
    if (value === 0) return released;
  }
};

const releaseSome = async ({ clock, ids }: PayoutPorts, stores: PayoutStores): Promise<number> => {
  const now = clock.now();
  const waited = await stores.closes.releasable(before(now, PAYOUT_POLICY.transfer.waitMs), AT_ONCE);
  if (waited.length > 0) await stores.periods.open(monthOf(now), now);
  for (const funds of waited) await release({ clock, ids }, stores, funds);
  return waited.length;
};

const release = async (
  { clock, ids }: Pick<PayoutPorts, 'clock' | 'ids'>,
  stores: PayoutStores,
  funds: EarnedFunds,
): Promise<void> => {
  const { period, userId, splitVersion, amount } = funds;
  const now = clock.now();
  const receivable = artistAccount('artist_receivable', userId);
  const owed = (await stores.ledger.balancesOf([receivable], amount.currency)).get(receivable);
  const event = {
    period: monthOf(now),
    sourceType: 'release',
    sourceId: `${period}:${userId}:${splitVersion ?? 'owner'}`,
    kind: 'released',
  } as const;
  const transaction = earningsReleased(event, amount.currency, {
    artistId: userId,
    amount: amount.micros,
    owed: owed ?? micros(0n),
  });
  if (transaction === null) return;
  const [by] = await post(stores, [transaction], now, ids);
  if (by !== undefined) await stores.closes.markReleased([funds], by);
};
