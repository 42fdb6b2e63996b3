import type { Instant, Month } from '../kernel/index.ts';

/** A month of the ledger. It only moves forward, and no month before the one before it. */
export type Period = { readonly month: Month; readonly openedAt: Instant } & (
  | { readonly status: 'open' }
  /** What is counted is settled by now; only the close itself writes. */
  | { readonly status: 'closing'; readonly closingAt: Instant }
  | {
      readonly status: 'closed';
      readonly closingAt: Instant;
      readonly closedAt: Instant;
      /** R11: lower-case hex SHA-256. */
      readonly inputsDigest: string;
    }
);
