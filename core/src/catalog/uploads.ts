import type { UserId } from '../accounts/index.ts';
import type { Brand, Result } from '../kernel/index.ts';
import type { UploadNotFound, UploadUnfinished } from './errors.ts';

/** A UUID. */
export type UploadId = Brand<string, 'UploadId'>;

/** All bytes of it are on durable storage. */
export type FinishedUpload = {
  readonly sizeBytes: number;
  /** Goes on where the upload is removed meanwhile. */
  readonly read: () => AsyncIterable<Uint8Array>;
};

/** Uploads that come in pieces over any time; nobody but the artist who began one finds it. */
export interface ResumableUploads {
  readonly finished: (
    artistId: UserId,
    id: UploadId,
  ) => Promise<Result<FinishedUpload, UploadNotFound | UploadUnfinished>>;
  /** Ok as well when there is none. */
  readonly remove: (artistId: UserId, id: UploadId) => Promise<void>;
  readonly removeAllOf: (artistId: UserId) => Promise<void>;
}
