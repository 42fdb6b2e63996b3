import { invariant } from '../kernel/index.ts';

/** What has one canonical text. */
export type Plain = null | boolean | number | bigint | string | readonly Plain[] | { readonly [name: string]: Plain };

/**
 * RFC 8785: no white space, members in the order of their names' UTF-16 code units, numbers and strings as ECMAScript
 * writes them. A bigint is a string of its decimal digits, since JSON's numbers end at 2⁵³.
 *
 * A number that is not finite and a lone surrogate, which have no JSON, are bugs of the caller.
 */
export const canonicalJson = (value: Plain): string => {
  if (typeof value === 'bigint') return `"${value}"`;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return stringText(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  return `{${Object.keys(value)
    .sort()
    .map((name) => memberText(name, value[name]))
    .join(',')}}`;
};

const memberText = (name: string, value: Plain | undefined): string => {
  invariant(value !== undefined, `${name} has no value`);
  return `${stringText(name)}:${canonicalJson(value)}`;
};

const numberText = (value: number): string => {
  invariant(Number.isFinite(value), `${value} has no JSON`);
  return JSON.stringify(value);
};

const stringText = (value: string): string => {
  invariant(value.isWellFormed(), 'a lone surrogate has no UTF-8');
  return JSON.stringify(value);
};

/** `Array.isArray` forgets that the elements can't be changed. */
const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);
