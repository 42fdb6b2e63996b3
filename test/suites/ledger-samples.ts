import type { User, UserId } from '@backline/core/accounts';
import { type Instant, type Month, USD, after, micros, money, month } from '@backline/core/kernel';
import {
  type BegunTransfer,
  type BusinessEvent,
  type LedgerTransactionId,
  type PayoutAccountId,
  type PayoutTransfer,
  type PayoutTransferId,
  type Period,
  type Posting,
  type PostingRequest,
  artistAccount,
  credit,
  debit,
  groupOf,
  transaction,
} from '@backline/core/payout';
import { type Harness, commit } from './harness.ts';
import { NOW, uuid } from './samples.ts';

export const MONTH = month('2026-11');

export const AVAILABLE = artistAccount('artist_available', 7 as UserId);

export const transactionId = (number: number): LedgerTransactionId => uuid(number) as LedgerTransactionId;

type RequestChanges = Partial<Omit<PostingRequest, 'id' | 'transaction'>> & {
  readonly event?: Partial<BusinessEvent>;
};

/** Its number makes it another event under another key, unless said otherwise. */
export const requestOf = (
  number: number,
  postings: readonly Posting[],
  { event, ...changes }: RequestChanges = {},
): PostingRequest => {
  const made = transaction(
    { period: MONTH, sourceType: 'receipt', sourceId: String(number), kind: 'made', ...event },
    USD,
    postings,
  );
  if (made === null) throw new Error('nothing moves');
  return {
    id: transactionId(number),
    transaction: made,
    reverses: null,
    postedAt: NOW,
    idempotencyKey: `key ${number}`,
    ...changes,
  };
};

/** Money comes in and is the artist's; `spending` is the way back. */
export const earning = (number: number, amount: bigint, changes: RequestChanges = {}): PostingRequest =>
  requestOf(number, [debit('stripe_balance', amount), credit(AVAILABLE, amount)], changes);

export const spending = (number: number, amount: bigint, changes: RequestChanges = {}): PostingRequest =>
  requestOf(number, [debit(AVAILABLE, amount), credit('stripe_balance', amount)], changes);

export const openMonth = ({ ports }: Pick<Harness, 'ports'>, of: Month = MONTH): Promise<void> =>
  commit(ports.uow, ({ periods }) => periods.open(of, NOW));

export const DIGEST = 'ab'.repeat(32);

const found = (period: Period | null): Period => {
  if (period === null) throw new Error('no such period');
  return period;
};

export const beginClosing = ({ ports }: Pick<Harness, 'ports'>, of: Month, at: Instant = NOW): Promise<void> =>
  commit(ports.uow, async ({ periods }) =>
    periods.save({ ...found(await periods.find(of)), status: 'closing', closingAt: at }),
  );

export const endClosing = ({ ports }: Pick<Harness, 'ports'>, of: Month): Promise<void> =>
  commit(ports.uow, async ({ periods }) =>
    periods.save({
      ...found(await periods.find(of)),
      status: 'closed',
      closingAt: NOW,
      closedAt: after(NOW, 1),
      inputsDigest: DIGEST,
    }),
  );

/** A month is open, and so much of it is available to the artist. */
export const earnedBy = async (harness: Pick<Harness, 'ports'>, { id }: User, amount: bigint): Promise<void> => {
  await openMonth(harness);
  const postings = [debit('stripe_balance', amount), credit(artistAccount('artist_available', id), amount)];
  await commit(harness.ports.uow, ({ ledger }) => ledger.post([requestOf(1_000 + id, postings)]));
};

/** Begun; of $25.12, unless said otherwise. */
export const transferTo = (
  { id: artistId }: User,
  number: number,
  changes: Partial<BegunTransfer> = {},
): PayoutTransfer => {
  const id = uuid(number) as PayoutTransferId;
  return {
    id,
    artistId,
    net: money(25_120_000n, USD),
    withheld: micros(0n),
    ruleId: 'none',
    destination: `acct_${artistId}` as PayoutAccountId,
    transferGroup: groupOf(id),
    idempotencyKey: `backline-transfer-${id}`,
    begunAt: NOW,
    calledAt: null,
    ...changes,
    status: 'begun',
  };
};
