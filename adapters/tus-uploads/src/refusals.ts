import { ERRORS } from '@tus/server';
import { isFull } from './disk-errors.ts';
import { UploadFault, type UploadRefusal } from './upload-fault.ts';

/** What the protocol's server refuses by itself, by the text that it does so with. */
const BY_TEXT = new Map<string, UploadRefusal>([
  [ERRORS.MISSING_OFFSET.body, { code: 'bad_header', field: 'Upload-Offset' }],
  [ERRORS.INVALID_CONTENT_TYPE.body, { code: 'bad_header', field: 'Content-Type' }],
  [ERRORS.INVALID_LENGTH.body, { code: 'bad_header', field: 'Upload-Length' }],
  [ERRORS.INVALID_METADATA.body, { code: 'bad_header', field: 'Upload-Metadata' }],
  [ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION.body, { code: 'bad_header', field: 'Upload-Defer-Length' }],
  [ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION.body, { code: 'bad_header', field: 'Upload-Concat' }],
  [ERRORS.FILE_NOT_FOUND.body, { code: 'not_found' }],
  [ERRORS.INVALID_OFFSET.body, { code: 'offset_conflict' }],
  [ERRORS.ERR_SIZE_EXCEEDED.body, { code: 'too_large' }],
  [ERRORS.ERR_MAX_SIZE_EXCEEDED.body, { code: 'too_large' }],
  [ERRORS.ABORTED.body, { code: 'interrupted' }],
  [ERRORS.ERR_LOCK_TIMEOUT.body, { code: 'interrupted' }],
]);

/** Throws what is not the client's fault. */
export const refusalOf = (status: number, text: string, thrown: unknown): UploadRefusal => {
  if (thrown instanceof UploadFault) return thrown.refusal;
  if (isFull(thrown)) return { code: 'storage_full' };
  const known = BY_TEXT.get(text);
  if (known !== undefined) return known;
  if (status === 412 || text === 'Invalid tus-resumable\n') return { code: 'wrong_version' };
  const invalid = /^Invalid ([a-z-]+)/.exec(text)?.[1];
  if (status === 400 && invalid !== undefined) return { code: 'bad_header', field: invalid };
  throw new Error(`the upload was refused with ${status}: ${text}`, { cause: thrown });
};
