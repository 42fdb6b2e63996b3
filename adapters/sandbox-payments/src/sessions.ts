import { DAY_MS, type Instant, type Result, after, err, ok } from '@backline/core/kernel';
import { type Account, type Session, put } from './account.ts';
import { type Moment, announceSession } from './announcing.ts';
import { sandboxId } from './sandbox-ids.ts';
import { begin, end } from './subscribing.ts';

/** As long as Stripe keeps a session open by default. */
const SESSION_MS = DAY_MS;

export type SessionError =
  | { readonly code: 'unknown_session' }
  | { readonly code: 'session_expired' }
  /** It was paid, where it is to be cancelled; or cancelled, where it is to be paid. */
  | { readonly code: 'session_closed' };

/** The payer has a subscription that is in force. */
export type PayError = SessionError | { readonly code: 'already_subscribed' };

export const sessionStatus = (session: Session, now: Instant): Session['status'] =>
  session.status === 'open' && now >= session.expiresAt ? 'expired' : session.status;

export const sessionOf = (account: Account | null, id: string): Session | null =>
  account?.sessions.find((each) => each.id === id) ?? null;

/** One for each attempt: again changes nothing. */
export const openSession = (account: Account, attemptId: string, { now, ids }: Moment): Account => {
  if (account.sessions.some((each) => each.attemptId === attemptId)) return account;
  const session: Session = {
    id: sandboxId('cs', account.userId, ids),
    attemptId,
    openedAt: now,
    expiresAt: after(now, SESSION_MS),
    status: 'open',
    subscriptionId: null,
  };
  return { ...account, sessions: put(account.sessions, session) };
};

/** Paid once however often: again changes nothing. What was past due is replaced by the new subscription. */
export const paySession = (account: Account, id: string, moment: Moment): Result<Account, PayError> => {
  const session = sessionOf(account, id);
  if (session === null) return err({ code: 'unknown_session' });
  const status = sessionStatus(session, moment.now);
  if (status === 'paid') return ok(account);
  if (status === 'expired') return err({ code: 'session_expired' });
  if (status === 'cancelled') return err({ code: 'session_closed' });
  if (account.subscriptions.some((each) => each.status === 'active')) return err({ code: 'already_subscribed' });

  const overdue = account.subscriptions.filter((each) => each.status === 'past_due');
  const cleared = overdue.reduce((so, each) => end(so, each, moment.now, moment), account);
  const begun = begin(cleared, moment);
  const paid: Session = { ...session, status: 'paid', subscriptionId: begun.subscription.id };
  return ok(
    announceSession({ ...begun.account, sessions: put(begun.account.sessions, paid) }, 'completed', paid, moment),
  );
};

/** Cancelled once however often. Stripe has no event of its own for it; `expired` closes it as well. */
export const cancelSession = (account: Account, id: string, moment: Moment): Result<Account, SessionError> => {
  const session = sessionOf(account, id);
  if (session === null) return err({ code: 'unknown_session' });
  const status = sessionStatus(session, moment.now);
  if (status === 'cancelled') return ok(account);
  if (status === 'expired') return err({ code: 'session_expired' });
  if (status === 'paid') return err({ code: 'session_closed' });
  return ok(closeAs(account, session, 'cancelled', moment));
};

/** Closes what ran out, and says so. */
export const expireSessions = (account: Account, moment: Moment): Account =>
  account.sessions
    .filter((each) => each.status === 'open' && sessionStatus(each, moment.now) === 'expired')
    .reduce((so, each) => closeAs(so, each, 'expired', moment), account);

const closeAs = (account: Account, session: Session, status: 'cancelled' | 'expired', moment: Moment): Account => {
  const closed: Session = { ...session, status };
  return announceSession({ ...account, sessions: put(account.sessions, closed) }, 'expired', closed, moment);
};
