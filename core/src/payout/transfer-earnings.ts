import type { UserId } from '../accounts/index.ts';
import { type Money, type Result, money, ok } from '../kernel/index.ts';
import { artistAccount } from './ledger.ts';
import { type PayoutAccount, type PayoutTransfer, type PayoutTransferId, groupOf } from './payout-transfer.ts';
import { PAYOUT_POLICY } from './policy.ts';
import type { PayoutPorts, PayoutStores } from './ports.ts';
import { refreshAccount } from './refresh-account.ts';
import { type SendOutcome, sendTransfer } from './send-transfer.ts';
import type { PayableArtist } from './transfer-ports.ts';
import { recordBegun } from './transfer-record.ts';
import { transferOf, transferable } from './transfer.ts';

type Outcome = SendOutcome | 'not-onboarded' | 'not-due';

/** How many transfers came to what. */
export type TransferRun = {
  readonly settled: number;
  /** Refused for good; what was to be sent is available again. */
  readonly failed: number;
  /** The provider did not answer; they are gone on with. */
  readonly waiting: number;
  /** Artists with something due whom the provider can't pay yet. */
  readonly notOnboarded: number;
  /** The platform has too little money at the provider; nothing more was begun. */
  readonly short: boolean;
};

const AT_ONCE = 500;

/** R13: sends every artist what is available and due. Again, or by several at once, nothing is sent twice. */
export const transferEarnings = (ports: PayoutPorts) => async (): Promise<TransferRun> => {
  const outcomes: Outcome[] = [...(await resumeAll(ports))];
  for await (const { artistId, account } of payableArtists(ports)) {
    if (outcomes.includes('short') || outcomes.at(-1) === 'waiting') break;
    outcomes.push(await transferTo(ports, artistId, account));
  }
  return runOf(outcomes);
};

/** Goes on with what was begun and not ended. */
export const resumeTransfers = (ports: PayoutPorts) => async (): Promise<TransferRun> => runOf(await resumeAll(ports));

const resumeAll = async (ports: PayoutPorts): Promise<readonly SendOutcome[]> => {
  const outcomes: SendOutcome[] = [];
  for await (const transfer of transfersUnderWay(ports)) outcomes.push(await sendTransfer(ports, transfer));
  return outcomes;
};

const runOf = (outcomes: readonly Outcome[]): TransferRun => {
  const count = (...of: readonly Outcome[]) => outcomes.filter((outcome) => of.includes(outcome)).length;
  return {
    settled: count('settled'),
    failed: count('failed', 'short'),
    waiting: count('waiting'),
    notOnboarded: count('not-onboarded'),
    short: outcomes.includes('short'),
  };
};

const transferTo = async (ports: PayoutPorts, artistId: UserId, account: PayoutAccount | null): Promise<Outcome> => {
  if (account === null) return 'not-onboarded';
  const onboarded = account.onboarded ? ok(true) : await refreshAccount(ports, account.id);
  if (!onboarded.ok) return 'waiting';
  if (!onboarded.value) return 'not-onboarded';
  const gross = await dueTo(ports, artistId);
  const transfer = gross === null ? null : await begin(ports, artistId, gross);
  if (transfer === null) return 'not-due';
  return transfer.status === 'begun' ? sendTransfer(ports, transfer) : 'settled';
};

/** What an onboarded artist is sent now; null where nothing is due. */
const dueTo = async ({ uow }: PayoutPorts, artistId: UserId): Promise<Money | null> => {
  const { value } = await uow.run(async (stores) => ok(await availableTo(stores, artistId)));
  const now = transferable({ available: value, onboarded: true }, PAYOUT_POLICY);
  return now.due ? now.gross : null;
};

/** Null where the artist has less than that by now, can't be paid any more, or another transfer to them is under way. */
const begin = async (ports: PayoutPorts, artistId: UserId, gross: Money): Promise<PayoutTransfer | null> => {
  const { uow, clock, ids, withholding } = ports;
  const { net, withheld, ruleId } = transferOf(gross, await withholding.assess(artistId, gross));
  const begun: Result<PayoutTransfer | null, never> = await uow.run(async (stores) => {
    const account = await stores.payoutAccounts.find(artistId);
    if (account?.onboarded !== true) return ok(null);
    const available = await availableTo(stores, artistId);
    if (available.micros < gross.micros) return ok(null);
    if (await stores.transfers.isUnderWay(artistId, gross.currency)) return ok(null);
    const id = ids.uuid() as PayoutTransferId;
    return ok(
      await recordBegun(ports, stores, {
        id,
        artistId,
        net,
        withheld,
        ruleId,
        destination: account.id,
        transferGroup: groupOf(id),
        idempotencyKey: `backline-transfer-${id}`,
        begunAt: clock.now(),
        calledAt: null,
        status: 'begun',
      }),
    );
  });
  return begun.value;
};

const availableTo = async ({ ledger }: PayoutStores, artistId: UserId): Promise<Money> => {
  const { currency } = PAYOUT_POLICY.transfer.threshold;
  const account = artistAccount('artist_available', artistId);
  return money((await ledger.balancesOf([account], currency)).get(account) ?? 0n, currency);
};

type Found<Item> = Result<readonly Item[], never>;

async function* transfersUnderWay({ uow }: PayoutPorts): AsyncGenerator<PayoutTransfer> {
  for (let after: PayoutTransferId | null = null; ;) {
    const last: PayoutTransferId | null = after;
    const found: Found<PayoutTransfer> = await uow.run(async ({ transfers }) =>
      ok(await transfers.underWay(last, AT_ONCE)),
    );
    yield* found.value;
    after = found.value.at(-1)?.id ?? null;
    if (after === null) return;
  }
}

async function* payableArtists({ uow }: PayoutPorts): AsyncGenerator<PayableArtist> {
  const { threshold } = PAYOUT_POLICY.transfer;
  for (let after: UserId | null = null; ;) {
    const last: UserId | null = after;
    const found: Found<PayableArtist> = await uow.run(async ({ transfers }) =>
      ok(await transfers.payable(threshold, last, AT_ONCE)),
    );
    yield* found.value;
    after = found.value.at(-1)?.artistId ?? null;
    if (after === null) return;
  }
}
