const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** No such file. */
export const isAbsent = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** The disk is full, or the owner's share of it. */
export const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(String(codeOf(error)));
