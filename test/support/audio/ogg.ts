import { concat, crc, latin1, le, utf8 } from './bytes.ts';

const FIRST = 2;
const LAST = 4;

type PageOptions = {
  readonly flags?: number;
  readonly position: number;
  readonly sequence: number;
  readonly serial?: number;
};

/** Packets of fewer than 255 bytes. */
export const oggPage = (
  packets: readonly Uint8Array[],
  { flags = 0, position, sequence, serial = 7 }: PageOptions,
): Uint8Array => {
  const lacing = Uint8Array.from(packets, (packet) => packet.length);
  const head = concat(latin1('OggS'), Uint8Array.of(0, flags), le(position, 8), le(serial, 4), le(sequence, 4));
  const rest = concat(Uint8Array.of(packets.length), lacing, ...packets);
  const checksum = crc(concat(head, le(0, 4), rest), 32, 0x04c11db7n);
  return concat(head, le(checksum, 4), rest);
};

const comments = (texts: readonly string[]): Uint8Array =>
  concat(le(0, 4), le(texts.length, 4), ...texts.map((text) => concat(le(utf8(text).length, 4), utf8(text))));

export type OggOptions = { readonly packets?: number; readonly comments?: readonly string[]; readonly serial?: number };

const stream = (
  headers: readonly Uint8Array[],
  packet: Uint8Array,
  samplesEach: number,
  count: number,
  serial: number,
) => {
  const [first = new Uint8Array(), ...others] = headers;
  const half = Math.floor(count / 2);
  const sound = (packets: number): Uint8Array[] => Array.from({ length: packets }, () => packet);
  return concat(
    oggPage([first], { flags: FIRST, position: 0, sequence: 0, serial }),
    oggPage(others, { position: 0, sequence: 1, serial }),
    oggPage(sound(half), { position: half * samplesEach, sequence: 2, serial }),
    oggPage(sound(count - half), { flags: LAST, position: count * samplesEach, sequence: 3, serial }),
  );
};

export const OPUS_SKIPPED = 312;

/** Packets of 20 ms of silence. */
export const oggOpus = ({ packets = 50, comments: texts = [], serial = 7 }: OggOptions = {}): Uint8Array => {
  const head = concat(latin1('OpusHead'), Uint8Array.of(1, 2), le(OPUS_SKIPPED, 2), le(48_000, 4), le(0, 3));
  const tags = concat(latin1('OpusTags'), comments(texts));
  return stream([head, tags], Uint8Array.of(0xfc, 0xff, 0xfe), 960, packets, serial);
};

/** True to the container; the packets behind the headers' first bytes mean nothing. */
export const oggVorbis = ({ packets = 50, comments: texts = [], serial = 7 }: OggOptions = {}): Uint8Array => {
  const rates = concat(le(0, 4), le(112_000, 4), le(0, 4));
  const identification = concat(
    latin1('\u0001vorbis'),
    le(0, 4),
    Uint8Array.of(2),
    le(44_100, 4),
    rates,
    Uint8Array.of(0xb8, 1),
  );
  const comment = concat(latin1('\u0003vorbis'), comments(texts), Uint8Array.of(1));
  const setup = concat(latin1('\u0005vorbis'), new Uint8Array(40).fill(0x5a));
  return stream([identification, comment, setup], new Uint8Array(30).fill(0x3c), 1_024, packets, serial);
};
