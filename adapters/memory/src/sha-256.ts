const ROUNDS = 64;
const BLOCK_BYTES = 64;
const WORD = 2 ** 32;

const firstPrimes = (count: number): readonly number[] => {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
};

/** The first 32 bits behind the point. */
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * WORD);

const PRIMES = firstPrimes(ROUNDS);
const CONSTANTS = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

const padded = (bytes: Uint8Array): DataView => {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const message = new Uint8Array(length);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  return view;
};

const schedule = (message: DataView, at: number): Uint32Array => {
  const words = new Uint32Array(ROUNDS);
  const word = (index: number): number => words[index] ?? 0;
  for (let index = 0; index < ROUNDS; index += 1) {
    if (index < 16) {
      words[index] = message.getUint32(at + 4 * index);
      continue;
    }
    const [far, near] = [word(index - 15), word(index - 2)];
    const mixedFar = rotated(far, 7) ^ rotated(far, 18) ^ (far >>> 3);
    const mixedNear = rotated(near, 17) ^ rotated(near, 19) ^ (near >>> 10);
    words[index] = word(index - 16) + mixedFar + word(index - 7) + mixedNear;
  }
  return words;
};

const compress = (state: Uint32Array, words: Uint32Array): void => {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < ROUNDS; round += 1) {
    const mixedE = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const chosen = (e & f) ^ (~e & g);
    const first = h + mixedE + chosen + (CONSTANTS[round] ?? 0) + (words[round] ?? 0);
    const mixedA = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + mixedA + majority) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + word;
};

/** SHA-256 (FIPS 180-4) in lower-case hex, where no platform is there to compute it. */
export const sha256 = (bytes: Uint8Array): string => {
  const message = padded(bytes);
  const state = START.slice();
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) compress(state, schedule(message, at));
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
};
