import { randomBytes } from 'node:crypto';
import { invariant } from '@backline/core/kernel';
import { parseOptions } from '@node-rs/argon2';

export type Argon2Cost = { readonly memoryKib: number; readonly passes: number; readonly lanes: number };

/** @node-rs/argon2 declares its enums `const`, which modules compiled one by one cannot read. */
export const ARGON2ID = 2;
const SALT_BYTES = 16;
export const HASH_BYTES = 32;

/** Room above OWASP's parameters for raised ones, yet well under a second of work. */
const LIMIT = { memoryKib: 65_536, passes: 8, lanes: 4, saltBytes: 64, hashBytes: 64 };

const isBearable = ({ memoryKib, passes, lanes }: Argon2Cost): boolean =>
  memoryKib <= LIMIT.memoryKib && passes <= LIMIT.passes && lanes <= LIMIT.lanes;

export const checkCost = (cost: Argon2Cost): void =>
  invariant(isBearable(cost), `argon2 parameters beyond what is verified: ${JSON.stringify(cost)}`);

/** Throws for what no hasher of ours can have made: verifying it could fail late or hold a thread for hours. */
export const checkStoredHash = (phc: string): void => {
  const { algorithm, memoryCost, timeCost, parallelism, saltLen, outputLen } = parse(phc);
  const isOurs = Number(algorithm) === ARGON2ID && saltLen <= LIMIT.saltBytes && outputLen <= LIMIT.hashBytes;
  invariant(
    isOurs && isBearable({ memoryKib: memoryCost, passes: timeCost, lanes: parallelism }),
    'a stored password hash has parameters that this platform never uses',
  );
};

const parse = (phc: string): ReturnType<typeof parseOptions> => {
  try {
    return parseOptions(phc);
  } catch (cause) {
    throw new Error('a stored password hash cannot be read', { cause });
  }
};

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** A PHC string that no password fits and that takes exactly the work of a real one to find that out. */
export const dummyHash = ({ memoryKib, passes, lanes }: Argon2Cost): string =>
  `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(randomBytes(SALT_BYTES))}$${unpadded(randomBytes(HASH_BYTES))}`;
