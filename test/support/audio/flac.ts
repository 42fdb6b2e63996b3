import { be, concat, crc, latin1, le, utf8 } from './bytes.ts';

const RATE = 44_100;
const BLOCK = 192;
const BLOCK_CODE = 1;

/** One channel, 16 bits, samples written out as they are. */
const frame = (index: number): Uint8Array => {
  const start = Uint8Array.of(0xff, 0xf8, BLOCK_CODE << 4, 4 << 1, index);
  const header = concat(start, be(crc(start, 8, 0x07n), 1));
  const samples = Array.from({ length: BLOCK }, (_, at) => be(Math.round(500 + 400 * Math.sin(at / 7)), 2));
  const body = concat(header, Uint8Array.of(2), ...samples);
  return concat(body, be(crc(body, 16, 0x8005n), 2));
};

const block = (kind: number, isLast: boolean, content: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(kind + (isLast ? 0x80 : 0)), be(content.length, 3), content);

export const FLAC_FRAME_SECONDS = BLOCK / RATE;

/** At most 128 frames. Comments like `TITLE=…`. */
export const flac = (frames = 20, comments: readonly string[] = []): Uint8Array => {
  const packed = (BigInt(RATE) << 44n) | (15n << 36n) | BigInt(frames * BLOCK);
  const info = concat(
    be(BLOCK, 2),
    be(BLOCK, 2),
    be(0, 6),
    be(Number(packed >> 32n), 4),
    be(Number(packed & 0xffffffffn), 4),
  );
  const texts = comments.map((comment) => concat(le(utf8(comment).length, 4), utf8(comment)));
  const vorbisComment = concat(le(0, 4), le(comments.length, 4), ...texts);
  return concat(
    latin1('fLaC'),
    block(0, false, concat(info, new Uint8Array(16))),
    block(4, true, vorbisComment),
    ...Array.from({ length: frames }, (_, index) => frame(index)),
  );
};
