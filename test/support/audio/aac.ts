import { be, concat, latin1, utf8 } from './bytes.ts';

/** One stereo block of AAC-LC that decodes to silence: 1,024 samples. */
const SILENCE = Uint8Array.of(0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c);
const RATE_INDEX_44100 = 4;

export const AAC_BLOCK_SECONDS = 1_024 / 44_100;

const adtsFrame = (): Uint8Array => {
  const length = SILENCE.length + 7;
  const fixed = (0xfff1 << 16) | (1 << 14) | (RATE_INDEX_44100 << 10) | (2 << 6) | (length >> 11);
  return concat(be(fixed >>> 0, 4), be(((length & 0x7ff) << 13) | (0x7ff << 2), 3), SILENCE);
};

export const adts = (blocks = 20): Uint8Array => concat(...Array.from({ length: blocks }, adtsFrame));

export const box = (kind: string, ...content: readonly Uint8Array[]): Uint8Array => {
  const body = concat(...content);
  return concat(be(body.length + 8, 4), latin1(kind), body);
};

const full = (kind: string, ...content: readonly Uint8Array[]): Uint8Array => box(kind, be(0, 4), ...content);

const descriptor = (tag: number, ...content: readonly Uint8Array[]): Uint8Array => {
  const body = concat(...content);
  return concat(Uint8Array.of(tag, body.length), body);
};

export type M4aOptions = {
  readonly blocks?: number;
  readonly coding?: string;
  readonly handlers?: readonly string[];
  readonly title?: string;
  /** In place of the true ones, for what a hostile file may say. */
  readonly chunkOffsets?: Uint8Array;
};

const sampleEntry = (coding: string): Uint8Array => {
  const specific = descriptor(
    5,
    Uint8Array.of((2 << 3) | (RATE_INDEX_44100 >> 1), ((RATE_INDEX_44100 & 1) << 7) | (2 << 3)),
  );
  const config = descriptor(4, Uint8Array.of(0x40, 0x15), new Uint8Array(11), specific);
  const esds = full('esds', descriptor(3, be(1, 2), Uint8Array.of(0), config));
  const head = concat(
    new Uint8Array(6),
    be(1, 2),
    new Uint8Array(8),
    be(2, 2),
    be(16, 2),
    new Uint8Array(4),
    be(44_100 * 65_536, 4),
  );
  return box(coding, head, esds);
};

const metadata = (title: string): Uint8Array => {
  const data = box('data', be(1, 4), be(0, 4), utf8(title));
  const handler = full('hdlr', new Uint8Array(4), latin1('mdirappl'), new Uint8Array(9));
  return box('udta', full('meta', handler, box('ilst', box('\u00a9nam', data))));
};

/** An M4A of silent AAC-LC, its index in front of its sound. */
export const m4a = ({
  blocks = 20,
  coding = 'mp4a',
  handlers = ['soun'],
  title,
  chunkOffsets,
}: M4aOptions = {}): Uint8Array => {
  const start = box('ftyp', latin1('M4A '), be(0, 4), latin1('M4A isom'));
  const duration = be(blocks * 1_024, 4);
  const timed = [be(0, 8), be(44_100, 4), duration] as const;
  const track = (handler: string, offset: number): Uint8Array =>
    box(
      'trak',
      box(
        'mdia',
        full('mdhd', ...timed, be(0, 4)),
        full('hdlr', be(0, 4), latin1(handler), new Uint8Array(13)),
        box(
          'minf',
          box(
            'stbl',
            full('stsd', be(1, 4), sampleEntry(coding)),
            full('stts', be(1, 4), be(blocks, 4), be(1_024, 4)),
            full('stsc', be(1, 4), be(1, 4), be(blocks, 4), be(1, 4)),
            full('stsz', be(SILENCE.length, 4), be(blocks, 4)),
            full('stco', chunkOffsets ?? concat(be(1, 4), be(offset, 4))),
          ),
        ),
      ),
    );
  const index = (offset: number): Uint8Array =>
    box(
      'moov',
      full('mvhd', ...timed, new Uint8Array(80)),
      ...handlers.map((handler) => track(handler, offset)),
      ...(title === undefined ? [] : [metadata(title)]),
    );
  const offset = start.length + index(0).length + 8;
  return concat(start, index(offset), box('mdat', ...Array.from({ length: blocks }, () => SILENCE)));
};

/** A small file whose index lists so many one-byte pieces, that reading it takes far more memory than it has bytes. */
export const greedyM4a = (pieces: number): Uint8Array => {
  const start = box('ftyp', latin1('M4A '), be(0, 4), latin1('M4A isom'));
  const timed = [be(0, 8), be(44_100, 4), be(pieces * 1_024, 4)] as const;
  const table = box(
    'stbl',
    full('stsd', be(1, 4), sampleEntry('mp4a')),
    full('stts', be(1, 4), be(pieces, 4), be(1_024, 4)),
    full('stsc', be(1, 4), be(1, 4), be(1, 4), be(1, 4)),
    full('stsz', be(1, 4), be(pieces, 4)),
    full('stco', be(pieces, 4), new Uint8Array(4 * pieces)),
  );
  const handler = full('hdlr', be(0, 4), latin1('soun'), new Uint8Array(13));
  const media = box('mdia', full('mdhd', ...timed, be(0, 4)), handler, box('minf', table));
  return concat(
    start,
    box('moov', full('mvhd', ...timed, new Uint8Array(80)), box('trak', media)),
    box('mdat', SILENCE),
  );
};
