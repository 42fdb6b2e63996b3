import type { UserId } from '@backline/core/accounts';
import { type Clock, type Ids, type Instant, type Result, ok } from '@backline/core/kernel';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { Moment } from './announcing.ts';
import type { Delivered, EventDelivery } from './event-delivery.ts';
import { type NoPayee, type NoTransfer, onboard, reverseTransfer } from './payees.ts';
import { periodOf } from './period.ts';
import { portalOf } from './portals.ts';
import { MONTHLY_PRICE, priceText } from './price.ts';
import { ownerOf } from './sandbox-ids.ts';
import {
  type PayError,
  type SessionError,
  cancelSession,
  expireSessions,
  paySession,
  sessionOf,
  sessionStatus,
} from './sessions.ts';
import {
  type NoSubscription,
  advance,
  cancelLiving,
  failRenewal,
  lives,
  refundLatest,
  resumeLiving,
} from './subscribing.ts';

export type SandboxCheckout = {
  readonly sessionId: string;
  readonly userId: UserId;
  readonly status: 'open' | 'paid' | 'cancelled' | 'expired';
  /** Of one month, e.g. `$10.00`. */
  readonly priceText: string;
  readonly expiresAt: Instant;
};

/** What a fan sees where subscriptions are managed. */
export type SandboxPortal = {
  readonly portalId: string;
  readonly userId: UserId;
  readonly priceText: string;
  /** Null when none is in force. */
  readonly subscription: {
    readonly status: 'active' | 'past_due';
    readonly periodEnd: Instant;
    readonly cancelAtPeriodEnd: boolean;
  } | null;
};

/** What an artist sees where payouts are set up. */
export type SandboxOnboarding = {
  readonly payeeId: string;
  readonly userId: UserId;
  readonly onboarded: boolean;
};

/** `changed` users. Once an event fails, it and all after it wait for `deliverPending`. */
export type Advanced = Delivered & { readonly changed: number };

/**
 * What a person at the provider's side does. Each change is durable before it is told to the app, and each action
 * tells it at once; it is no error of the action when the app can't be told yet.
 */
export type SandboxDesk = {
  /** For the page; null when there is no such session. */
  readonly checkout: (sessionId: string) => Promise<SandboxCheckout | null>;
  /** Twice is once. */
  readonly pay: (sessionId: string) => Promise<Result<null, PayError>>;
  /** Twice is once. */
  readonly cancelCheckout: (sessionId: string) => Promise<Result<null, SessionError>>;
  /** For the page; null when there is no such visit, or its hour is over. */
  readonly portal: (portalId: string) => Promise<SandboxPortal | null>;
  /** Undoes a cancellation at the period's end. */
  readonly resumeSubscription: (userId: UserId) => Promise<Result<null, NoSubscription>>;
  /** At once unless told otherwise. */
  readonly cancelSubscription: (userId: UserId, when?: 'now' | 'period_end') => Promise<Result<null, NoSubscription>>;
  /** The renewal's charge is refused: past due from now, canceled 7 days later. */
  readonly becomePastDue: (userId: UserId) => Promise<Result<null, NoSubscription>>;
  /** All of the payment that came last; twice is once. */
  readonly refund: (userId: UserId) => Promise<Result<null, NoSubscription>>;
  /** For the page; null where there is no such account. */
  readonly onboarding: (payeeId: string) => Promise<SandboxOnboarding | null>;
  /** The artist has told all that is asked. Twice is once. */
  readonly onboard: (payeeId: string) => Promise<Result<null, NoPayee>>;
  /** All of it comes back. Twice is once. */
  readonly reverseTransfer: (transferId: string) => Promise<Result<null, NoTransfer>>;
  /** Renews, ends and expires whatever is due. A subscription gets at most 24 periods in one call. */
  readonly renewDue: (now: Instant) => Promise<Advanced>;
  /** Events that the app did not take when they happened. */
  readonly deliverPending: () => Promise<Delivered>;
};

