import type { IncomingMessage } from 'node:http';
import { drain } from './drain.ts';
import { Refusal } from './problem.ts';

/** The whole body; refused as soon as it is more than `maxBytes`, or not there in time. */
export const readBytes = async (request: IncomingMessage, maxBytes: number, bodyMs: number): Promise<Uint8Array> => {
  refuseEncoded(request);
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(tooSlow()), bodyMs);
  try {
    const body = await Promise.race([collect(request, maxBytes), deadline.promise]);
    if (body !== null) return body;
  } finally {
    clearTimeout(timer);
  }
  await drain(request);
  throw tooLarge(maxBytes);
};

/** Null for more than `maxBytes`; the rest is left unread. */
const collect = async (request: IncomingMessage, maxBytes: number): Promise<Uint8Array | null> => {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Uint8Array;
    size += bytes.byteLength;
    if (size > maxBytes) return null;
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
};

/** Compressed bodies are not taken: nobody needs them here, and bombs do. */
const refuseEncoded = (request: IncomingMessage): void => {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new Refusal(
    415,
    'unsupported-encoding',
    'The encoding is not taken here',
    'The body must be sent without Content-Encoding.',
    { headers: { 'Accept-Encoding': 'identity' } },
  );
};

const tooLarge = (maxBytes: number): Refusal =>
  new Refusal(413, 'too-large', 'The body is too large', `At most ${maxBytes} bytes are taken here.`, {
    headers: { Connection: 'close' },
  });

const tooSlow = (): Refusal =>
  new Refusal(408, 'too-slow', 'The body came too slowly', 'The whole body must arrive within some seconds.', {
    headers: { Connection: 'close' },
  });
