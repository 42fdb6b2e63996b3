import { createRequire } from 'node:module';
import { ok } from '@backline/core/kernel';
import type { PasswordHasher } from '@backline/core/accounts';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';

type Argon2 = typeof import('@node-rs/argon2');

const argon2: Argon2 = createRequire(import.meta.resolve('@backline/auth'))('@node-rs/argon2');

/** What went on in the library itself, counted at its door. */
const seen = { running: 0, most: 0, calls: 0, verified: [] as string[], msEach: 0 };
let nowMs = 0;

const counted = async <T>(work: () => Promise<T>): Promise<T> => {
  seen.calls += 1;
  seen.running += 1;
  seen.most = Math.max(seen.most, seen.running);
  try {
    return await work();
  } finally {
    nowMs += seen.msEach;
    seen.running -= 1;
  }
};

jest.unstable_mockModule('@node-rs/argon2', () => ({
  ...argon2,
  hash: (...given: Parameters<Argon2['hash']>) => counted(() => argon2.hash(...given)),
  verify: (...given: Parameters<Argon2['verify']>) =>
    counted(() => {
      seen.verified.push(String(given[0]));
      return argon2.verify(...given);
    }),
}));

const { argon2PasswordHasher } = await import('@backline/auth');

const CHEAP = { memoryKib: 64, passes: 1, lanes: 1 };
const monotonicMs = (): number => nowMs;

beforeEach(() => {
  Object.assign(seen, { running: 0, most: 0, calls: 0, verified: [], msEach: 0 });
});

const hashOf = async (hasher: PasswordHasher): Promise<string> => {
  const hashed = await hasher.hash('FanPass123');
  if (!hashed.ok) throw new Error('busy with nothing else to do');
  return hashed.value;
};

/** The work that a PHC string asks for: all but salt and tag. */
const workOf = (phc: string | undefined): string | undefined => phc?.split('$').slice(0, 4).join('$');

describe('argon2PasswordHasher', () => {
  test('makes argon2id at OWASP’s parameters with 16 bytes of salt and 32 of hash', async () => {
    const hash = await hashOf(argon2PasswordHasher());
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  test('a user that does not exist costs the same work as one that does', async () => {
    const hasher = argon2PasswordHasher();
    const stored = await hashOf(hasher);
    await hasher.verify('guess', stored);
    await hasher.verify('guess', null);
    expect(seen.verified).toHaveLength(2);
    const [real, dummy] = seen.verified;
    expect(workOf(dummy)).toBe(workOf(real));
    expect(dummy).toHaveLength(stored.length);
    expect(dummy).not.toBe(real);
  });

  test('every hasher has another dummy', async () => {
    await argon2PasswordHasher({ cost: CHEAP }).verify('guess', null);
    await argon2PasswordHasher({ cost: CHEAP }).verify('guess', null);
    expect(new Set(seen.verified).size).toBe(2);
  });

  test.each([
    ['endless memory', 'm=4294967295,t=2,p=1'],
    ['endless passes', 'm=19456,t=4294967295,p=1'],
    ['many lanes', 'm=19456,t=2,p=255'],
    ['a little more memory than is borne', 'm=65537,t=2,p=1'],
    ['a pass more than is borne', 'm=19456,t=9,p=1'],
  ])('rejects a stored hash that asks for %s before any work is done', async (_, parameters) => {
    const hasher = argon2PasswordHasher();
    const absurd = (await hashOf(hasher)).replace('m=19456,t=2,p=1', parameters);
    seen.calls = 0;
    await expect(hasher.verify('FanPass123', absurd)).rejects.toThrow('parameters that this platform never uses');
    expect(seen.calls).toBe(0);
  });

  test.each(['argon2i', 'argon2d'])('rejects a stored %s hash, which this platform never makes', async (algorithm) => {
    const hasher = argon2PasswordHasher({ cost: CHEAP });
    const stored = (await hashOf(hasher)).replace('argon2id', algorithm);
    await expect(hasher.verify('FanPass123', stored)).rejects.toThrow('parameters that this platform never uses');
  });

  test('cannot be made with parameters that it would not verify, or with no room', () => {
    expect(() => argon2PasswordHasher({ cost: { memoryKib: 65_537, passes: 1, lanes: 1 } })).toThrow();
    expect(() => argon2PasswordHasher({ concurrent: 0 })).toThrow();
    expect(() => argon2PasswordHasher({ queue: -1 })).toThrow();
    expect(() => argon2PasswordHasher({ queue: Number.NaN })).toThrow();
  });

  test('verifies hashes of other parameters than its own', async () => {
    const stored = await hashOf(argon2PasswordHasher({ cost: CHEAP }));
    expect(await argon2PasswordHasher().verify('FanPass123', stored)).toEqual(ok(true));
  });
});

describe('500 at once', () => {
  test.each([
    { concurrent: 1, queue: 64 },
    { concurrent: 2, queue: 64 },
    { concurrent: 1, queue: 0 },
  ])('$concurrent at work, $queue waiting, the rest told so at once', async ({ concurrent, queue }) => {
    const hasher = argon2PasswordHasher({ concurrent, queue, cost: CHEAP });
    const stored = await hashOf(hasher);
    Object.assign(seen, { calls: 0, most: 0 });
    let answeredBusy = 0;
    const all = Array.from({ length: 500 }, (_, index) => {
      const asked =
        index % 3 === 0 ? hasher.hash('FanPass123') : hasher.verify('guess', index % 3 === 1 ? stored : null);
      return asked.then((answer) => {
        if (!answer.ok && answer.error.code === 'busy') answeredBusy += 1;
        return answer;
      });
    });
    expect([hasher.running(), hasher.waiting()]).toEqual([concurrent, queue]);

    await all[0];
    expect(answeredBusy).toBe(500 - concurrent - queue);

    const answers = await Promise.all(all);
    expect(answers.map((answer) => answer.ok)).toEqual(answers.map((_, index) => index < concurrent + queue));
    expect(seen.calls).toBe(concurrent + queue);
    expect(seen.most).toBe(concurrent);
    expect(hasher.refused()).toBe(500 - concurrent - queue);
    expect([hasher.running(), hasher.waiting()]).toEqual([0, 0]);
    expect((await hasher.hash('FanPass123')).ok).toBe(true);
  });

  test('says when to come back: when those ahead are done, at the pace measured', async () => {
    seen.msEach = 40;
    const hasher = argon2PasswordHasher({ concurrent: 1, queue: 3, cost: CHEAP, monotonicMs });
    await hashOf(hasher);
    const ahead = Array.from({ length: 4 }, () => hasher.hash('FanPass123'));
    expect(await hasher.hash('FanPass123')).toEqual({ ok: false, error: { code: 'busy', retryAfterMs: 160 } });
    await Promise.all(ahead);
  });

  test('calibration measures, and leaves its turn to others when the queue is full', async () => {
    seen.msEach = 25;
    const hasher = argon2PasswordHasher({ concurrent: 1, queue: 0, cost: CHEAP, monotonicMs });
    expect(await hasher.calibrate()).toBe(25);
    const { calls } = seen;
    const ahead = hasher.hash('FanPass123');
    expect(await hasher.calibrate()).toBe(25);
    await ahead;
    expect(seen.calls).toBe(calls + 1);
  });

  test('a hash that fails gives its place to the next', async () => {
    const hasher = argon2PasswordHasher({ concurrent: 1, queue: 8, cost: { memoryKib: 1, passes: 1, lanes: 1 } });
    const failed = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.hash('FanPass123')));
    expect(failed.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    expect([hasher.running(), hasher.waiting()]).toEqual([0, 0]);
  });
});
