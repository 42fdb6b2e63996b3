import { describe, expect, test } from '@jest/globals';
import {
  type IssuedStatement,
  type Plain,
  type Statement,
  canonicalJson,
  issue,
  moneyFromText,
} from '@backline/core/payout';
import fc from 'fast-check';
import { ARTISTS } from '../../arbitraries/month-case.ts';
import { SEEDED } from '../../arbitraries/seed.ts';
import { documentsOf, sha256, statementChain, titleOf } from '../../arbitraries/statement-chain.ts';
import type { PayoutRules } from './rules.ts';

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

/** R12. */
export const statementLaws = (rules: PayoutRules): void => {
  const { verifyStatements, statementCsv } = rules;
  const chains = statementChain(rules);
  const longChains = statementChain(rules, 3);
  const problems = (documents: readonly string[]) => verifyStatements(documents, sha256).problems;

  describe('a statement', () => {
    test('is verified by itself and those before, in any order', () => {
      fc.assert(
        fc.property(
          chains.chain((chain) =>
            fc.tuple(
              fc.constant(chain),
              fc.shuffledSubarray([...documentsOf(chain)], { minLength: documentsOf(chain).length }),
            ),
          ),
          ([{ statements }, documents]) => {
            expect(verifyStatements(documents, sha256)).toEqual({
              problems: [],
              chains: ARTISTS.map((artistId) => ({ artistId, from: 1, until: statements.length })),
            });
          },
        ),
        SEEDED,
      );
    });

    test('says of all artists together what the close says', () => {
      fc.assert(
        fc.property(chains, ({ closes, statements }) => {
          closes.forEach((close, index) => {
            const of = new Set<number>(ARTISTS);
            const shares = close.tracks.flatMap((track) => track.shares).filter(({ userId }) => of.has(userId));
            const told = statements[index]!.map(({ statement }) => statement);
            expect(sum(told.map(({ balance }) => balance.funded))).toBe(sum(shares.map(({ funded }) => funded)));
            expect(sum(told.map(({ deferred }) => deferred.added))).toBe(sum(shares.map(({ deferred }) => deferred)));
            expect(sum(told.map(({ balance }) => balance.deferredPaid))).toBe(
              sum(close.debtsPaid.filter(({ userId }) => of.has(userId)).map(({ amount }) => amount)),
            );
          });
        }),
        SEEDED,
      );
    });

    test('has a line for each share in a track, with all that it is made of', () => {
      fc.assert(
        fc.property(chains, ({ closes, statements }) => {
          closes.forEach(({ tracks, policyVersion, period }, index) => {
            for (const { statement } of statements[index]!) {
              expect(statement).toMatchObject({ period, policyVersion, sequence: index + 1 });
              const lines = tracks.flatMap(({ trackId, splitVersion, plays, nominal: trackNominal, shares }) =>
                shares
                  .filter(({ userId }) => userId === statement.artistId)
                  .map(({ basisPoints, accepted, nominal, funded, deferred }) => ({
                    trackId,
                    title: titleOf(trackId),
                    splitVersion,
                    shareBasisPoints: basisPoints,
                    accepted,
                    plays,
                    trackNominal,
                    nominal,
                    funded,
                    deferred,
                  })),
              );
              expect(statement.tracks).toEqual(lines);
            }
          });
        }),
        SEEDED,
      );
    });

    test('begins with what the one before ended with, and ends with what its lines make of that', () => {
      fc.assert(
        fc.property(chains, ({ statements, contexts }) => {
          statements.forEach((month, index) =>
            month.forEach(({ statement }, at) => {
              const { balance, deferred } = statement;
              const before = statements[index - 1]?.[at]?.statement;
              const { adjustments, transfers } = contexts[index]![at]!;
              expect([balance.opening, deferred.opening]).toEqual([
                before?.balance.closing ?? 0n,
                before?.deferred.closing ?? 0n,
              ]);
              const earned = sum(statement.tracks.map(({ funded }) => funded));
              const paid = sum(statement.debtsPaid.map(({ amount }) => amount));
              const adjusted = sum(adjustments.map((each) => each.balance));
              const moved = sum(
                transfers.map((each) => (each.state === 'sent' ? each.net + each.withheld : -each.net - each.withheld)),
              );
              expect(balance.closing).toBe(balance.opening + earned + paid + adjusted - moved);
              const added = sum(statement.tracks.map((track) => track.deferred));
              const lowered = sum(adjustments.map((each) => each.deferred));
              expect(deferred.closing).toBe(deferred.opening + added - paid + lowered);
            }),
          );
        }),
        SEEDED,
      );
    });

    test('can not be changed in any character without being found out', () => {
      const edit = fc.record({
        which: fc.nat(),
        where: fc.nat(),
        how: fc.constantFrom('replace', 'insert', 'remove', 'swap'),
        by: fc.oneof(fc.constantFrom(...'0123456789abcdef"{}[],:- ntl'), fc.string({ minLength: 1, maxLength: 1 })),
      });
      fc.assert(
        fc.property(chains, fc.array(edit, { minLength: 20, maxLength: 20 }), (chain, edits) => {
          const documents = documentsOf(chain);
          for (const { which, where, how, by } of edits) {
            const document = documents[which % documents.length]!;
            const at = where % document.length;
            const changed = {
              replace: document.slice(0, at) + by + document.slice(at + 1),
              insert: document.slice(0, at) + by + document.slice(at),
              remove: document.slice(0, at) + document.slice(at + 1),
              swap: document.slice(0, at) + (document[at + 1] ?? '') + document[at]! + document.slice(at + 2),
            }[how];
            if (changed === document) continue;
            const found = problems(documents.with(which % documents.length, changed));
            expect(found.some((problem) => problem.document === which % documents.length)).toBe(true);
          }
        }),
        { ...SEEDED, numRuns: 40 },
      );
    });

    test('that is exchanged for another with a digest of its own is found out by the next', () => {
      fc.assert(
        fc.property(longChains, ({ statements }) => {
          const [first, second, third] = statements.map((month) => month[0]!) as [
            IssuedStatement,
            IssuedStatement,
            IssuedStatement,
          ];
          const forged = issue({ ...second.statement, closedAt: '2026-12-24T00:00:00.000Z' }, sha256);
          expect(problems([first.document, forged.document, third.document])).toEqual([
            { document: 2, code: 'chain', at: 'previous', expected: forged.digest, found: second.digest },
          ]);
        }),
        { ...SEEDED, numRuns: 30 },
      );
    });

    test('that is missing is found out, but what was before the first is taken on trust', () => {
      fc.assert(
        fc.property(longChains, ({ statements }) => {
          const [first, second, third] = statements.map((month) => month[1]!.document) as [string, string, string];
          expect(problems([first, third])).toMatchObject([
            { document: 1, code: 'missing', at: 'sequence', expected: '2', found: '3' },
          ]);
          expect(problems([third, second])).toEqual([]);
          expect(verifyStatements([third, second], sha256).chains).toEqual([
            { artistId: ARTISTS[1], from: 2, until: 3 },
          ]);
          expect(problems([second, first, second])).toMatchObject([{ code: 'twice', at: 'sequence' }]);
        }),
        { ...SEEDED, numRuns: 30 },
      );
    });

    test('with an amount that does not follow from its lines is found out by its place, whatever its digest', () => {
      fc.assert(
        fc.property(chains, fc.nat(), fc.nat(), fc.constantFrom(1n, -1n, 1_000_000n), (chain, which, place, by) => {
          const statements = chain.statements[0]!;
          const { statement } = statements[which % statements.length]!;
          const paths = amountsIn(statement);
          const path = paths[place % paths.length]!;
          const forged = issue(changedAt(statement, path, by), sha256);
          const found = problems([forged.document]);
          expect(found.length).toBeGreaterThan(0);
          expect(found.every(({ code }) => code === 'arithmetic' || code === 'not-a-statement')).toBe(true);
        }),
        { ...SEEDED, numRuns: 400 },
      );
    });

    test('and its table add up to the same', () => {
      fc.assert(
        fc.property(chains, ({ statements }) => {
          for (const { statement } of statements.flat()) {
            const rows = cellsOf(statementCsv(statement));
            const [header, ...lines] = rows;
            const column = (name: string): number => header!.indexOf(name);
            const amounts = (kind: string) =>
              lines
                .filter((line) => line[column('kind')] === kind)
                .map((line) => moneyFromText(line[column('amount')]!)!);
            const moving = ['balance-opening', 'funded', 'deferred-paid', 'adjustment', 'transfer', 'withheld'];
            expect(sum(moving.flatMap(amounts))).toBe(statement.balance.closing);
            expect(amounts('balance-closing')).toEqual([statement.balance.closing]);
            expect(sum(amounts('nominal'))).toBe(sum(statement.tracks.map(({ nominal }) => nominal)));
            expect(sum(amounts('plays'))).toBe(sum(statement.tracks.map(({ trackNominal }) => trackNominal)));
            expect(sum(amounts('deferred'))).toBe(statement.deferred.added);
            expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([header!.length]));
            for (const line of lines) expect(line[column('title')]).not.toMatch(/^[=+\-@\t\r]/);
          }
        }),
        SEEDED,
      );
    });
  });
};

