import { parseArgs } from 'node:util';
import type { Config } from '@backline/composition';
import { type Month, month } from '@backline/core/kernel';

/** The command's words make no sense; the message says which. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Outcome = { readonly ok: boolean; readonly document: object };

export type Command = {
  /** The words that choose it. */
  readonly name: readonly string[];
  readonly usage: string;
} & (
  | { readonly needsPlatform?: true; readonly run: (words: readonly string[], config: Config) => Promise<Outcome> }
  /** No configuration is read: nothing has to be set. */
  | { readonly needsPlatform: false; readonly run: (words: readonly string[]) => Promise<Outcome> }
);

/** `--name value` for each of the names, all of them required, and nothing else. */
export const requiredOptions = <Name extends string>(
  words: readonly string[],
  names: readonly Name[],
): { readonly [N in Name]: string } => {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  const values = parse(words, options);
  for (const name of names) if (!values[name]) throw new UsageError(`--${name} is missing`);
  return values as { readonly [N in Name]: string };
};

/** As in 2026-10. */
export const monthIn = (text: string | undefined): Month => {
  if (text === undefined || !/^\d{4}-(0[1-9]|1[0-2])$/.test(text))
    throw new UsageError('the month must be as in 2026-10');
  return month(text);
};

/** @param whose as the message names it */
export const idIn = (text: string | undefined, whose: string): number => {
  if (text === undefined || !/^[1-9]\d{0,15}$/.test(text)) throw new UsageError(`${whose} must be given by its id`);
  return Number(text);
};

const parse = (words: readonly string[], options: { readonly [name: string]: { readonly type: 'string' } }) => {
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};
