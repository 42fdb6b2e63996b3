/** Whether it is an error of the system or of PostgreSQL with one of those codes. */
export const hasCode = (cause: unknown, ...codes: readonly string[]): boolean => codes.includes(codeOf(cause) ?? '');

export const codeOf = (cause: unknown): string | null =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;

export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
