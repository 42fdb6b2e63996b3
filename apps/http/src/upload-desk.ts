import type { UserId } from '@backline/core/accounts';
import type { Result } from '@backline/core/kernel';

type Answer = { readonly status: number; readonly headers: { readonly [name: string]: string } };

/** Why the protocol refuses a request. */
export type UploadRefusal =
  | { readonly code: 'bad_header'; readonly field: string }
  | {
      readonly code:
        | 'wrong_version'
        | 'not_found'
        | 'expired'
        | 'offset_conflict'
        | 'too_large'
        | 'wrong_checksum'
        | 'quota'
        | 'storage_full'
        | 'interrupted';
    };

/** Whoever speaks tus 1.0 for the app. */
export type UploadDesk = {
  readonly answer: (
    request: Request,
    artistId: UserId,
  ) => Promise<Result<Answer, Answer & { readonly refusal: UploadRefusal }>>;
  readonly capabilities: () => Promise<Answer>;
};
