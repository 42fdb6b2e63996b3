import type { Busy, PasswordHasher } from '@backline/core/accounts';
import { type Result, err, ok } from '@backline/core/kernel';
import { hash, verify } from '@node-rs/argon2';
import { admission } from './admission.ts';
import { ARGON2ID, type Argon2Cost, HASH_BYTES, checkCost, checkStoredHash, dummyHash } from './stored-hash.ts';

export type Argon2Options = {
  /** Hashes at once. Each takes a libuv thread of four; file reads need the others. */
  readonly concurrent?: number;
  /** Hashes that may wait. */
  readonly queue?: number;
  readonly cost?: Argon2Cost;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs?: () => number;
};

export type Argon2PasswordHasher = PasswordHasher & {
  readonly running: () => number;
  readonly waiting: () => number;
  /** How many were turned away as busy since the start. */
  readonly refused: () => number;
  /** Milliseconds that a hash takes here, measured now unless too much is waiting, then the latest estimate. */
  readonly calibrate: () => Promise<number>;
};

/** OWASP Password Storage Cheat Sheet, argon2id. */
const OWASP_COST: Argon2Cost = { memoryKib: 19_456, passes: 2, lanes: 1 };
/** design/reliability.md, 0.1: until this machine has been measured. */
const TYPICAL_HASH_MS = 22;
const CALIBRATION_ROUNDS = 3;
/** Weight of the newest measurement in the running mean, once there are a few. */
const NEWEST = 0.2;

/**
 * argon2id. Passwords are hashed as received, in UTF-8 without normalisation. At most `concurrent` (1) hashes run
 * and `queue` (64) wait; the next is told `busy` at once, with the time in which the present ones will be done.
 * Rejects when a stored hash is not one that this hasher can have made.
 */
export const argon2PasswordHasher = ({
  concurrent = 1,
  queue = 64,
  cost = OWASP_COST,
  monotonicMs = () => performance.now(),
}: Argon2Options = {}): Argon2PasswordHasher => {
  checkCost(cost);
  const { admit, running, waiting } = admission({ concurrent, queue });
  const nobody = dummyHash(cost);
  let hashMs = TYPICAL_HASH_MS;
  let measured = 0;
  let refused = 0;

  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = monotonicMs();
    const value = await work();
    const tookMs = monotonicMs() - start;
    measured += 1;
    hashMs += Math.max(NEWEST, 1 / measured) * (tookMs - hashMs);
    return value;
  };
  const busy = (): Busy => {
    refused += 1;
    const ahead = running() + waiting();
    return { code: 'busy', retryAfterMs: Math.max(1, Math.ceil((ahead * hashMs) / concurrent)) };
  };
  const inTurn = async <T>(work: () => Promise<T>): Promise<Result<T, Busy>> => {
    const admitted = admit(() => timed(work));
    return admitted === null ? err(busy()) : ok(await admitted);
  };
  const hashed = (password: string): Promise<string> =>
    hash(password, {
      algorithm: ARGON2ID,
      memoryCost: cost.memoryKib,
      timeCost: cost.passes,
      parallelism: cost.lanes,
      outputLen: HASH_BYTES,
    });

  return {
    hash: (password) => inTurn(() => hashed(password)),
    verify: async (password, stored) => {
      if (stored !== null) checkStoredHash(stored);
      return inTurn(async () => (await verify(stored ?? nobody, password)) && stored !== null);
    },
    running,
    waiting,
    refused: () => refused,
    calibrate: async () => {
      for (let round = 0; round < CALIBRATION_ROUNDS; round += 1) {
        await admit(() => timed(() => hashed('calibration')));
      }
      return hashMs;
    },
  };
};
