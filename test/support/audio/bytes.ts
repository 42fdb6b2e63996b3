export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

export const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));

const uint = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index) % 256);

export const le = (value: number, bytes: number): Uint8Array => Uint8Array.from(uint(value, bytes));
export const be = (value: number, bytes: number): Uint8Array => Uint8Array.from(uint(value, bytes).toReversed());

/** Bit by bit and slow: a second opinion on what the adapter computes from tables. */
export const crc = (bytes: Uint8Array, width: number, polynomial: bigint): number => {
  const top = 1n << BigInt(width - 1);
  const mask = (top << 1n) - 1n;
  let remainder = 0n;
  for (const byte of bytes) {
    remainder ^= BigInt(byte) << BigInt(width - 8);
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder & top) !== 0n ? ((remainder << 1n) ^ polynomial) & mask : (remainder << 1n) & mask;
    }
  }
  return Number(remainder);
};

/** Same seed, same numbers, in [0, 1). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
};

export const randomBytes = (length: number, seed: number): Uint8Array => {
  const random = randomFrom(seed);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
};
