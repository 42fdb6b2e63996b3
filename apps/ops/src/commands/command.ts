import { parseArgs } from 'node:util';
import type { Config } from '@backline/composition';

/** The command's words make no sense; the message says which. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Outcome = { readonly ok: boolean; readonly document: object };

export type Command = {
  /** The words that choose it. */
  readonly name: readonly string[];
  readonly usage: string;
  readonly run: (words: readonly string[], config: Config) => Promise<Outcome>;
};

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

const parse = (words: readonly string[], options: { readonly [name: string]: { readonly type: 'string' } }) => {
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};
