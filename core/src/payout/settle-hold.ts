import { type Result, err, invariant, ok } from '../kernel/index.ts';
import { applyHold, applyTrackHolds } from './apply-hold.ts';
import type { HoldDecided, HoldNotFound } from './errors.ts';
import { type HoldDecision, type HoldId, type RaisedHold, decideHold } from './hold.ts';
import type { PayoutPorts } from './ports.ts';

export type SettledHold = {
  readonly hold: RaisedHold;
  /** How many plays have another verdict by it. */
  readonly changed: number;
};

/**
 * R3f: an operator decides, once. What is released is payable again: in its own month, or where that is closed by the
 * next close (R3g).
 */
export const settleHold =
  (ports: PayoutPorts) =>
  async (
    id: HoldId,
    { decision, by }: Pick<HoldDecision, 'decision' | 'by'>,
  ): Promise<Result<SettledHold, HoldNotFound | HoldDecided>> => {
    const { playLog, clock } = ports;
    const done = await playLog.run(async (stores): Promise<Result<SettledHold, HoldNotFound | HoldDecided>> => {
      const found = await stores.holds.find(id);
      if (found === null) return err({ code: 'hold_not_found' });
      const decided = { decision, by, at: clock.now() };
      const settled = decideHold(found, decided);
      if (!settled.ok) return settled;
      if (!(await stores.holds.decide(id, decided))) return decidedMeanwhile(await stores.holds.find(id));
      const { scope } = settled.value;
      return ok({ hold: settled.value, changed: scope.of === 'track' ? 0 : await applyHold(stores, scope) });
    });
    if (!done.ok || done.value.hold.scope.of !== 'track') return done;
    return ok({ ...done.value, changed: await applyTrackHolds(ports, done.value.hold.scope.trackId) });
  };

const decidedMeanwhile = (hold: RaisedHold | null): Result<never, HoldDecided> => {
  const decided = hold?.decided ?? null;
  invariant(decided !== null, 'what cannot be decided is decided');
  return err({ code: 'hold_decided', decision: decided.decision });
};
