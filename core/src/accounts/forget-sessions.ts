import { ok } from '../kernel/index.ts';
import type { AccountPorts } from './ports.ts';

/** Forgets the sessions that have ended; how many. */
export const forgetEndedSessions =
  ({ uow, clock }: AccountPorts) =>
  async (): Promise<number> => {
    const forgotten = await uow.run(async ({ sessions }) => ok(await sessions.deleteEndedBefore(clock.now())));
    return forgotten.value;
  };
