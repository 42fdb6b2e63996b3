export * from './edit-profile.ts';
export * from './erase-account.ts';
export type * from './errors.ts';
export type * from './events.ts';
export * from './forget-sessions.ts';
export type { SignedIn } from './grant.ts';
export * from './log-in.ts';
export * from './log-out.ts';
export type * from './ports.ts';
export * from './refresh-session.ts';
export * from './register.ts';
export * from './replace-avatar.ts';
export type * from './session.ts';
export * from './settle-avatar.ts';
export {
  type Email,
  IMAGE_SQUARES,
  type ImageRef,
  type ImageSize,
  type Profile,
  type Role,
  type User,
  type UserId,
  email,
} from './user.ts';
