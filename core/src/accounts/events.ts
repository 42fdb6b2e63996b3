import type { Instant } from '../kernel/index.ts';
import type { SessionId } from './session.ts';
import type { ImageRef, UserId } from './user.ts';

export type UserErased = {
  readonly type: 'accounts.user_erased';
  readonly userId: UserId;
  readonly avatar: ImageRef | null;
  readonly occurredAt: Instant;
};

/** A refresh token was used twice: somebody else has it. */
export type SessionCompromised = {
  readonly type: 'accounts.session_compromised';
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly occurredAt: Instant;
};

export type AvatarReplaced = {
  readonly type: 'accounts.avatar_replaced';
  readonly userId: UserId;
  readonly previous: ImageRef;
  readonly occurredAt: Instant;
};

/** It lies where it was put, and is still to be brought to where pictures stay. */
export type AvatarPending = {
  readonly type: 'accounts.avatar_pending';
  readonly userId: UserId;
  readonly avatar: ImageRef;
  readonly occurredAt: Instant;
};

export type AccountEvent = UserErased | SessionCompromised | AvatarReplaced | AvatarPending;
