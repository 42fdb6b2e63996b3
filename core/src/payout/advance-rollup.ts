import { ok } from '../kernel/index.ts';
import type { PayoutPorts } from './ports.ts';

/** Brings the rollups up to what is committed; how many plays and changed verdicts that took. */
export const advanceRollup =
  ({ uow }: PayoutPorts) =>
  async (): Promise<number> => {
    const advanced = await uow.run(async ({ rollup }) => ok(await rollup.advance()));
    return advanced.value;
  };
