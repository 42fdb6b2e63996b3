import type { ByteSink, ByteSource } from '@backline/core/kernel';

export async function* inChunks(bytes: Uint8Array, chunkBytes = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

export type Collector = ByteSink & { readonly bytes: () => Uint8Array };

/** Copies each chunk only after others had their turn, as a socket may. */
export const collector = (): Collector => {
  const parts: Uint8Array[] = [];
  return {
    write: async (chunk) => {
      await new Promise((resolve) => setImmediate(resolve));
      parts.push(new Uint8Array(chunk));
    },
    bytes: () => new Uint8Array(Buffer.concat(parts)),
  };
};

export const readAll = async (source: ByteSource): Promise<Uint8Array> => {
  const sink = collector();
  if (source.sizeBytes > 0) await source.send({ start: 0, end: source.sizeBytes - 1 }, sink);
  return sink.bytes();
};
