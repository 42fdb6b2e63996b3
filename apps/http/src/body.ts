import type { IncomingMessage } from 'node:http';
import { Refusal } from './problem.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The whole body; 413 as soon as it is more than `maxBytes`. */
export const readBytes = async (request: IncomingMessage, maxBytes: number): Promise<Uint8Array> => {
  refuseEncoded(request);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Undefined for an empty body. */
export const readJson = async (request: IncomingMessage, maxBytes: number): Promise<unknown> => {
  if (isEmpty(request)) return undefined;
  demandType(request, 'application/json');
  const text = decode(await readBytes(request, maxBytes));
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'invalid-json', 'The body is not JSON', 'The body could not be read as JSON.', {
      errors: [{ field: 'body', message: 'must be JSON' }],
    });
  }
};

export const readForm = async (
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly [name: string]: string | string[] }> => {
  if (isEmpty(request)) return {};
  demandType(request, 'application/x-www-form-urlencoded');
  const fields = new URLSearchParams(decode(await readBytes(request, maxBytes)));
  return Object.fromEntries(
    [...new Set(fields.keys())].map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
};

const isEmpty = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0;

const demandType = (request: IncomingMessage, wanted: string): void => {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  if (type.trim() === wanted && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))) return;
  throw new Refusal(
    415,
    'unsupported-media-type',
    'The media type is not taken here',
    `The body must be ${wanted} in UTF-8.`,
  );
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
    {
      headers: { 'Accept-Encoding': 'identity' },
    },
  );
};

const decode = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal(400, 'invalid-text', 'The body is not UTF-8', 'The body could not be read as UTF-8.', {
      errors: [{ field: 'body', message: 'must be UTF-8' }],
    });
  }
};

/** What is left of the body is not read: the connection ends with the answer. */
const tooLarge = (maxBytes: number): Refusal =>
  new Refusal(413, 'too-large', 'The body is too large', `At most ${maxBytes} bytes are taken here.`, {
    headers: { Connection: 'close' },
  });
