const hasCode = (error: unknown, codes: ReadonlySet<string>): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  typeof error.code === 'string' &&
  codes.has(error.code);

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const ABSENT = new Set(['ENOENT']);
/** What opening answers for a path that is no regular file of ours: a link, a directory on the way that is a file. */
const NO_FILE_OF_OURS = new Set(['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO']);

export const isStorageFull = (error: unknown): boolean => hasCode(error, FULL);
export const isAbsent = (error: unknown): boolean => hasCode(error, ABSENT);
export const isNoFileOfOurs = (error: unknown): boolean => hasCode(error, NO_FILE_OF_OURS);
