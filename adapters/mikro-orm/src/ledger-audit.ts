import { isoText, monthStart, shiftMonth } from '@backline/core/kernel';
import type { Difference, LedgerAudit } from '@backline/core/payout';
import type { Connection } from './connection.ts';
import { ledgerChecks } from './ledger-checks.ts';
import { type LongRead, longRead } from './long-read.ts';
import { type AuditQuery, monthRollupChecks, rollupChecks } from './rollup-checks.ts';

/** Of each check: enough to see what is wrong. */
const MOST_OF_A_CHECK = 100;

export const ledgerAudit = (connection: Connection): LedgerAudit => ({
  differences: () => longRead(connection, (read) => differencesOf(read, [...ledgerChecks, ...rollupChecks])),
  rollupDifferences: (month) =>
    longRead(connection, (read) =>
      differencesOf(read, monthRollupChecks, [isoText(monthStart(month)), isoText(monthStart(shiftMonth(month, 1)))]),
    ),
});

const differencesOf = async (
  { query }: LongRead,
  checks: readonly AuditQuery[],
  values: readonly string[] = [],
): Promise<readonly Difference[]> => {
  // Everything is read, and not one row after the other, whatever the planner takes a table's size to be.
  await query('set local enable_nestloop = off');
  const differences: Difference[] = [];
  for (const { check, sql } of checks) {
    const rows = await query<{ place: string; expected: string; found: string }>(
      `select place, expected::text, found::text from (${sql}) as difference order by place limit ${MOST_OF_A_CHECK}`,
      values,
    );
    differences.push(...rows.map(({ place, expected, found }) => ({ check, where: place, expected, found })));
  }
  return differences;
};
