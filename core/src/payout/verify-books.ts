import { type Month, ok } from '../kernel/index.ts';
import { countPlays } from './close-counts.ts';
import { countsDigest } from './close-digest.ts';
import type { Difference, PayoutPorts } from './ports.ts';
import { verifyStatements } from './statement-verification.ts';

/**
 * Computes again whatever can be: balances from entries, rollups from plays, what each close counted from the plays that
 * it counted, each statement from its own lines and the one before. What differs, and that it was looked for, is kept.
 */
export const verifyBooks = (ports: PayoutPorts) => async (): Promise<readonly Difference[]> => {
  const differences = [
    ...(await ports.ledgerAudit.differences()),
    ...(await differencesOfStatements(ports)),
    ...(await differencesOfCloses(ports)),
  ];
  await ports.verifications.append({ verifiedAt: ports.clock.now(), differences });
  return differences;
};

const differencesOfStatements = async ({ statementReader, digests }: PayoutPorts): Promise<readonly Difference[]> => {
  const differences: Difference[] = [];
  await statementReader.eachChain((artistId, documents) => {
    for (const { document, code, at, expected, found } of verifyStatements(documents, digests.sha256).problems)
      differences.push({
        check: 'statement',
        where: `artist ${artistId}, statement ${document + 1}, ${at === '' ? code : at}`,
        expected,
        found,
      });
  });
  return differences;
};

const differencesOfCloses = async (ports: PayoutPorts): Promise<readonly Difference[]> => {
  const { value: periods } = await ports.uow.run(async (stores) => ok(await stores.periods.all()));
  const differences: Difference[] = [];
  for (const { month, status } of periods)
    if (status === 'closed') differences.push(...(await differencesOfCounts(ports, month)));
  return differences;
};

const differencesOfCounts = async (ports: PayoutPorts, period: Month): Promise<readonly Difference[]> => {
  const expected = await ports.statementReader.countsOf(period);
  const counted = await countPlays(ports, period);
  const found = counted.ok ? countsDigest(counted.value, ports.digests.sha256) : counted.error.code;
  return expected === found
    ? []
    : [{ check: 'close-counts', where: `period ${period}`, expected: expected ?? 'none', found }];
};
