import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memoryPorts } from '@backline/memory';
import fc from 'fast-check';
import { type Books, compareBooks, emptyBooks, ledgerCommands } from '../arbitraries/ledger-commands.ts';
import { SEEDED } from '../arbitraries/seed.ts';
import type { Harness } from '../suites/harness.ts';
import { openTestDatabase } from '../support/postgres.ts';

const expectSame = (found: unknown, expected: unknown): void => expect(found).toEqual(expected);

/** All that can come of a command: a run that never saw one of them proves nothing about it. */
const OUTCOMES = [
  'already_reversed',
  'event_posted',
  'found again',
  'key_reused',
  'month closed',
  'month closing',
  'overdrawn',
  'period_not_open',
  'posted',
];

/** After any commands the answers were those of the plain books, and so is all that is kept; every difference is found. */
const holds = async (open: () => Promise<Pick<Harness, 'ports'>>, numRuns: number): Promise<void> => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.commands([...ledgerCommands(expectSame)], { maxCommands: 60, size: 'max' }),
      async (commands) => {
        const harness = await open();
        const books: Books = emptyBooks();
        await fc.asyncModelRun(() => ({ model: books, real: harness }), commands);

        const { found, expected, lowest } = await compareBooks(harness, books);
        expect(found).toEqual(expected);
        expect(lowest).toBe(0n);
        expect(await harness.ports.ledgerAudit.differences()).toEqual([]);
        for (const outcome of books.seen) seen.add(outcome);
      },
    ),
    { ...SEEDED, numRuns },
  );
  expect([...seen].sort()).toEqual(OUTCOMES);
};

describe('the ledger is the plain books, whatever is done to it', () => {
  test('on memory', () => holds(async () => ({ ports: memoryPorts() }), 300));

  describe('on PostgreSQL', () => {
    let database: Awaited<ReturnType<typeof openTestDatabase>>;
    beforeAll(async () => {
      database = await openTestDatabase();
    });
    afterAll(() => database.drop());

    test(
      'all of it',
      () =>
        holds(async () => {
          await database.sql('set session_replication_role = replica; truncate period, ledger_account cascade');
          return { ports: database.database.ports };
        }, 25),
      120_000,
    );
  });
});
