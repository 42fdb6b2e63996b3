import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SessionId, UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, invariant } from '@backline/core/kernel';
import type { StreamLink, StreamLinks } from '@backline/core/playback';
import { isSessionId } from './session-id.ts';
import { type Secret, derivedKey } from './signing-secret.ts';

/** A change of the format changes the number, and with it the key. */
const PURPOSE = 'backline stream link 1';

const MESSAGE_BYTES = 40;
/** 40 bytes of message and 32 of HMAC-SHA-256 make whole groups of base64url: one link has one spelling. */
const TOKEN = /^[\w-]{96}$/;

/** Links signed with HMAC-SHA-256 under a key derived from `secret`, 96 URL-safe characters each. */
export const hmacStreamLinks = ({ secret }: { readonly secret: Secret }): StreamLinks => {
  const key = derivedKey(secret, PURPOSE);
  const mac = (message: Uint8Array): Buffer => createHmac('sha256', key).update(message).digest();
  return {
    sign: (link) => {
      const message = encode(link);
      return Buffer.concat([message, mac(message)]).toString('base64url');
    },
    verify: (token, now) => {
      if (!TOKEN.test(token)) return null;
      const bytes = Buffer.from(token, 'base64url');
      const message = bytes.subarray(0, MESSAGE_BYTES);
      if (!timingSafeEqual(mac(message), bytes.subarray(MESSAGE_BYTES))) return null;
      const link = decode(message);
      return now < link.expiresAt ? link : null;
    },
  };
};

/** Track, listener and expiry as unsigned 64-bit big-endian integers, then the session's UUID. */
const encode = ({ trackId, listenerId, sessionId, expiresAt }: StreamLink): Buffer => {
  invariant(isSessionId(sessionId), 'a session that is not a lower-case UUID');
  const message = Buffer.alloc(MESSAGE_BYTES);
  for (const [index, value] of [trackId, listenerId, expiresAt].entries()) {
    invariant(Number.isSafeInteger(value) && value > 0, `not a positive integer in a stream link: ${value}`);
    message.writeBigUInt64BE(BigInt(value), 8 * index);
  }
  message.write(sessionId.replaceAll('-', ''), 24, 'hex');
  return message;
};

/** Only of bytes whose signature was found good: `encode` made them. */
const decode = (message: Buffer): StreamLink => ({
  trackId: Number(message.readBigUInt64BE(0)) as TrackId,
  listenerId: Number(message.readBigUInt64BE(8)) as UserId,
  sessionId: uuidText(message.toString('hex', 24)) as SessionId,
  expiresAt: Number(message.readBigUInt64BE(16)) as Instant,
});

const uuidText = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
