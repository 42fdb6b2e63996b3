import type { IncomingMessage } from 'node:http';
import { drain } from './drain.ts';
import { Refusal } from './problem.ts';

/** The whole body; refused as soon as it is more than `maxBytes`, or not there in time. */
export const readBytes = async (request: IncomingMessage, maxBytes: number, bodyMs: number): Promise<Uint8Array> => {
  refuseEncoded(request);
  const isTooLarge = Number(request.headers['content-length'] ?? 0) > maxBytes;
  const body = isTooLarge ? null : await collect(request, maxBytes, bodyMs);
  if (body !== null) return body;
  await drain(request);
  throw tooLarge(maxBytes);
};

/** Null for more than `maxBytes`; the rest is left unread. By events, which cost a small body half of an iterator. */
const collect = (request: IncomingMessage, maxBytes: number, bodyMs: number): Promise<Uint8Array | null> =>
  new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const deadline = setTimeout(() => end(() => reject(tooSlow())), bodyMs);

    const take = (chunk: Uint8Array): void => {
      size += chunk.byteLength;
      if (size <= maxBytes) chunks.push(chunk);
      else end(() => resolve(null));
    };
    const finish = (): void => end(() => resolve(wholeOf(chunks, size)));
    const fail = (cause: Error): void => end(() => reject(cause));
    const breakOff = (): void => end(() => reject(new Error('the client went away')));
    const end = (settle: () => void): void => {
      clearTimeout(deadline);
      request.off('data', take).off('end', finish).off('error', fail).off('close', breakOff).pause();
      settle();
    };
    request.on('data', take).on('end', finish).on('error', fail).on('close', breakOff);
  });

const wholeOf = (chunks: readonly Uint8Array[], size: number): Uint8Array =>
  chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);

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