type Path = readonly (string | number)[];

/** Where the statement has an amount that something follows from: the rate of no plays has no consequence. */
const amountsIn = (value: Plain, path: Path = []): readonly Path[] => {
  if (typeof value === 'bigint') return [path];
  if (typeof value !== 'object' || value === null) return [];
  if ('payable' in value && value.payable === 0) return [];
  return Object.entries(value).flatMap(([name, member]) => amountsIn(member as Plain, [...path, name]));
};

const changedAt = (statement: Statement, [...path]: Path, by: bigint): Statement => {
  const changed = structuredClone(statement) as unknown as Record<string, unknown>;
  const last = path.pop()!;
  const holder = path.reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, changed);
  holder[last] = (holder[last] as bigint) + by;
  expect(canonicalJson(changed as Plain)).not.toBe(canonicalJson(statement));
  return changed as unknown as Statement;
};

/** RFC 4180, read character by character. */
const cellsOf = (csv: string): readonly (readonly string[])[] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < csv.length; at += 1) {
    const char = csv[at]!;
    if (quoted && char === '"' && csv[at + 1] === '"') cell += csv[(at += 1)]!;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === ',' || csv.startsWith('\r\n', at))) {
      row.push(cell);
      cell = '';
      if (char === '\r') {
        rows.push(row);
        row = [];
        at += 1;
      }
    } else cell += char;
  }
  expect([row, cell, quoted]).toEqual([[], '', false]);
  return rows;
};
