import type { Brand, Instant, Result } from '../kernel/index.ts';
import { err, ok } from '../kernel/index.ts';
import type { InvalidEmail } from './errors.ts';

/** A positive integer below 2⁵³, given by the store. */
export type UserId = Brand<number, 'UserId'>;

/** An address in its stored form: trimmed and lower-cased, so that addresses compare case-insensitively. */
export type Email = Brand<string, 'Email'>;

export type Role = 'FAN' | 'ARTIST';

/** Names one stored picture; its text means something only to the image store. */
export type ImageRef = Brand<string, 'ImageRef'>;

/** Pixels of each side of a square that the picture's middle fills; the original is as it came, at most 1,024 a side. */
export type ImageSize = (typeof IMAGE_SQUARES)[number] | 'original';

export const IMAGE_SQUARES = [64, 256, 640] as const;

export type Profile = {
  readonly displayName: string | null;
  readonly bio: string | null;
  readonly avatar: ImageRef | null;
};

export type User = {
  readonly id: UserId;
  /** Null once erased. */
  readonly email: Email | null;
  readonly role: Role;
  /** A PHC string of the password hasher; null once erased. */
  readonly passwordHash: string | null;
  readonly profile: Profile;
  readonly createdAt: Instant;
  readonly erasedAt: Instant | null;
};

const LOCAL_AND_DOMAIN =
  /^[^\s@"<>(),:;\\[\]]{1,64}@(?=.{1,253}$)[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?\.[\p{L}]{2,63}$/u;

export const email = (text: string): Result<Email, InvalidEmail> => {
  const normal = text.trim().toLowerCase();
  return normal.length <= 254 && LOCAL_AND_DOMAIN.test(normal) && !normal.includes('..')
    ? ok(normal as Email)
    : err({ code: 'invalid_email' });
};

export const EMPTY_PROFILE: Profile = { displayName: null, bio: null, avatar: null };

/** Everything that names the person is gone; the id stays, since plays and the ledger refer to it. */
export const erase = (user: User, now: Instant): User => ({
  ...user,
  email: null,
  passwordHash: null,
  profile: EMPTY_PROFILE,
  erasedAt: now,
});
