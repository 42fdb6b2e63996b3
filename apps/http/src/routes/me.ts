import type { UserId } from '@backline/core/accounts';
import { displayUnits, invariant } from '@backline/core/kernel';
import type { Dependencies } from '../dependencies.ts';
import { heardPlayWire } from './play-wire.ts';
import { imageUrlWire } from './track-wire.ts';

const RECENT_STREAMS = 10;

/** The caller as the caller sees it; null once erased. */
export const meOf = async (deps: Dependencies, userId: UserId) => {
  const account = await deps.readers.accounts.account(userId);
  if (account === null) return null;
  const [subscription, listeningStats, artistStats] = await Promise.all([
    deps.core.subscriptions.current(userId),
    listeningStatsOf(deps, userId),
    account.role === 'ARTIST' ? artistStatsOf(deps, userId) : null,
  ]);
  return {
    userId,
    email: account.email,
    role: account.role,
    subscriptionActive: subscription?.entitling ?? false,
    profile: {
      displayName: account.profile.displayName,
      bio: account.profile.bio,
      avatarUrl: imageUrlWire(account.profile.avatar, deps.imageUrl),
    },
    listeningStats,
    artistStats,
  };
};

const listeningStatsOf = async ({ readers }: Dependencies, userId: UserId) => {
  const [totalStreams, recent] = await Promise.all([
    readers.plays.playCountOf(userId),
    readers.plays.playsOf(userId, { limit: RECENT_STREAMS, after: null }),
  ]);
  invariant(recent.ok, 'the first page of a list needs no cursor');
  return { totalStreams, recentStreams: recent.value.items.map(heardPlayWire) };
};

const artistStatsOf = async ({ readers, core }: Dependencies, userId: UserId) => {
  const [trackCount, { earned }] = await Promise.all([
    readers.catalog.trackCountOf(userId),
    core.payout.earningsOf(userId),
  ]);
  return {
    trackCount,
    totalPayout: displayUnits(earned.micros),
    totalPayoutMicros: String(earned.micros),
    currency: earned.currency,
  };
};
