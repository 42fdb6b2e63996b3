import type { AccessTokens, Claims, CommonPasswords, PasswordHasher, SecretTokens } from '@backline/core/accounts';
import { type Ids, type Instant, invariant, ok } from '@backline/core/kernel';
import type { StreamLink, StreamLinks } from '@backline/core/playback';

/** UUIDs that count up from one: distinct and the same in every run, and anyone can guess the next. */
export const sequentialIds = (): Ids => {
  let count = 0;
  return {
    uuid: () => {
      count += 1;
      return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
    },
  };
};

const PLAIN_HASH = /^plain\$\d+\$(.*)$/s;

/**
 * Protects nothing: its "hash" is the password in plain sight. For tests, and for embedding where passwords guard
 * nothing. Never busy.
 */
export const memoryPasswordHasher = (): PasswordHasher => {
  let count = 0;
  return {
    hash: async (password) => {
      count += 1;
      return ok(`plain$${count}$${password}`);
    },
    verify: async (password, hash) => {
      if (hash === null) return ok(false);
      const kept = PLAIN_HASH.exec(hash)?.[1];
      invariant(kept !== undefined, 'a stored password hash cannot be read');
      return ok(kept === password);
    },
  };
};

type Expiring = { readonly expiresAt: Instant };

/** Remembers what was given out, and forgets from the oldest on what is past its time. */
const tickets = <T extends Expiring>(ids: Ids) => {
  const issued = new Map<string, T>();
  const forgetUntil = (now: Instant): void => {
    for (const [token, { expiresAt }] of issued) {
      if (now < expiresAt) return;
      issued.delete(token);
    }
  };
  return {
    issue: (content: T): string => {
      const token = ids.uuid();
      issued.set(token, content);
      return token;
    },
    verify: (token: string, now: Instant): T | null => {
      const content = issued.get(token);
      forgetUntil(now);
      return content !== undefined && now < content.expiresAt ? content : null;
    },
  };
};

/** Tokens that are good in this process alone, and as hard to guess as the ids they are made from. */
export const memoryAccessTokens = (ids: Ids = sequentialIds()): AccessTokens => tickets<Claims>(ids);

/** Tokens as hard to guess as the ids they are made from; a digest shows its token. */
export const memorySecretTokens = (ids: Ids): SecretTokens => ({
  mint: () => ids.uuid(),
  digest: (token) => `plain$${token}`,
});

/** Those of the list, whatever their case. */
export const memoryCommonPasswords = (list: readonly string[]): CommonPasswords => {
  const words = new Set(list.map((word) => word.toLowerCase()));
  return { includes: (password) => words.has(password.toLowerCase()) };
};

/** Links that are good in this process alone, and as hard to guess as the ids they are made from. */
export const memoryStreamLinks = (ids: Ids = sequentialIds()): StreamLinks => {
  const { issue, verify } = tickets<StreamLink>(ids);
  return { sign: issue, verify };
};
