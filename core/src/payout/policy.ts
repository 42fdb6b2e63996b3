import { DAY_MS } from '../kernel/index.ts';

/** The numbers of payout-rules.md, R3. A change is a new version; plays keep the version that judged them. */
export type PayoutPolicy = {
  readonly version: number;
  /** R3a: heard less than this, or than the whole track where that is shorter, is too short. */
  readonly minimumHeardMs: number;
  /** R3d: payable plays of a track by a listener in a UTC day. */
  readonly dailyCap: number;
  /** R3g: reported later than this after it began is too late. */
  readonly lateAfterMs: number;
};

export const PAYOUT_POLICY: PayoutPolicy = {
  version: 1,
  minimumHeardMs: 30_000,
  dailyCap: 10,
  lateAfterMs: 30 * DAY_MS,
};
