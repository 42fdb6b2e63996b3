import type { ByteRange } from '@backline/core/kernel';

export type RangeChoice =
  /** The whole: no range was asked for, several were, or none that can be understood (RFC 9110, 14.2). */
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: RangeChoice = { kind: 'whole' };
const UNSATISFIABLE: RangeChoice = { kind: 'unsatisfiable' };

/** What a `Range` header asks of `size` bytes. */
export const chooseRange = (header: string | undefined, size: number): RangeChoice => {
  const spec = /^bytes=[ \t]*(\d*)-(\d*)$/i.exec(header ?? '');
  if (spec === null) return WHOLE;
  const [, first = '', last = ''] = spec;
  if (first === '' && last === '') return WHOLE;

  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? UNSATISFIABLE : { kind: 'part', range: { start: size - length, end: size - 1 } };
  }
  if (last !== '' && BigInt(last) < BigInt(first)) return WHOLE;
  // Numbers too long to be exact are larger than any file.
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start >= size ? UNSATISFIABLE : { kind: 'part', range: { start, end } };
};
