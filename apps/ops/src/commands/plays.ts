import { TOKENS, openPlatform } from '@backline/composition';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { isoText } from '@backline/core/kernel';
import type { Reversal } from '@backline/core/payout';
import { type Command, UsageError, idIn, monthIn, requiredOptions } from './command.ts';

export const playsReverse: Command = {
  name: ['plays', 'reverse'],
  usage: 'LISTENER MONTH [TRACK] --by NAME --reason WHY',
  run: async (words, config) => {
    const first = words.findIndex((word) => word.startsWith('-'));
    const [listener, period, track, ...more] = words.slice(0, first === -1 ? words.length : first);
    if (more.length > 0) throw new UsageError(`${more[0]} is one word too many`);
    const finding = {
      listenerId: idIn(listener, 'the listener') as UserId,
      playedIn: monthIn(period),
      trackId: track === undefined ? null : (idIn(track, 'the track') as TrackId),
      ...requiredOptions(first === -1 ? [] : words.slice(first), ['by', 'reason']),
    };
    const platform = await openPlatform(config);
    try {
      const reversed = await platform.container.get(TOKENS.core).payout.reversePlays(finding);
      return reversed.ok
        ? { ok: true, document: toDocument(reversed.value) }
        : { ok: false, document: { error: REASONS[reversed.error.code] } };
    } finally {
      await platform.close();
    }
  },
};

const REASONS = {
  month_not_closed: 'the month is not closed: what it will count can still be held',
  nothing_to_reverse: 'no close has counted such plays, or they were reversed before',
} as const;

const toDocument = ({ id, listenerId, playedIn, by, reason, at, currency, plays, shares }: Reversal) => ({
  id,
  listenerId,
  playedIn,
  by,
  reason,
  at: isoText(at),
  currency,
  plays: plays.map(({ amount, ...counted }) => ({ ...counted, amountMicros: String(amount) })),
  takenBack: shares.map(({ userId, period, trackId, balance, deferred }) => ({
    userId,
    period,
    trackId,
    balanceMicros: String(balance),
    deferredMicros: String(deferred),
  })),
});
