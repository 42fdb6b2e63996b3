import type { Instant } from './time.ts';

/** Inclusive offsets, as in a Content-Range. */
export type ByteRange = { readonly start: number; readonly end: number };

/** Where bytes go. `write` resolves once the chunk may be reused, and rejects when the receiver is gone. */
export interface ByteSink {
  readonly write: (chunk: Uint8Array) => Promise<void>;
}

/** A stored, immutable sequence of bytes. Holds what reading it needs until `close`. */
export interface ByteSource {
  readonly sizeBytes: number;
  readonly modifiedAt: Instant;
  /** Lower-case hex SHA-256 of all the bytes, or another text that changes whenever they do. */
  readonly digest: string;
  /** Writes exactly the range, in order, waiting for the sink before going on. */
  readonly send: (range: ByteRange, sink: ByteSink) => Promise<void>;
  readonly close: () => Promise<void>;
}
