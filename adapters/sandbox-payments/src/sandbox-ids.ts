import type { UserId } from '@backline/core/accounts';
import type { Ids } from '@backline/core/kernel';

export type Prefix = 'cs' | 'sub' | 'in' | 'ch' | 'evt' | 'cus' | 'bps' | 'acct' | 'tr';

/** 2⁵³ - 1, the largest user id, has 14 hexadecimal digits. */
const USER_DIGITS = 14;
const FORM = /^(cs|sub|in|ch|evt|cus|bps|acct|tr)_sandbox_([0-9a-f]{14})[0-9a-f]{32}$/;

/** Says whose it is, so that it is found without an index; the random half can't be guessed. */
export const sandboxId = (prefix: Prefix, owner: UserId, ids: Ids): string =>
  `${prefix}_sandbox_${owner.toString(16).padStart(USER_DIGITS, '0')}${ids.uuid().replaceAll('-', '')}`;

const NOBODY = '0'.repeat(32);

/** One for each user, and no secret: it opens nothing. */
export const customerId = (owner: UserId): string =>
  `cus_sandbox_${owner.toString(16).padStart(USER_DIGITS, '0')}${NOBODY}`;

/** Null for what is not an id of that sort made here. */
export const ownerOf = (prefix: Prefix, id: string): UserId | null => {
  const [, madeFor, digits] = FORM.exec(id) ?? [];
  if (madeFor !== prefix || digits === undefined) return null;
  const owner = Number.parseInt(digits, 16);
  return Number.isSafeInteger(owner) ? (owner as UserId) : null;
};
