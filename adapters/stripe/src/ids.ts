import type { UserId } from '@backline/core/accounts';
import type { Stripe } from 'stripe';

/** What we name a user by in Stripe's metadata. */
export const userMetadata = (userId: UserId): { readonly userId: string } => ({ userId: String(userId) });

/** Null where it names none of ours. */
export const userIn = (metadata: Stripe.Metadata | null | undefined): UserId | null => {
  const text = metadata?.['userId'] ?? '';
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(id) ? (id as UserId) : null;
};

/** Ids come from webhooks: one that is none is never asked for. */
export const isIdOf = (prefix: 'sub' | 'in' | 'cs' | 'ch' | 'py' | 'acct' | 'tr', id: string): boolean =>
  new RegExp(`^${prefix}_\\w{1,240}$`).test(id);

/** Stripe gives an id, or where it was asked to the object itself. */
export const idOf = (named: string | { readonly id: string } | null | undefined): string | null =>
  typeof named === 'string' ? named : (named?.id ?? null);

export const expandedOf = <T extends object>(named: string | T | null | undefined): T | null =>
  typeof named === 'object' ? named : null;
