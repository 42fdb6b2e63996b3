/** Whether it is an error of the system or of PostgreSQL with one of those codes. */
export const hasCode = (cause: unknown, ...codes: readonly string[]): boolean => codes.includes(codeOf(cause) ?? '');

/** By shape: in a VM context, as a test's, the system's errors are no instances of the context's Error. */
export const codeOf = (cause: unknown): string | null => textOf(cause, 'code');

export const messageOf = (cause: unknown): string => textOf(cause, 'message') ?? String(cause);

const textOf = (cause: unknown, field: 'code' | 'message'): string | null => {
  if (typeof cause !== 'object' || cause === null) return null;
  const value: unknown = Reflect.get(cause, field);
  return typeof value === 'string' ? value : null;
};
