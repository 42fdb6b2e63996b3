import { ok } from '../kernel/index.ts';
import type { PayoutPorts } from './ports.ts';

/**
 * Brings the rollups up to what is committed; how many plays and changed verdicts that took. After a long pause it may
 * take minutes.
 */
export const advanceRollup =
  ({ longUow }: PayoutPorts) =>
  async (): Promise<number> => {
    const advanced = await longUow.run(async ({ rollup }) => ok(await rollup.advance()));
    return advanced.value;
  };
