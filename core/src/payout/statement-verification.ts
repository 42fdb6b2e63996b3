import type { UserId } from '../accounts/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { type NotAStatement, parseStatement } from './statement-document.ts';
import { type IssuedStatement, type Sha256, type Statement, balances } from './statement.ts';
import { WHOLE_BASIS_POINTS } from './split.ts';

export type StatementProblem = {
  /** The place of the document in what was given, from 0. */
  readonly document: number;
  readonly code: NotAStatement['code'] | 'digest' | 'arithmetic' | 'chain' | 'missing' | 'twice' | 'order';
  /** The member that is wrong, as in `tracks[3].funded`; empty for the whole document. */
  readonly at: string;
  readonly expected: string;
  readonly found: string;
};

export type StatementVerification = {
  readonly problems: readonly StatementProblem[];
  /** Which statements there were of each artist. What was before `from` is taken on trust. */
  readonly chains: readonly { readonly artistId: UserId; readonly from: number; readonly until: number }[];
};

/**
 * Whether the statements are whole and unchanged, and say what follows from their own lines and from one another. Of any
 * number of artists, in any order; a part of a chain is enough.
 */
export const verifyStatements = (documents: readonly string[], sha256: Sha256): StatementVerification => {
  const parsed = documents.map((document) => parseStatement(document));
  const unreadable = parsed.flatMap((result, document) =>
    result.ok ? [] : [{ document, code: result.error.code, at: result.error.at, expected: 'a statement', found: '' }],
  );
  const found = parsed.flatMap((result, place): readonly Found[] => (result.ok ? [{ ...result.value, place }] : []));
  const chains = [...Map.groupBy(found, ({ statement }) => statement.artistId)]
    .sort(([a], [b]) => a - b)
    .map(([artistId, chain]) => ({ artistId, chain: chain.sort(bySequence) }));

  return {
    problems: [
      ...unreadable,
      ...found.flatMap((it) => [...digestProblems(it, sha256), ...lineProblems(it)]),
      ...chains.flatMap(({ chain }) =>
        chain.flatMap((it, index) => [...linkProblems(it, chain[index - 1]), ...balanceProblems(it, chain[index - 1])]),
      ),
    ].sort((a, b) => a.document - b.document),
    chains: chains.map(({ artistId, chain }) => ({
      artistId,
      from: chain[0]?.statement.sequence ?? 0,
      until: chain.at(-1)?.statement.sequence ?? 0,
    })),
  };
};

type Found = IssuedStatement & { readonly place: number };

const bySequence = (a: Found, b: Found): number => a.statement.sequence - b.statement.sequence;

/** Nothing where the two are the same. */
const problemUnless = (
  { place }: Found,
  code: StatementProblem['code'],
  at: string,
  expected: string | number | bigint | null,
  found: string | number | bigint | null,
): readonly StatementProblem[] =>
  expected === found ? [] : [{ document: place, code, at, expected: String(expected), found: String(found) }];

const digestProblems = (it: Found, sha256: Sha256): readonly StatementProblem[] =>
  problemUnless(it, 'digest', 'digest', sha256(canonicalJson(it.statement)), it.digest);

/** R5, R6, R7 for each track. */
const lineProblems = (it: Found): readonly StatementProblem[] =>
  it.statement.tracks.flatMap((track, index) => {
    const at = `tracks[${index}]`;
    const earned = track.plays.reduce((sum, { payable, perPlay }) => sum + perPlay * BigInt(payable), 0n);
    return [
      ...problemUnless(it, 'arithmetic', `${at}.trackNominal`, earned, track.trackNominal),
      ...problemUnless(it, 'arithmetic', `${at}.nominal`, nearestShare(track), track.nominal),
      ...problemUnless(it, 'arithmetic', `${at}.deferred`, track.nominal - track.funded, track.deferred),
    ];
  });

/** A share is its quota's floor or ceiling: what is found if it is one of them, else the floor. */
const nearestShare = ({ trackNominal, shareBasisPoints, nominal }: Statement['tracks'][number]): bigint => {
  const whole = BigInt(WHOLE_BASIS_POINTS);
  const quota = trackNominal * BigInt(shareBasisPoints);
  const floor = quota / whole;
  return nominal === floor + 1n && quota % whole > 0n ? nominal : floor;
};

/** That it follows the one before; a first one that was not given another before must be its artist's first. */
const linkProblems = (it: Found, before: Found | undefined): readonly StatementProblem[] => {
  const { statement } = it;
  if (before === undefined)
    return statement.sequence === 1 ? problemUnless(it, 'chain', 'previous', null, statement.previous) : [];
  if (statement.sequence === before.statement.sequence)
    return [{ document: it.place, code: 'twice', at: 'sequence', expected: '', found: String(statement.sequence) }];
  if (statement.sequence > before.statement.sequence + 1)
    return problemUnless(it, 'missing', 'sequence', before.statement.sequence + 1, statement.sequence);
  return [
    ...problemUnless(it, 'chain', 'previous', before.digest, statement.previous),
    ...problemUnless(it, 'chain', 'currency', before.statement.currency, statement.currency),
    ...(statement.period > before.statement.period
      ? []
      : problemUnless(it, 'order', 'period', `after ${before.statement.period}`, statement.period)),
  ];
};

/** What the lines make of the balances that the one before ended with, where it was given. */
const balanceProblems = (it: Found, before: Found | undefined): readonly StatementProblem[] => {
  const { statement } = it;
  const follows = before?.statement.sequence === statement.sequence - 1;
  const opened = follows ? before.statement : statement.sequence === 1 ? null : trusted(statement);
  const expected = balances(statement, opened);
  return [
    ...memberProblems(it, 'balance', expected.balance, statement.balance),
    ...memberProblems(it, 'deferred', expected.deferred, statement.deferred),
  ];
};

const trusted = ({ balance, deferred }: Statement): Pick<Statement, 'balance' | 'deferred'> => ({
  balance: { ...balance, closing: balance.opening },
  deferred: { ...deferred, closing: deferred.opening },
});

const memberProblems = (
  it: Found,
  group: 'balance' | 'deferred',
  expected: { readonly [member: string]: bigint },
  found: { readonly [member: string]: bigint },
): readonly StatementProblem[] =>
  Object.entries(expected).flatMap(([member, amount]) =>
    problemUnless(it, 'arithmetic', `${group}.${member}`, amount, found[member] ?? null),
  );
