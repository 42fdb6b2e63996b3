export type InvalidEmail = { readonly code: 'invalid_email' };
export type WeakPassword = {
  readonly code: 'weak_password';
  readonly reason: 'too-short' | 'too-long' | 'no-letter' | 'no-digit' | 'common';
};
export type EmailTaken = { readonly code: 'email_taken' };
/** Says nothing of whether the address exists. */
export type BadCredentials = { readonly code: 'bad_credentials' };
/** Never issued, expired, revoked or used before. */
export type BadRefreshToken = { readonly code: 'bad_refresh_token' };
export type UserNotFound = { readonly code: 'user_not_found' };

/** More work is waiting than may; try again after the time. */
export type Busy = { readonly code: 'busy'; readonly retryAfterMs: number };

export type ImageRefused = {
  readonly code: 'image_refused';
  readonly reason: 'unsupported-format' | 'animated' | 'too-many-pixels' | 'broken';
};
/** No room for the bytes; nothing was kept. */
export type StorageFull = { readonly code: 'storage_full' };

export type RegisterError = InvalidEmail | WeakPassword | EmailTaken | Busy;
export type LogInError = BadCredentials | Busy;
export type EraseAccountError = BadCredentials | UserNotFound | Busy;
/** Where pictures stay does not answer. */
export type ImagesAway = { readonly code: 'images_away' };

export type ReplaceAvatarError = ImageRefused | StorageFull | UserNotFound | Busy;
