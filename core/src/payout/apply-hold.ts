import { dayStart, instant } from '../kernel/index.ts';
import { rejudgeDays } from '../playback/index.ts';
import type { HeldPlayStores } from './hold-ports.ts';
import type { ListeningDayScope } from './hold.ts';
import { PAYOUT_POLICY } from './policy.ts';
import { judgeBy } from './verdict.ts';

const JUDGE = judgeBy(PAYOUT_POLICY);

/** Gives the plays of a day the verdicts that follow from its hold as it is now; how many changed. */
export const applyHold = async (
  { plays }: Pick<HeldPlayStores, 'plays'>,
  { listenerId, day }: ListeningDayScope,
): Promise<number> => {
  const [, changed] = await Promise.all([
    plays.lock([listenerId]),
    rejudgeDays(JUDGE, plays, listenerId, new Set([dayStart(instant(Date.parse(day)))])),
  ]);
  return changed;
};
