import type { ByteSource } from '@backline/core/kernel';

export type Validators = { readonly etag: string; readonly lastModified: string };

export const validatorsOf = ({ digest, modifiedAt }: ByteSource): Validators => ({
  etag: `"${digest}"`,
  lastModified: new Date(modifiedAt).toUTCString(),
});

type Conditions = {
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-modified-since'?: string | undefined;
  readonly 'if-range'?: string | undefined;
};

/** RFC 9110, 13.2.2: the entity tag decides where there is one, else the date, in whole seconds. */
export const isNotModified = (conditions: Conditions, { etag, lastModified }: Validators): boolean => {
  const tags = conditions['if-none-match'];
  if (tags !== undefined)
    return tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  const since = Date.parse(conditions['if-modified-since'] ?? '');
  return Number.isFinite(since) && Date.parse(lastModified) <= since;
};

/** Whether a range may be answered with a part: what the client has is of the same bytes. */
export const mayBePartial = (conditions: Conditions, { etag, lastModified }: Validators): boolean => {
  const known = conditions['if-range'];
  return known === undefined || known.trim() === etag || known.trim() === lastModified;
};
