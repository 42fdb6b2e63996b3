import { mkdirSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserId } from '@backline/core/accounts';
import { type Result, invariant } from '@backline/core/kernel';
import { type Account, emptyAccount, undelivered } from './account.ts';
import { namesIn, syncDirectory, versionedFile } from './versioned-file.ts';

export type AccountStore = {
  /** Null for a user of whom nothing was ever stored. */
  readonly find: (userId: UserId) => Promise<Account | null>;
  /**
   * Durable once it resolves. `change` is called again when another process was quicker, so it must be pure;
   * an error, or the same object that it was given, stores nothing.
   */
  readonly update: <E>(userId: UserId, change: (account: Account) => Result<Account, E>) => Promise<Result<Account, E>>;
  readonly userIds: () => Promise<readonly UserId[]>;
  /** Whoever may have undelivered events; all who have are among them. */
  readonly withUndelivered: () => Promise<readonly UserId[]>;
  /** Takes the user off that list if nothing is left to deliver. */
  readonly settle: (userId: UserId) => Promise<void>;
};

/** Raised with every change of the stored shape that older code can't read. */
const FORMAT = 1;

const toText = (account: Account): string => JSON.stringify({ format: FORMAT, account });

/** Accounts of before there were portals or payouts have none. */
type Later = 'portals' | 'payee' | 'transfers';
type StoredAccount = Omit<Account, Later> & Partial<Pick<Account, Later>>;

const fromText = (text: string): Account => {
  const stored = JSON.parse(text) as { readonly format: number; readonly account: StoredAccount };
  invariant(stored.format === FORMAT, `sandbox account in format ${stored.format}, ${FORMAT} expected`);
  return { ...emptyAccount(stored.account.userId), ...stored.account };
};

const userIdOf = (digits: string): UserId => Number(digits) as UserId;

/**
 * One versioned file for each user, and one empty file in `undelivered`, named `user.version`, for each version with
 * something to deliver: made before the version, removed only once the version is there and all is delivered.
 */
export const accountStore = (directory: string): AccountStore => {
  const accounts = join(directory, 'accounts');
  const marks = join(directory, 'undelivered');
  for (const each of [accounts, marks]) mkdirSync(each, { recursive: true, mode: 0o700 });

  const fileOf = (userId: UserId) => versionedFile(join(accounts, String(userId)));

  const mark = async (userId: UserId, version: number): Promise<void> => {
    await mkdir(marks, { recursive: true, mode: 0o700 });
    await (await open(join(marks, `${userId}.${version}`), 'a', 0o600)).close();
    await syncDirectory(marks);
  };

  const marked = async (): Promise<readonly { name: string; userId: UserId; version: number }[]> =>
    (await namesIn(marks)).flatMap((name) => {
      const [, user, version] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
      return user && version ? [{ name, userId: userIdOf(user), version: Number(version) }] : [];
    });

  return {
    find: async (userId) => {
      const newest = await fileOf(userId).read();
      return newest === null ? null : fromText(newest.text);
    },
    update: async (userId, change) => {
      const file = fileOf(userId);
      for (;;) {
        const newest = await file.read();
        const account = newest === null ? emptyAccount(userId) : fromText(newest.text);
        const changed = change(account);
        if (!changed.ok || changed.value === account) return changed;

        const version = newest?.number ?? 0;
        if (undelivered(changed.value).length > 0) await mark(userId, version + 1);
        if (await file.follow(version, toText(changed.value))) return changed;
      }
    },
    userIds: async () => (await namesIn(accounts)).filter((name) => /^\d+$/.test(name)).map(userIdOf),
    withUndelivered: async () => [...new Set((await marked()).map(({ userId }) => userId))],
    settle: async (userId) => {
      const newest = await fileOf(userId).read();
      if (newest === null || undelivered(fromText(newest.text)).length > 0) return;
      const done = (await marked()).filter((each) => each.userId === userId && each.version <= newest.number);
      await Promise.all(done.map(({ name }) => rm(join(marks, name), { force: true })));
    },
  };
};
