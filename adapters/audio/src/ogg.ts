import { oggCrc } from './checksums.ts';
import { type Seekable, textAt } from './seekable.ts';
import type { Span } from './tag-blocks.ts';
import {
  type SoundLimits,
  type Verdict,
  cutShort,
  damaged,
  judged,
  silentFile,
  unplayable,
  unsupported,
} from './verdict.ts';

const HEADER_BYTES = 27;
const CRC_AT = 22;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;
const NO_POSITION = 0xffffffffffffffffn;
/** The most samples that end on one page: 255 packets of the largest kind. */
const MOST_SAMPLES_A_PAGE = 255 * 5_760;

type Page = {
  readonly flags: number;
  /** In samples; null where no packet ends on the page. */
  readonly position: number | null;
  readonly serial: number;
  readonly lengthBytes: number;
  /** Of each packet that begins on the page, the first bytes. */
  readonly packetStarts: readonly DataView[];
};

const packetStarts = (page: DataView, segments: number, continued: boolean): readonly DataView[] => {
  const starts: DataView[] = [];
  let [at, isStart] = [HEADER_BYTES + segments, !continued];
  for (let segment = 0; segment < segments; segment += 1) {
    const length = page.getUint8(HEADER_BYTES + segment);
    if (isStart && length > 0) starts.push(new DataView(page.buffer, page.byteOffset + at, length));
    at += length;
    isStart = length < 255;
  }
  return starts;
};

const pageAt = (bytes: Seekable, at: number, end: number): Page | 'none' | 'cut' | 'damaged' => {
  const header = at + HEADER_BYTES <= end ? bytes.view(at, HEADER_BYTES) : null;
  if (header === null) return 'cut';
  if (textAt(header, 0, 4) !== 'OggS' || header.getUint8(4) !== 0) return 'none';
  const segments = header.getUint8(26);
  const lacing = bytes.view(at + HEADER_BYTES, segments);
  if (lacing === null) return 'cut';
  let lengthBytes = HEADER_BYTES + segments;
  for (let segment = 0; segment < segments; segment += 1) lengthBytes += lacing.getUint8(segment);
  const page = at + lengthBytes <= end ? bytes.view(at, lengthBytes) : null;
  if (page === null) return 'cut';
  const content = new Uint8Array(page.buffer, page.byteOffset, lengthBytes);
  if (oggCrc(content, CRC_AT) !== page.getUint32(CRC_AT, true)) return 'damaged';

  const flags = page.getUint8(5);
  const position = page.getBigUint64(6, true);
  return {
    flags,
    position: position === NO_POSITION ? null : Number(position),
    serial: page.getUint32(14, true),
    lengthBytes,
    packetStarts: packetStarts(page, segments, (flags & CONTINUED) !== 0),
  };
};

type Coding = {
  readonly codec: 'Vorbis' | 'Opus';
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Samples that a decoder drops at the start. */
  readonly skipped: number;
  /** What each packet before the sound begins with. */
  readonly headers: readonly string[];
};

const codingOf = (packet: DataView | undefined): Coding | null => {
  if (packet === undefined) return null;
  if (packet.byteLength >= 30 && textAt(packet, 0, 7) === '\u0001vorbis' && packet.getUint32(7, true) === 0) {
    const [channels, sampleRateHz] = [packet.getUint8(11), packet.getUint32(12, true)];
    const headers = ['\u0001vorbis', '\u0003vorbis', '\u0005vorbis'];
    return { codec: 'Vorbis', sampleRateHz, channels, skipped: 0, headers };
  }
  if (packet.byteLength >= 19 && textAt(packet, 0, 8) === 'OpusHead' && packet.getUint8(8) < 16) {
    const [channels, skipped] = [packet.getUint8(9), packet.getUint16(10, true)];
    return { codec: 'Opus', sampleRateHz: 48_000, channels, skipped, headers: ['OpusHead', 'OpusTags'] };
  }
  return null;
};

const severalRecordings = unplayable(
  'It holds several recordings, one after another. Upload each as a file of its own.',
);

type Progress = { packets: number; soundBytes: number; from: number | null; to: number };

/** False when the page's packets are not what a stream of this coding has there. */
const take = (page: Page, coding: Coding, progress: Progress): boolean => {
  const headersBefore = progress.packets < coding.headers.length;
  for (const start of page.packetStarts) {
    const expected = coding.headers[progress.packets];
    if (expected !== undefined && textAt(start, 0, expected.length) !== expected) return false;
    progress.packets += 1;
  }
  if (headersBefore || page.position === null) {
    if (!headersBefore) progress.soundBytes += page.lengthBytes;
    return true;
  }
  progress.soundBytes += page.lengthBytes;
  progress.from ??= page.position > MOST_SAMPLES_A_PAGE ? page.position : 0;
  if (page.position < progress.to) return false;
  progress.to = page.position;
  return true;
};

/** One logical stream of Vorbis or Opus; streams side by side, as of a video, are unsupported. */
export const inspectOgg = (bytes: Seekable, { start, end }: Span, limits: SoundLimits): Verdict => {
  const head = pageAt(bytes, start, end);
  if (head === 'none' || head === 'damaged') return damaged;
  if (head === 'cut') return cutShort;
  const coding = codingOf(head.packetStarts[0]);
  if (coding === null) return unsupported;

  const progress: Progress = { packets: 0, soundBytes: 0, from: null, to: 0 };
  let [at, ended] = [start, false];
  while (!ended) {
    const page = pageAt(bytes, at, end);
    if (page === 'cut') return cutShort;
    if (page === 'none' || page === 'damaged') return damaged;
    if (page.serial !== head.serial) return (page.flags & FIRST) !== 0 ? unsupported : damaged;
    if (!take(page, coding, progress)) return damaged;
    ended = (page.flags & LAST) !== 0;
    at += page.lengthBytes;
  }
  if (typeof pageAt(bytes, at, end) === 'object') return severalRecordings;

  const { codec, sampleRateHz, channels, skipped } = coding;
  const seconds = sampleRateHz === 0 ? 0 : (progress.to - (progress.from ?? 0) - skipped) / sampleRateHz;
  if (progress.packets <= coding.headers.length || !(seconds > 0)) return silentFile;
  const bitsPerSecond = (8 * progress.soundBytes) / seconds;
  return judged({ codec, contentType: 'audio/ogg', sampleRateHz, channels, seconds, bitsPerSecond }, limits);
};
