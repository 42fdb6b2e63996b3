import type { Refusal } from '@backline/contracts/http';
import type {
  BadRefreshToken,
  EraseAccountError,
  ImageRefused,
  LogInError,
  RegisterError,
  ReplaceAvatarError,
  WeakPassword,
} from '@backline/core/accounts';
import type {
  PublishTrackError,
  StageAudioError,
  TrackNotFound,
  UploadNotFound,
  UploadUnfinished,
} from '@backline/core/catalog';
import type { BadCursor } from '@backline/core/kernel';
import type { ShareAccepted, SplitNotFound, StatementNotFound } from '@backline/core/payout';
import type { SubscriptionRequired } from '@backline/core/playback';
import type { AlreadySubscribed, BadSignature, NotACustomer, PaymentsAway } from '@backline/core/subscriptions';
import type { FormRefused } from './form-intake.ts';

/** Every expected failure that these routes answer for. */
export type CoreError =
  | RegisterError
  | LogInError
  | BadRefreshToken
  | EraseAccountError
  | ReplaceAvatarError
  | StageAudioError
  | PublishTrackError
  | UploadNotFound
  | UploadUnfinished
  | TrackNotFound
  | BadCursor
  | SplitNotFound
  | ShareAccepted
  | StatementNotFound
  | SubscriptionRequired
  | AlreadySubscribed
  | NotACustomer
  | PaymentsAway
  | BadSignature
  | FormRefused;

/** What a problem says, whatever its status. */
export type Told = {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly Refusal[];
  readonly retryAfterMs?: number;
};

export const invalid = (errors: readonly Refusal[]): Told => ({
  type: 'invalid-input',
  title: 'The request is not as the contract says',
  detail: errors
    .map(({ field, message }) => `${field} ${message}`)
    .join('; ')
    .slice(0, 1_000),
  errors,
});

const invalidField = (field: string, message: string): Told => invalid([{ field, message }]);

const PASSWORD_RULES = {
  'too-short': 'must have at least 8 characters',
  'too-long': 'must have at most 128 characters',
  'no-letter': 'must have a letter',
  'no-digit': 'must have a digit',
  common: 'must not be one of the passwords that are tried first',
} as const satisfies Record<WeakPassword['reason'], string>;

const IMAGE_FAULTS = {
  'unsupported-format': 'The picture must be PNG, JPEG, WebP or AVIF by its content.',
  animated: 'The picture moves; one that stands still is wanted.',
  'too-many-pixels': 'The picture must have at most 40 megapixels.',
  broken: 'The picture cannot be read; it may be damaged.',
} as const satisfies Record<ImageRefused['reason'], string>;

const SIGNATURE_FAULTS = {
  missing: 'The event carries no signature.',
  forged: 'The signature is not that of the payment provider over these bytes.',
  stale: 'The signature is too old, or of the future.',
  malformed: 'The signature or the event cannot be read.',
} as const satisfies Record<BadSignature['reason'], string>;

/** The words for a failure. */
export const tell = (error: CoreError): Told => {
  switch (error.code) {
    case 'invalid_email':
      return invalidField('email', 'must be an e-mail address');
    case 'weak_password':
      return invalidField('password', PASSWORD_RULES[error.reason]);
    case 'email_taken':
      return {
        type: 'email-taken',
        title: 'The address has an account',
        detail: 'There is an account with this e-mail address already.',
      };
    case 'bad_credentials':
      return {
        type: 'bad-credentials',
        title: 'The credentials are not right',
        detail: 'The address or the password is not right.',
      };
    case 'bad_refresh_token':
      return {
        type: 'bad-refresh-token',
        title: 'The session has ended',
        detail: 'The refresh token is unknown, expired, revoked or was used before; sign in again.',
      };
    case 'user_not_found':
      return {
        type: 'account-erased',
        title: 'The account is gone',
        detail: 'The account that the access token was given to has been erased.',
      };
    case 'busy':
      return {
        type: 'busy',
        title: 'Too much at once',
        detail: 'More of this work is waiting than may; try again shortly.',
        retryAfterMs: error.retryAfterMs,
      };
    case 'image_refused':
      return {
        type: 'unsupported-image',
        title: 'The picture is not of a kind that is taken',
        detail: IMAGE_FAULTS[error.reason],
      };
    case 'storage_full':
      return {
        type: 'storage-full',
        title: 'No room is left',
        detail: 'There is no room for the file; nothing of it was kept.',
      };
    case 'media_too_large':
      return {
        type: 'too-large',
        title: 'The file is too large',
        detail: `At most ${error.maxBytes} bytes are taken.`,
      };
    case 'title_missing':
      return invalidField('title', 'must be given, and not be blank, where the file itself names none');
    case 'duplicate_track':
      return {
        type: 'duplicate-track',
        title: 'The track is there already',
        detail: `The same audio is track ${error.trackId} of yours.`,
      };
    case 'upload_not_found':
      return invalidField('uploadId', 'must be the id of an upload of yours that has not expired');
    case 'upload_unfinished':
      return invalidField('uploadId', `must be complete: ${error.receivedBytes} of ${error.sizeBytes} bytes have come`);
    case 'unsupported_audio':
      return {
        type: 'unsupported-audio',
        title: 'The file is not audio of a kind that is taken',
        detail: 'The file must be MP3, FLAC, WAV, Ogg Vorbis, Opus or AAC/M4A by its content.',
      };
    case 'unplayable_audio':
      return {
        type: 'unplayable-audio',
        title: 'The audio cannot be played',
        detail: error.reason,
      };
    case 'track_not_found':
      return { type: 'not-found', title: 'There is no such track', detail: 'There is no track with this id.' };
    case 'split_not_found':
      return {
        type: 'not-found',
        title: 'There is no such split',
        detail: 'There is no split with this id in which you have a share.',
      };
    case 'statement_not_found':
      return {
        type: 'not-found',
        title: 'There is no such statement',
        detail: `There is no statement of ${error.period}: the month is not closed, or nothing was earned in it.`,
      };
    case 'share_accepted':
      return {
        type: 'share-accepted',
        title: 'The share is accepted',
        detail: 'You have accepted your share already; a new split can change it.',
      };
    case 'bad_cursor':
      return invalidField('cursor', 'must be the nextCursor of an earlier page of this list');
    case 'subscription_required':
      return {
        type: 'subscription-required',
        title: 'A subscription is required',
        detail: 'A subscriber may hear any track, an artist their own.',
      };
    case 'already_subscribed':
      return {
        type: 'already-subscribed',
        title: 'You are subscribed',
        detail: 'There is a subscription in force already.',
      };
    case 'not_a_customer':
      return {
        type: 'not-a-customer',
        title: 'There is nothing to manage',
        detail: 'You have never begun to subscribe; begin with POST /payments/checkout.',
      };
    case 'payments_away':
      return {
        type: 'payments-away',
        title: 'The payment provider is away',
        detail: 'The payment provider did not answer; nothing was lost, try again shortly.',
        retryAfterMs: error.retryAfterMs,
      };
    case 'bad_signature':
      return { type: 'bad-signature', title: 'The signature is not good', detail: SIGNATURE_FAULTS[error.reason] };
    case 'not_a_form':
      return {
        type: 'unsupported-media-type',
        title: 'The media type is not taken here',
        detail: 'The body must be multipart/form-data.',
      };
    case 'bad_form':
      return invalid(error.errors);
  }
};
