import type { UserId } from '@backline/core/accounts';
import { type Month, invariant, micros, monthStart, shiftMonth } from '@backline/core/kernel';
import {
  type BookingRepository,
  type CloseRepository,
  type Debt,
  type EarnedFunds,
  type KeptClose,
  type StatementReader,
  type StatementRepository,
  byAge,
  canonicalJson,
  debtsReversed,
} from '@backline/core/payout';
import { type Listing, listPage } from './keyset.ts';
import { adjustmentNewsOf, artistsWithAdjustments } from './reversals.ts';
import type { Drafts, Readable, StoredStatement } from './state.ts';
import { artistsWithNews, transferNewsOf } from './transfers.ts';

export const bookingRepository = ({ bookings, bookingCounts, receipts }: Drafts): BookingRepository => ({
  of: async (userId) => bookings.where('user', userId).toSorted((a, b) => (a.invoiceId < b.invoiceId ? -1 : 1)),
  save: async (userId, booked) => {
    for (const receipt of booked) bookings.put(receipt);
    const count = (bookingCounts.get(userId)?.count ?? 0) + 1;
    bookingCounts.put({ userId, count });
    return count;
  },
  unbooked: async (limit) => {
    const fans = new Set<UserId>();
    for (const { paidAt: _, subscriptionId: __, ...receipt } of receipts.all()) {
      const booked = bookings.get(receipt.invoiceId);
      if (booked === undefined || canonicalJson(booked) !== canonicalJson(receipt)) fans.add(receipt.userId);
    }
    return [...fans].sort((a, b) => a - b).slice(0, limit);
  },
  reaching: async (month) => {
    const [from, until] = [monthStart(month), monthStart(shiftMonth(month, 1))];
    return bookings
      .all()
      .filter(({ lines }) => lines.some(({ serviceFrom, serviceUntil }) => serviceFrom < until && serviceUntil > from));
  },
});

export const closeRepository = ({ closes, reversals, released, periods, splits }: Drafts): CloseRepository => {
  const inOrder = (): readonly KeptClose[] => closes.all().toSorted((a, b) => (a.period < b.period ? -1 : 1));
  const isAccepted = ({ userId, splitVersion }: EarnedFunds): boolean =>
    splitVersion === null ||
    splits.get(splitVersion)?.shares.some((share) => share.userId === userId && share.acceptedAt !== null) === true;

  return {
    opening: async () => ({
      debts: owed([
        ...inOrder().flatMap(({ debts }) => debts.map((debt) => ({ ...debt, amount: debt.amount.micros }))),
        ...reversals.all().flatMap(debtsReversed),
      ]),
      shortfalls: inOrder().map(({ shortfall }) => shortfall),
    }),
    save: async (close) => {
      invariant(periods.get(close.period)?.status === 'closing', `${close.period} is not closing`);
      closes.put(close);
    },
    releasable: async (closedBefore, limit) =>
      inOrder()
        .filter(({ period }) => closedAt(periods.get(period)) < closedBefore)
        .flatMap(({ earned }) => earned)
        .filter((funds) => released.get(fundsKey(funds)) === undefined && isAccepted(funds))
        .slice(0, limit),
    markReleased: async (funds, by) => {
      for (const each of funds) released.put({ key: fundsKey(each), by });
    },
  };
};

const closedAt = (period: ReturnType<Drafts['periods']['get']>): number =>
  period?.status === 'closed' ? period.closedAt : Number.POSITIVE_INFINITY;

const fundsKey = ({ period, userId, splitVersion }: EarnedFunds): string => `${period} ${userId} ${splitVersion ?? ''}`;

/** What remains of each debt after all that was paid of it. */
const owed = (changes: readonly Debt[]): readonly Debt[] =>
  [
    ...Map.groupBy(changes, ({ origin, userId, trackId, splitVersion }) =>
      [origin, userId, trackId, splitVersion ?? ''].join(' '),
    ).values(),
  ]
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const { origin, userId, trackId, splitVersion } = first;
      const amount = micros(same.reduce((sum, each) => sum + each.amount, 0n));
      return amount === 0n ? [] : [{ origin, userId, trackId, splitVersion, amount }];
    })
    .sort(byAge);

export const statementRepository = ({
  statements,
  tracks,
  periods,
  transfers,
  reversals,
}: Drafts): StatementRepository => ({
  withNews: async () => [
    ...artistsWithNews({ transfers, statements }),
    ...artistsWithAdjustments({ reversals, statements }),
  ],
  contextsOf: async (artistIds) =>
    artistIds.map((artistId) => ({
      artistId,
      before: latestFirst(statements.where('artist', artistId))[0] ?? null,
      adjustments: adjustmentNewsOf({ reversals, statements }, artistId),
      transfers: transferNewsOf({ transfers, statements }, artistId),
    })),
  titlesOf: async (trackIds) =>
    new Map(trackIds.flatMap((id) => (tracks.get(id) === undefined ? [] : [[id, tracks.get(id)?.title ?? '']]))),
  save: async (issued) => {
    for (const each of issued) {
      invariant(periods.get(each.statement.period)?.status === 'closing', `${each.statement.period} is not closing`);
      statements.put(each);
    }
  },
});

export const statementReader = ({ statements, closes, periods }: Readable): StatementReader => ({
  documentsOf: async (artistId) => latestFirst(statements.where('artist', artistId)).map(({ document }) => document),
  page: async (artistId, page) => listPage(STATEMENTS, statements.where('artist', artistId), page),
  document: async (artistId, period) => statements.get(`${artistId} ${period}`)?.document ?? null,
  report: async (period: Month) => {
    const [close, kept] = [closes.get(period), periods.get(period)];
    return close === undefined || kept?.status !== 'closed'
      ? null
      : { period, closedAt: kept.closedAt, report: close.report };
  },
  countsOf: async (period) => {
    const close = closes.get(period);
    return close !== undefined && periods.get(period)?.status === 'closed' ? (close.inputs['plays'] ?? null) : null;
  },
  eachChain: async (take) => {
    for (const [artistId, chain] of Map.groupBy(statements.all(), ({ statement }) => statement.artistId))
      take(
        artistId,
        latestFirst(chain)
          .map(({ document }) => document)
          .toReversed(),
      );
  },
});

const STATEMENTS: Listing<StoredStatement, string> = {
  name: 'statements',
  direction: 'descending',
  kinds: ['string'],
  keysOf: ({ statement }) => [statement.period],
  view: ({ document }) => document,
};

const latestFirst = (statements: readonly StoredStatement[]): readonly StoredStatement[] =>
  statements.toSorted((a, b) => (a.statement.period < b.statement.period ? 1 : -1));
