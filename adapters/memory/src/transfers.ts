import type { UserId } from '@backline/core/accounts';
import { type Currency, invariant } from '@backline/core/kernel';
import {
  type PayoutAccountRepository,
  type PayoutTransfer,
  type StatementTransfer,
  type TransferRepository,
  transferNews,
} from '@backline/core/payout';
import type { Drafts } from './state.ts';

export const payoutAccountRepository = ({ payoutAccounts }: Drafts): PayoutAccountRepository => {
  const byId = (id: string) => payoutAccounts.where('account', id)[0] ?? null;
  return {
    find: async (artistId) => payoutAccounts.get(artistId) ?? null,
    findById: async (id) => byId(id),
    keep: async (account) => {
      if (payoutAccounts.get(account.artistId) !== undefined) return;
      invariant(byId(account.id) === null, `${account.id} is another artist's`);
      payoutAccounts.put(account);
    },
    save: async ({ id, onboarded, checkedAt }) => {
      const known = byId(id);
      if (known !== null) payoutAccounts.put({ ...known, onboarded, checkedAt });
    },
    remove: async (id) => {
      const known = byId(id);
      if (known !== null) payoutAccounts.remove(known.artistId);
    },
  };
};

export const transferRepository = ({ transfers, balances, payoutAccounts }: Drafts): TransferRepository => {
  const isUnderWay = (artistId: UserId, of: Currency): boolean =>
    transfers.where('artist', artistId).some(({ status, net }) => status === 'begun' && net.currency === of);

  return {
    payable: async (atLeast, after, limit) =>
      balances
        .all()
        .filter(({ currency, micros }) => currency === atLeast.currency && micros >= atLeast.micros)
        .flatMap(({ account }) => artistOf(account))
        .filter((artistId) => artistId > (after ?? 0) && !isUnderWay(artistId, atLeast.currency))
        .sort((a, b) => a - b)
        .slice(0, limit)
        .map((artistId) => ({ artistId, account: payoutAccounts.get(artistId) ?? null })),
    underWay: async (after, limit) =>
      transfers
        .all()
        .filter(({ status, id }) => status === 'begun' && id > (after ?? ''))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    isUnderWay: async (artistId, of) => isUnderWay(artistId, of),
    find: async (id) => transfers.get(id) ?? null,
    insert: async (transfer) => {
      invariant(
        transfer.status === 'begun' && transfer.calledAt === null,
        `${transfer.id} has begun before it is kept`,
      );
      invariant(!isUnderWay(transfer.artistId, transfer.net.currency), `two transfers to ${transfer.artistId} at once`);
      transfers.put(transfer);
    },
    save: async (transfer) => {
      const known = transfers.get(transfer.id);
      invariant(known !== undefined && follows(known, transfer), `${transfer.id} does not become ${transfer.status}`);
      transfers.put(transfer);
    },
  };
};

const follows = (before: PayoutTransfer, { status }: PayoutTransfer): boolean =>
  status === before.status ||
  (before.status === 'begun' && status !== 'reversed') ||
  (before.status === 'settled' && status === 'reversed');

const AVAILABLE = 'artist_available:';

const artistOf = (account: string): readonly UserId[] =>
  account.startsWith(AVAILABLE) ? [Number(account.slice(AVAILABLE.length)) as UserId] : [];

/** What no statement of theirs tells yet. */
export const transferNewsOf = (
  { transfers, statements }: Pick<Drafts, 'transfers' | 'statements'>,
  artistId: UserId,
): readonly StatementTransfer[] => {
  const told = new Set(
    statements
      .where('artist', artistId)
      .flatMap(({ statement }) => statement.transfers.map(({ transferId, state }) => `${transferId} ${state}`)),
  );
  return transferNews(transfers.where('artist', artistId), ({ transferId, state }) =>
    told.has(`${transferId} ${state}`),
  );
};

export const artistsWithNews = (drafts: Pick<Drafts, 'transfers' | 'statements'>): readonly UserId[] =>
  [...new Set(drafts.transfers.all().map(({ artistId }) => artistId))].filter(
    (artistId) => transferNewsOf(drafts, artistId).length > 0,
  );
