import { type Clock, type Ids, type Result, invariant, monthOf, ok } from '../kernel/index.ts';
import type { BusinessEvent, LedgerTransaction } from './ledger.ts';
import { type PayoutTransfer, type PayoutTransferId, type TransferFailure, transferIn } from './payout-transfer.ts';
import type { PayoutPorts, PayoutStores } from './ports.ts';
import { post } from './post.ts';
import { transferBegun, transferFailed, transferReversed, transferSettled } from './posting.ts';
import type { GatewayTransfer } from './transfer-ports.ts';

type Recording = { readonly clock: Clock; readonly ids: Ids };
type Begun = Extract<PayoutTransfer, { status: 'begun' }>;

/** Keeps it and takes it off what is available; where nothing of it is to be sent it is settled at once. */
export const recordBegun = async (by: Recording, stores: PayoutStores, transfer: Begun): Promise<PayoutTransfer> => {
  await stores.transfers.insert(transfer);
  await postStep(by, stores, transfer, 'begun', transferBegun);
  if (transfer.net.micros > 0n) return transfer;
  const settled = { ...transfer, status: 'settled', gatewayId: null, endedAt: by.clock.now() } as const;
  await stores.transfers.save(settled);
  await announce(stores, settled);
  return settled;
};

/** What the provider has: it is settled, and reversed where all came back. Again, and of what is not ours, is nothing. */
export const recordTaken = (
  ports: Pick<PayoutPorts, 'uow'> & Recording,
  theirs: GatewayTransfer,
): Promise<Result<PayoutTransfer | null, never>> =>
  ports.uow.run(async (stores) => {
    const id = theirs.transferGroup === null ? null : transferIn(theirs.transferGroup);
    const found = id === null ? null : await stores.transfers.find(id);
    if (found === null) return ok(null);
    invariant(
      theirs.amount.micros === found.net.micros && theirs.amount.currency === found.net.currency,
      `${theirs.id} is not of the amount of ${found.id}`,
    );
    const settled = found.status === 'begun' ? await recordSettled(ports, stores, found, theirs) : found;
    return ok(theirs.reversed ? await recordReversed(ports, stores, settled) : settled);
  });

/** The provider refused it for good: all is available again. */
export const recordFailed = (
  ports: Pick<PayoutPorts, 'uow'> & Recording,
  id: PayoutTransferId,
  failure: TransferFailure,
): Promise<Result<null, never>> =>
  ports.uow.run(async (stores) => {
    const found = await stores.transfers.find(id);
    if (found?.status !== 'begun') return ok(null);
    const endedAt = ports.clock.now();
    const failed = { ...found, status: 'failed', failure, endedAt } as const;
    await postStep(ports, stores, failed, 'failed', transferFailed);
    await stores.transfers.save(failed);
    await announce(stores, failed);
    return ok(null);
  });

const recordSettled = async (
  by: Recording,
  stores: PayoutStores,
  begun: Begun,
  { id: gatewayId }: GatewayTransfer,
): Promise<PayoutTransfer> => {
  const endedAt = by.clock.now();
  const settled = { ...begun, status: 'settled', gatewayId, endedAt } as const;
  await postStep(by, stores, settled, 'settled', transferSettled);
  await stores.transfers.save(settled);
  await announce(stores, settled);
  return settled;
};

const recordReversed = async (
  by: Recording,
  stores: PayoutStores,
  transfer: PayoutTransfer,
): Promise<PayoutTransfer> => {
  if (transfer.status !== 'settled' || transfer.gatewayId === null) return transfer;
  const endedAt = by.clock.now();
  const reversed = { ...transfer, status: 'reversed', gatewayId: transfer.gatewayId, endedAt } as const;
  await postStep(by, stores, reversed, 'reversed', transferReversed);
  await stores.transfers.save(reversed);
  await announce(stores, reversed);
  return reversed;
};

const postStep = async (
  { clock, ids }: Recording,
  stores: PayoutStores,
  { id, artistId, net, withheld }: PayoutTransfer,
  kind: PayoutTransfer['status'],
  entriesOf: typeof transferBegun,
): Promise<void> => {
  const now = clock.now();
  const period = monthOf(now);
  const event: BusinessEvent = { period, sourceType: 'transfer', sourceId: id, kind };
  const moved: LedgerTransaction | null = entriesOf(event, net.currency, { artistId, net: net.micros, withheld });
  if (moved === null) return;
  await stores.periods.open(period, now);
  await post(stores, [moved], now, ids);
};

const announce = (
  { outbox }: PayoutStores,
  { id: transferId, artistId, status, endedAt: occurredAt }: Exclude<PayoutTransfer, { status: 'begun' }>,
): Promise<void> => outbox.append({ type: 'payout.transfer_ended', transferId, artistId, outcome: status, occurredAt });
