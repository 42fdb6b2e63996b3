/** Why a request of the protocol is refused. */
export type UploadRefusal =
  /** `field` is the header at fault. */
  | { readonly code: 'bad_header'; readonly field: string }
  | { readonly code: 'wrong_version' }
  | { readonly code: 'not_found' }
  | { readonly code: 'expired' }
  /** The piece does not go on where the upload ends. */
  | { readonly code: 'offset_conflict' }
  | { readonly code: 'too_large' }
  | { readonly code: 'wrong_checksum' }
  | { readonly code: 'quota' }
  | { readonly code: 'storage_full' }
  /** Another request for the same upload took its place. */
  | { readonly code: 'interrupted' };

/** How the store tells the protocol's server, which knows errors by a status and a text. */
export class UploadFault extends Error {
  override readonly name = 'UploadFault';
  readonly refusal: UploadRefusal;

  constructor(code: Exclude<UploadRefusal['code'], 'bad_header'>);
  constructor(code: 'bad_header', field: string);
  constructor(code: UploadRefusal['code'], field = '') {
    super(code);
    this.refusal = code === 'bad_header' ? { code, field } : { code };
  }
}
