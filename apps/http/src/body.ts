import type { IncomingMessage } from 'node:http';
import type { TextFields } from '@backline/contracts/http';
import { type Limits, MAX_FORM_BYTES, MAX_WEBHOOK_BYTES } from './limits.ts';
import { Refusal } from './problem.ts';
import { readBytes } from './read-bytes.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bodies that are read whole, each with its limit of size and time. */
export type BodyReader = {
  /** Undefined for an empty body. */
  readonly json: (request: IncomingMessage, maxBytes: number) => Promise<unknown>;
  readonly form: (request: IncomingMessage) => Promise<TextFields>;
  readonly raw: (request: IncomingMessage, contentType: string) => Promise<Uint8Array>;
};

export const bodyReader = ({ bodyMs }: Pick<Limits, 'bodyMs'>): BodyReader => ({
  json: async (request, maxBytes) => {
    if (isEmpty(request)) return undefined;
    demandType(request, 'application/json');
    return parseJson(decode(await readBytes(request, maxBytes, bodyMs)));
  },
  form: async (request) => {
    if (isEmpty(request)) return {};
    demandType(request, 'application/x-www-form-urlencoded');
    return formFields(new URLSearchParams(decode(await readBytes(request, MAX_FORM_BYTES, bodyMs))));
  },
  raw: async (request, contentType) => {
    demandType(request, contentType);
    return readBytes(request, MAX_WEBHOOK_BYTES, bodyMs);
  },
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'invalid-json', 'The body is not JSON', 'The body could not be read as JSON.', {
      errors: [{ field: 'body', message: 'must be JSON' }],
    });
  }
};

const formFields = (fields: URLSearchParams): TextFields =>
  Object.fromEntries(
    [...new Set(fields.keys())].map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );

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

const decode = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal(400, 'invalid-text', 'The body is not UTF-8', 'The body could not be read as UTF-8.', {
      errors: [{ field: 'body', message: 'must be UTF-8' }],
    });
  }
};
