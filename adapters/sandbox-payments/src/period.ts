import type { Instant } from '@backline/core/kernel';
import type { SandboxSubscription } from './account.ts';
import { monthsAfter } from './calendar.ts';

/** `until` is exclusive. */
export type Period = { readonly from: Instant; readonly until: Instant };

/** The period it is in, or the one `ahead` of that. */
export const periodOf = ({ anchor, period }: SandboxSubscription, ahead = 0): Period => ({
  from: monthsAfter(anchor, period + ahead),
  until: monthsAfter(anchor, period + ahead + 1),
});
