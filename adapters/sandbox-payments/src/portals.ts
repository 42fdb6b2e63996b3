import { HOUR_MS, type Instant, after } from '@backline/core/kernel';
import type { Account, Portal } from './account.ts';
import type { Moment } from './announcing.ts';
import { sandboxId } from './sandbox-ids.ts';

const PORTAL_MS = HOUR_MS;
const KEPT_PORTALS = 5;

/** The new one is last. */
export const openPortal = (account: Account, { now, ids }: Moment): Account => {
  const portal: Portal = { id: sandboxId('bps', account.userId, ids), expiresAt: after(now, PORTAL_MS) };
  return { ...account, portals: [...account.portals, portal].slice(-KEPT_PORTALS) };
};

/** Null for one that was never opened, or whose time is over. */
export const portalOf = (account: Account | null, id: string, now: Instant): Portal | null =>
  account?.portals.find((each) => each.id === id && now < each.expiresAt) ?? null;
