import { type Result, err, ok } from '@backline/core/kernel';

/** One text field of a multipart form. */
export type Collected = { readonly name: string; readonly text: string };

const MAX_FIELD_BYTES = 16 * 1024;
const MAX_NAME_LENGTH = 64;

/** The text of a part, or what is wrong with it. */
export const collectField = async (bytes: AsyncIterable<Uint8Array>): Promise<Result<string, string>> => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > MAX_FIELD_BYTES) return err(`must be of at most ${MAX_FIELD_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return ok(decoder.decode(Buffer.concat(chunks, size)));
  } catch {
    return err('must be text in UTF-8');
  }
};

/** A part's name is the client's own text: shortened, and without what would break a log line. */
export const shownPartName = (name: string): string =>
  [...name.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\u{fffd}')].slice(0, MAX_NAME_LENGTH).join('') || 'body';
