import type { PlatformEvent, Ports, Core } from '@backline/core';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import type { Instant } from '@backline/core/kernel';
import type { Logger } from 'pino';

type Of<Type extends PlatformEvent['type']> = Extract<PlatformEvent, { readonly type: Type }>;

/** What follows an event. Each may run more than once, and in any order. */
export type Reactions = {
  readonly [Type in Exclude<PlatformEvent['type'], SoundEvent>]: (event: Of<Type>) => Promise<void>;
};

/** What keeps a core busy for a while. */
export type SoundReactions = { readonly [Type in SoundEvent]: (event: Of<Type>) => Promise<void> };

type SoundEvent = 'catalog.track_published' | 'catalog.processing_stalled';

type Dependencies = {
  readonly core: Core;
  readonly ports: Pick<Ports, 'images' | 'media' | 'uploads'>;
  readonly log: Logger;
};

export const reactions = ({ core, ports: { images, media, uploads }, log }: Dependencies): Reactions => ({
  'accounts.user_erased': async ({ userId, avatar }) => {
    demand(await core.subscriptions.endSubscriptions(userId));
    await core.catalog.removeAllTracksOf(userId);
    await uploads.removeAllOf(userId);
    await core.discovery.forgetListener(userId);
    if (avatar !== null) await images.remove(avatar);
  },
  'accounts.session_compromised': async ({ userId, sessionId }) => {
    log.warn({ userId, sessionId }, 'a refresh token was used twice; its session is revoked');
  },
  'accounts.avatar_replaced': ({ previous }) => images.remove(previous),
  'accounts.avatar_pending': async ({ userId, avatar }) => {
    demand(await core.accounts.settleAvatar(userId, avatar));
  },
  'catalog.artwork_pending': async ({ trackId, artwork }) => {
    demand(await core.catalog.settleArtwork(trackId, artwork));
  },
  'catalog.track_fingerprinted': async ({ trackId }) => {
    for (const copy of await core.catalog.findCopies(trackId)) {
      const held = await core.payout.holdCopy(copy);
      demand(held);
      if (held.ok && held.value !== null)
        log.warn(copy, 'a track is held until an operator decides: it is another artist’s recording');
    }
  },
  'catalog.artwork_replaced': ({ previous }) => images.remove(previous),
  'catalog.track_removed': async ({ trackId, audio, artwork }) => {
    await media.remove(audio);
    if (artwork !== null) await images.remove(artwork);
    demand(await core.catalog.discardRenditions(trackId));
  },
  'subscriptions.webhook_received': async ({ eventId }) => {
    demand(await core.subscriptions.applyWebhook(eventId));
  },
  'subscriptions.fraud_warned': async ({ chargeId, invoiceId }) => {
    log.warn({ chargeId, invoiceId }, 'a card network suspects that a payment was fraud');
  },
  'subscriptions.payee_changed': async ({ payee }) => {
    demand(await core.payout.followPayee(payee));
  },
  'subscriptions.receipt_changed': ({ userId }) => core.payout.bookReceipts(userId),
  'payout.period_closed': async ({ period }) => {
    log.info({ period }, 'a month was closed');
  },
  'payout.transfer_ended': async ({ transferId, artistId, outcome }) => {
    log[outcome === 'settled' ? 'info' : 'warn']({ transferId, artistId, outcome }, 'a transfer to an artist ended');
  },
  'payout.collaborator_joined': judgeAgain({ core, log }),
  'subscriptions.funding_changed': judgeAgain({ core, log }),
});

const judgeAgain =
  ({ core, log }: Pick<Dependencies, 'core' | 'log'>) =>
  async ({ userId, since }: { readonly userId: UserId; readonly since: Instant }): Promise<void> => {
    const changed = await core.playback.rejudgePlays(userId, since);
    log.debug({ userId, changed }, 'plays were judged again');
  };

type SoundDependencies = Pick<Dependencies, 'core' | 'log'> & { readonly wait: (ms: number) => Promise<void> };

export const soundReactions = ({ core, log, wait }: SoundDependencies): SoundReactions => {
  const process = async (trackId: TrackId): Promise<void> => {
    let processed = await core.catalog.processTrack(trackId);
    if (!processed.ok) {
      // Whoever has it may have died a moment ago: then it is free after this time.
      await wait(processed.error.retryAfterMs);
      processed = await core.catalog.processTrack(trackId);
    }
    demand(processed);
    log.info({ trackId, outcome: processed.ok ? processed.value : null }, 'a track was processed');
  };
  return {
    'catalog.track_published': ({ trackId }) => process(trackId),
    'catalog.processing_stalled': ({ trackId }) => process(trackId),
  };
};

/** A job that could not do its work fails, so that it is tried again later. */
const demand = (
  result: { readonly ok: true } | { readonly ok: false; readonly error: { readonly code: string } },
): void => {
  if (!result.ok) throw new Error(result.error.code);
};
