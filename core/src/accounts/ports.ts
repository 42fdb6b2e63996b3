import type { ByteSource, Clock, Ids, Instant, Outbox, Result, UnitOfWork } from '../kernel/index.ts';
import type { Busy, EmailTaken, ImageRefused, ImagesAway, StorageFull } from './errors.ts';
import type { AccountEvent } from './events.ts';
import type { RefreshToken, Session, SessionId } from './session.ts';
import type { Email, ImageRef, ImageSize, Profile, Role, User, UserId } from './user.ts';

export interface UserRepository {
  readonly nextId: () => Promise<UserId>;
  /** Locks the user until the transaction ends. Erased users are found too. */
  readonly find: (id: UserId) => Promise<User | null>;
  /** Does not lock. */
  readonly findByEmail: (address: Email) => Promise<User | null>;
  /** Decides races: of several inserts with one address, one is ok. */
  readonly insert: (user: User) => Promise<Result<null, EmailTaken>>;
  readonly save: (user: User) => Promise<void>;
}

export interface SessionRepository {
  readonly insert: (session: Session) => Promise<void>;
  readonly insertToken: (token: RefreshToken) => Promise<void>;
  /** Locks the session that the token belongs to until the transaction ends. */
  readonly findByToken: (digest: string) => Promise<{ readonly session: Session; readonly token: RefreshToken } | null>;
  /** Compare-and-set: true for the first caller only, ever. */
  readonly markUsed: (digest: string, at: Instant) => Promise<boolean>;
  readonly revoke: (id: SessionId, at: Instant) => Promise<void>;
  readonly revokeAllOf: (userId: UserId, at: Instant) => Promise<void>;
  /** Forgets sessions that ended before the instant; how many. */
  readonly deleteEndedBefore: (at: Instant) => Promise<number>;
}

export type AccountStores = {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly outbox: Outbox<AccountEvent>;
};

export type AccountView = {
  readonly userId: UserId;
  readonly email: Email;
  readonly role: Role;
  readonly profile: Profile;
  readonly createdAt: Instant;
};

export type SessionView = {
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
};

/** Reads for screens; never locks. Erased users are not found. */
export interface AccountReader {
  readonly account: (id: UserId) => Promise<AccountView | null>;
  readonly sessionsOf: (id: UserId) => Promise<readonly SessionView[]>;
  /** Whether the session may still be used, and its user exists. */
  readonly sessionIsLive: (id: SessionId, now: Instant) => Promise<boolean>;
}

export interface PasswordHasher {
  /** A self-describing hash. `busy` when too many hashes wait already; nothing was computed then. */
  readonly hash: (password: string) => Promise<Result<string, Busy>>;
  /** The same work whether `hash` is null (no such user: false) or not. */
  readonly verify: (password: string, hash: string | null) => Promise<Result<boolean, Busy>>;
}

/** Passwords that are tried first. */
export interface CommonPasswords {
  readonly includes: (password: string) => boolean;
}

/** What an access token says of its bearer. */
export type Claims = {
  readonly userId: UserId;
  readonly role: Role;
  readonly sessionId: SessionId;
  readonly expiresAt: Instant;
};

export interface AccessTokens {
  readonly issue: (claims: Claims, now: Instant) => string;
  /** Null for anything that this platform did not issue, or that is past its time. Never throws. */
  readonly verify: (token: string, now: Instant) => Claims | null;
}

export interface SecretTokens {
  /** A fresh token of at least 256 bits from a secure source. */
  readonly mint: () => string;
  /** One-way and deterministic: what is stored in a token's stead. */
  readonly digest: (token: string) => string;
}

export interface ImageStore {
  /** Where a picture may be put later; nothing lies there yet. */
  readonly reserve: () => ImageRef;
  /** Checks and keeps a picture of at most 5 MiB, where it was reserved if it was. Durable when resolved. */
  readonly put: (
    bytes: Uint8Array,
    reserved?: ImageRef,
  ) => Promise<Result<ImageRef, ImageRefused | StorageFull | Busy>>;
  /** Whether it lies where it stays. */
  readonly isSettled: (ref: ImageRef) => boolean;
  /**
   * Brings a picture that was put to where it stays, under the reference that it has from then on; the same one where
   * that is here. Again gives the same, and what lay here stays until it is removed. Null when there is no such picture.
   */
  readonly settle: (ref: ImageRef) => Promise<Result<ImageRef | null, ImagesAway>>;
  /** Where anyone can fetch it; as the original unless said otherwise. */
  readonly url: (ref: ImageRef, size?: ImageSize) => string;
  /** For stores that serve through the app; null when there is no such picture or another host serves it. */
  readonly open: (ref: ImageRef, size?: ImageSize) => Promise<(ByteSource & { readonly contentType: string }) | null>;
  /** Ok as well when there is none. */
  readonly remove: (ref: ImageRef) => Promise<void>;
}

export type AccountPorts = {
  readonly uow: UnitOfWork<AccountStores>;
  readonly accounts: AccountReader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly passwordHasher: PasswordHasher;
  readonly commonPasswords: CommonPasswords;
  readonly accessTokens: AccessTokens;
  readonly secretTokens: SecretTokens;
  readonly images: ImageStore;
};
