import type { UserId } from '../accounts/index.ts';
import { DAY_MS, before } from '../kernel/index.ts';
import type { DiscoveryPorts } from './ports.ts';

/** Long enough to compare models by. */
const KEPT_MS = 180 * DAY_MS;

/** How many were. */
export const forgetOldImpressions =
  ({ impressions, clock }: DiscoveryPorts) =>
  (): Promise<number> =>
    impressions.removeBefore(before(clock.now(), KEPT_MS));

/** All that is kept of what was recommended to a listener. */
export const forgetListener =
  ({ impressions, lastGood }: DiscoveryPorts) =>
  async (listenerId: UserId): Promise<void> => {
    await impressions.removeOf(listenerId);
    await lastGood.removeOf(listenerId);
  };
