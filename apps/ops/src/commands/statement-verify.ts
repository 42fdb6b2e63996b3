import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type StatementProblem, verifyStatements } from '@backline/core/payout';
import { type Command, UsageError } from './command.ts';

/** Needs nothing but the files: no database, no account. */
export const statementVerify: Command = {
  name: ['statement', 'verify'],
  usage: 'FILE…',
  needsPlatform: false,
  run: async (files) => {
    if (files.length === 0) throw new UsageError('name the files of the statements');
    const read = await Promise.all(files.map(readText));
    const unreadable = read.filter((each) => each.text === null);
    const readable = read.filter((each) => each.text !== null);
    const { problems, chains } = verifyStatements(
      readable.map(({ text }) => text),
      sha256,
    );
    return {
      ok: problems.length + unreadable.length === 0,
      document: {
        verified: readable.length - new Set(problems.map(({ document }) => document)).size,
        chains: chains.map(({ artistId, from, until }) => ({
          artistId,
          statements: from === until ? `${from}` : `${from} to ${until}`,
          ...(from > 1 ? { note: `what was before statement ${from} is taken on trust` } : {}),
        })),
        problems: [
          ...unreadable.map(({ file, error }) => ({ file, error })),
          ...problems.map(({ document, ...problem }) => ({
            file: readable[document]?.file,
            error: wordsOf(problem.code),
            ...problem,
          })),
        ],
      },
    };
  },
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Read =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly text: null; readonly error: string };

const readText = async (file: string): Promise<Read> => {
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (cause) {
    return { file, text: null, error: `can not be read: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
};

const wordsOf = (code: StatementProblem['code']): string => {
  switch (code) {
    case 'not-json':
      return 'is no JSON';
    case 'not-a-statement':
      return 'is no statement: a member is missing, or is not what it must be';
    case 'not-canonical':
      return 'was written again: a statement is one line of canonical JSON';
    case 'digest':
      return 'was changed: its digest is of another text';
    case 'arithmetic':
      return 'does not add up';
    case 'chain':
      return 'does not follow the statement before it';
    case 'missing':
      return 'a statement before it is missing';
    case 'twice':
      return 'is there twice';
    case 'order':
      return 'is of a month that is not after the one before it';
  }
};
