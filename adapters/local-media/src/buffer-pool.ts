/** Chunk size of a transfer: larger gains nothing, smaller costs system calls (design/performance.md, section 1). */
export const LARGE_BYTES = 256 * 1024;
const SMALL_BYTES = 32 * 1024;

/** A borrower gives each chunk back with `give`, or says with `lose` that someone may still be reading it. */
export interface BufferPool {
  readonly take: () => Buffer;
  readonly give: (buffer: Buffer) => void;
  readonly lose: (buffer: Buffer) => void;
}

/**
 * Reuses buffers, since a fresh one for each chunk costs more than the read. Never makes a borrower wait, because a
 * slow receiver holds its buffer: beyond `maxLarge` lent at once, buffers are small, so that many slow receivers
 * cost little.
 */
export const bufferPool = ({ maxLarge }: { readonly maxLarge: number }): BufferPool => {
  const idle: Buffer[] = [];
  let lent = 0;
  return {
    take: () => {
      if (lent >= maxLarge) return Buffer.allocUnsafeSlow(SMALL_BYTES);
      lent += 1;
      return idle.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES);
    },
    give: (buffer) => {
      if (buffer.length !== LARGE_BYTES) return;
      lent -= 1;
      idle.push(buffer);
    },
    lose: (buffer) => {
      if (buffer.length === LARGE_BYTES) lent -= 1;
    },
  };
};