export const sandboxDesk = (options: {
  readonly store: AccountStore;
  readonly delivery: EventDelivery;
  readonly clock: Clock;
  readonly ids: Ids;
}): SandboxDesk => {
  const { store, delivery, clock, ids } = options;

  const act = async <E>(
    userId: UserId,
    change: (account: Account, moment: Moment) => Result<Account, E>,
  ): Promise<Result<null, E>> => {
    const changed = await store.update(userId, (account) => change(account, { now: clock.now(), ids }));
    if (!changed.ok) return changed;
    await delivery.toApp(userId);
    return ok(null);
  };

  const actOnSession = async <E extends SessionError | PayError>(
    sessionId: string,
    change: (account: Account, id: string, moment: Moment) => Result<Account, E>,
  ): Promise<Result<null, E | SessionError>> => {
    const owner = ownerOf('cs', sessionId);
    return owner === null
      ? { ok: false, error: { code: 'unknown_session' } }
      : act(owner, (account, moment) => change(account, sessionId, moment));
  };

  const advanceUser = async (userId: UserId, now: Instant): Promise<boolean> => {
    const moment = { now, ids };
    let changed = false;
    await store.update(userId, (account) => {
      const advanced = expireSessions(advance(account, moment), moment);
      changed = advanced !== account;
      return ok(advanced);
    });
    return changed;
  };

  return {
    checkout: async (sessionId) => {
      const owner = ownerOf('cs', sessionId);
      const session = owner === null ? null : sessionOf(await store.find(owner), sessionId);
      if (owner === null || session === null) return null;
      return {
        sessionId,
        userId: owner,
        status: sessionStatus(session, clock.now()),
        priceText: priceText(MONTHLY_PRICE),
        expiresAt: session.expiresAt,
      };
    },
    pay: (sessionId) => actOnSession(sessionId, paySession),
    cancelCheckout: (sessionId) => actOnSession(sessionId, cancelSession),
    portal: async (portalId) => {
      const owner = ownerOf('bps', portalId);
      const account = owner === null ? null : await store.find(owner);
      if (account === null || portalOf(account, portalId, clock.now()) === null) return null;
      const it = account.subscriptions.findLast(lives);
      return {
        portalId,
        userId: account.userId,
        priceText: priceText(MONTHLY_PRICE),
        subscription:
          it === undefined || it.status === 'canceled'
            ? null
            : { status: it.status, periodEnd: periodOf(it).until, cancelAtPeriodEnd: it.cancelAtPeriodEnd },
      };
    },
    resumeSubscription: (userId) => act(userId, resumeLiving),
    cancelSubscription: (userId, when = 'now') => act(userId, (account, moment) => cancelLiving(account, when, moment)),
    becomePastDue: (userId) => act(userId, failRenewal),
    refund: (userId) => act(userId, refundLatest),
    onboarding: async (payeeId) => {
      const owner = ownerOf('acct', payeeId);
      const payee = owner === null ? null : ((await store.find(owner))?.payee ?? null);
      return owner === null || payee?.id !== payeeId ? null : { payeeId, userId: owner, onboarded: payee.onboarded };
    },
    onboard: async (payeeId) => {
      const owner = ownerOf('acct', payeeId);
      return owner === null
        ? { ok: false, error: { code: 'unknown_payee' } }
        : act(owner, (account, moment) => onboard(account, payeeId, moment));
    },
    reverseTransfer: async (transferId) => {
      const owner = ownerOf('tr', transferId);
      return owner === null
        ? { ok: false, error: { code: 'unknown_transfer' } }
        : act(owner, (account, moment) => reverseTransfer(account, transferId, moment));
    },
    renewDue: async (now) => {
      let so: Advanced = { changed: 0, delivered: 0, failed: 0 };
      for (const userId of await store.userIds()) {
        if (!(await advanceUser(userId, now))) continue;
        so = { ...so, changed: so.changed + 1 };
        if (so.failed > 0) continue;
        const { delivered, failed } = await delivery.toApp(userId);
        so = { ...so, delivered: so.delivered + delivered, failed };
      }
      return so;
    },
    deliverPending: delivery.pending,
  };
};
