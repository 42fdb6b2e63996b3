import type { parseFromTokenizer } from 'music-metadata';
import { LARGEST_VIEW_BYTES, type Seekable } from './seekable.ts';

type Tokenizer = Parameters<typeof parseFromTokenizer>[0];
type Token<T> = { readonly len: number; readonly get: (bytes: Uint8Array, offset: number) => T };
type ReadOptions = { readonly length?: number; readonly position?: number; readonly mayBeLess?: boolean };

/** What the tag parser reads through: whatever a file says of its lengths, no more than 32 MiB at a time. */
export const randomAccess = (bytes: Seekable, mimeType: string): Tokenizer & { setPosition: (to: number) => void } => {
  const fileInfo = { size: bytes.sizeBytes, mimeType };
  let position = 0;

  const copy = (into: Uint8Array, options: ReadOptions = {}): number => {
    const wanted = options.length ?? into.length;
    const from = options.position ?? position;
    const length = options.mayBeLess ? Math.max(0, Math.min(wanted, bytes.sizeBytes - from)) : wanted;
    const view = bytes.view(from, length);
    if (view === null) throw new RangeError('a tag reaches beyond the file, or is too large');
    into.set(new Uint8Array(view.buffer, view.byteOffset, length));
    return length;
  };
  const decode = <T>(token: Token<T>, from: number): T => {
    if (!(token.len <= LARGEST_VIEW_BYTES)) throw new RangeError('a tag is too large');
    const content = new Uint8Array(token.len);
    copy(content, { position: from });
    return token.get(content, 0);
  };
  const advance = (to: number): void => {
    position = to;
  };

  return {
    fileInfo,
    get position() {
      return position;
    },
    setPosition: advance,
    supportsRandomAccess: () => true,
    peekBuffer: async (into, options) => copy(into, options),
    readBuffer: async (into, options) => {
      const count = copy(into, options);
      advance((options?.position ?? position) + count);
      return count;
    },
    peekToken: async (token, from) => decode(token, from ?? position),
    readToken: async (token, from) => {
      const start = from ?? position;
      const value = decode(token, start);
      advance(start + token.len);
      return value;
    },
    peekNumber: async (token) => decode(token, position),
    readNumber: async (token) => {
      const value = decode(token, position);
      advance(position + token.len);
      return value;
    },
    ignore: async (length) => {
      const ignored = Math.min(length, Math.max(0, bytes.sizeBytes - position));
      advance(position + ignored);
      return ignored;
    },
    close: async () => undefined,
    abort: async () => undefined,
  };
};
