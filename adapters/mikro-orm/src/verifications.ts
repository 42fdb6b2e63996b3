import { type Instant, isoText } from '@backline/core/kernel';
import type { Difference, VerificationLog } from '@backline/core/payout';
import { type PlainPool, statement } from './pool.ts';

const MOST_KEPT = 1_000;

const APPEND = statement(
  'verification_append',
  'insert into verification (verified_at, differences, found) values ($1::timestamptz, $2, $3::jsonb)',
);

const LATEST = statement<{ verified_at: number; found: readonly Difference[] }>(
  'verification_latest',
  'select verified_at, found from verification order by id desc limit 1',
);

export const verificationLog = (pool: PlainPool): VerificationLog => ({
  append: async ({ verifiedAt, differences }) => {
    const found = JSON.stringify(differences.slice(0, MOST_KEPT));
    await pool.query(APPEND, [isoText(verifiedAt), differences.length, found]);
  },
  latest: async () => {
    const [row] = await pool.query(LATEST);
    return row === undefined ? null : { verifiedAt: row.verified_at as Instant, differences: row.found };
  },
});
