import type { UserId } from '../accounts/index.ts';
import { type Result, invariant, ok } from '../kernel/index.ts';
import type { PaymentsAway } from '../subscriptions/index.ts';
import type { PayoutAccountId } from './payout-transfer.ts';
import type { PayoutPorts } from './ports.ts';

/** Where the artist tells the provider how to pay them. Again is another link to the same account. */
export const startOnboarding =
  (ports: PayoutPorts) =>
  async (artistId: UserId): Promise<Result<{ readonly url: string }, PaymentsAway>> => {
    const known = await accountIdOf(ports, artistId);
    const account = known === null ? await openAccount(ports, artistId) : ok(known);
    if (!account.ok) return account;
    const opened = await ports.payoutGateway.openOnboarding(account.value);
    if (opened.ok) return opened;
    if (opened.error.code === 'payments_away') return { ok: false, error: opened.error };
    invariant(known !== null, 'a new account is there');
    await ports.uow.run(async ({ payoutAccounts }) => ok(await payoutAccounts.remove(known)));
    return startOnboarding(ports)(artistId);
  };

const accountIdOf = async ({ uow }: PayoutPorts, artistId: UserId): Promise<PayoutAccountId | null> =>
  (await uow.run(async ({ payoutAccounts }) => ok(await payoutAccounts.find(artistId)))).value?.id ?? null;

const openAccount = async (ports: PayoutPorts, artistId: UserId): Promise<Result<PayoutAccountId, PaymentsAway>> => {
  const { uow, accounts, payoutGateway, clock } = ports;
  const artist = await accounts.account(artistId);
  invariant(artist !== null, 'who is paid has an account');
  const checkedAt = clock.now();
  const opened = await payoutGateway.openAccount({ artistId, email: artist.email });
  if (!opened.ok) return opened;
  await uow.run(async ({ payoutAccounts }) =>
    ok(await payoutAccounts.keep({ artistId, id: opened.value, onboarded: false, checkedAt })),
  );
  const kept = await accountIdOf(ports, artistId);
  invariant(kept !== null, 'an account that was kept is there');
  return ok(kept);
};
