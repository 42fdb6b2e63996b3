import type { Copy } from '../catalog/index.ts';
import { type Result, err, ok } from '../kernel/index.ts';
import { applyTrackHolds } from './apply-hold.ts';
import type { MonthClosing } from './errors.ts';
import { type HoldId, type RaisedTrackHold, recordingHold } from './hold.ts';
import { PAYOUT_POLICY } from './policy.ts';
import type { PayoutPorts } from './ports.ts';

/**
 * R3f: holds the plays of a track that is another artist's recording, until an operator decides. Null where it was held
 * before, whatever was decided of it.
 */
export const holdCopy =
  (ports: PayoutPorts) =>
  async (copy: Copy): Promise<Result<RaisedTrackHold | null, MonthClosing>> => {
    const { playLog, clock, ids } = ports;
    const id = ids.uuid() as HoldId;
    const { value: raised } = await playLog.run(async ({ holds }) =>
      ok(await holds.raiseOnTrack(recordingHold(copy, PAYOUT_POLICY), id, clock.now())),
    );
    if (raised === 'closing') return err({ code: 'month_closing' });
    await applyTrackHolds(ports, copy.trackId);
    return ok(raised === 'known' ? null : raised);
  };
