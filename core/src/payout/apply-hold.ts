import type { TrackId } from '../catalog/index.ts';
import { dayStart, instant, ok } from '../kernel/index.ts';
import { rejudgeDays } from '../playback/index.ts';
import type { HeldPlayStores } from './hold-ports.ts';
import type { ListeningDayScope } from './hold.ts';
import { PAYOUT_POLICY } from './policy.ts';
import type { PayoutPorts } from './ports.ts';
import { judgeBy } from './verdict.ts';

const JUDGE = judgeBy(PAYOUT_POLICY);

/** Gives the plays of a day the verdicts that follow from the holds on it as they are now; how many changed. */
export const applyHold = async (
  { plays }: Pick<HeldPlayStores, 'plays'>,
  { listenerId, day }: Omit<ListeningDayScope, 'of'>,
): Promise<number> => {
  const [, changed] = await Promise.all([
    plays.lock([listenerId]),
    rejudgeDays(JUDGE, plays, listenerId, new Set([dayStart(instant(Date.parse(day)))])),
  ]);
  return changed;
};

/**
 * Gives the plays of a track, or of all tracks that ever were held, the verdicts that follow from their holds as they are
 * now; how many changed. One listener's day after the other, each by itself: broken off, it goes on the next time.
 */
export const applyTrackHolds = async (
  { playLog, holdReader }: Pick<PayoutPorts, 'playLog' | 'holdReader'>,
  trackId: TrackId | null,
): Promise<number> => {
  let changed = 0;
  for (const it of await holdReader.unapplied(trackId))
    changed += (await playLog.run(async (stores) => ok(await applyHold(stores, it)))).value;
  return changed;
};
