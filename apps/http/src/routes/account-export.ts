import type { AccountView, SessionView, UserId } from '@backline/core/accounts';
import { type Instant, isoText } from '@backline/core/kernel';
import type { Dependencies } from '../dependencies.ts';
import { earningsWire } from './earnings-wire.ts';
import { collected, everyPage } from './every-page.ts';
import { loggedPlayWire } from './play-wire.ts';
import { profileWire } from './profile-wire.ts';
import { subscriptionWire } from './subscription-wire.ts';
import { trackWire } from './track-wire.ts';

/** All that is kept of the caller; null once erased. Plays and tracks are read page by page. */
export const accountExport = async (deps: Dependencies, userId: UserId) => {
  const { readers, core, clock, imageUrl } = deps;
  const account = await readers.accounts.account(userId);
  if (account === null) return null;
  const isArtist = account.role === 'ARTIST';
  return {
    exportedAt: isoText(clock.now()),
    account: accountWire(account),
    profile: profileWire(userId, account.profile, imageUrl),
    sessions: (await readers.accounts.sessionsOf(userId)).map(sessionWire),
    subscription: subscriptionWire(await core.subscriptions.current(userId)),
    plays: await collected(
      everyPage((page) => readers.plays.playsOf(userId, page)),
      loggedPlayWire,
    ),
    tracks: await collected(
      everyPage((page) => readers.catalog.tracks({ artistId: userId, sort: 'new' }, page)),
      trackWire(imageUrl),
    ),
    earnings: isArtist ? earningsWire(await core.payout.earningsOf(userId)) : null,
  };
};

const accountWire = ({ userId, email, role, createdAt }: AccountView) => ({
  userId,
  email,
  role,
  createdAt: isoText(createdAt),
});

const sessionWire = ({ createdAt, expiresAt, revokedAt }: SessionView) => ({
  createdAt: isoText(createdAt),
  expiresAt: isoText(expiresAt),
  revokedAt: textOrNull(revokedAt),
});

const textOrNull = (at: Instant | null): string | null => (at === null ? null : isoText(at));
