import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import type { Month } from '../kernel/index.ts';
import type { FraudulentPlays, Reversal } from './reversal.ts';

export type ReversedPlays = FraudulentPlays & { readonly listenerId: UserId; readonly playedIn: Month };

export interface ReversalRepository {
  /** All that was ever reversed of the tracks. */
  readonly of: (trackIds: readonly TrackId[]) => Promise<readonly ReversedPlays[]>;
  /**
   * With what it changes of debts; the next statement of each who has a share in it tells of it. Plays of a listener, a
   * track and a month that a close has counted are reversed once: a second time is a bug.
   */
  readonly save: (reversal: Reversal) => Promise<void>;
}
