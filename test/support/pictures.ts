import { crc32, deflateSync } from 'node:zlib';
import { be, concat, latin1 } from './audio/bytes.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const chunk = (kind: string, content: Uint8Array): Uint8Array => {
  const body = concat(latin1(kind), content);
  return concat(be(content.length, 4), body, be(crc32(body), 4));
};

const header = (width: number, height: number): Uint8Array =>
  chunk('IHDR', concat(be(width, 4), be(height, 4), Uint8Array.of(8, 2, 0, 0, 0)));

/** One colour after another, 8 bits, RGB. */
export const png = (width: number, height: number): Uint8Array => {
  const row = Uint8Array.from({ length: 1 + 3 * width }, (_, at) => (at === 0 ? 0 : (at * 7) % 256));
  const pixels = deflateSync(concat(...Array.from({ length: height }, () => row)));
  return concat(SIGNATURE, header(width, height), chunk('IDAT', pixels), chunk('IEND', new Uint8Array()));
};

/** Says that it is of this size, and holds next to nothing. */
export const pngBomb = (width: number, height: number): Uint8Array =>
  concat(
    SIGNATURE,
    header(width, height),
    chunk('IDAT', deflateSync(new Uint8Array(10_000))),
    chunk('IEND', new Uint8Array()),
  );

export const SVG = new Uint8Array(
  Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>'),
);
export const GIF = new Uint8Array(Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'));

const decoded = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

/** 24 × 16 pixels, the left half red and the right one blue; encoded by libvips from computed pixels. */
export const JPEG = decoded(
  '/9j/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABAAG/8QAGBABAAMBAAAAAAAAAAAAAAAAAAVDgcH/xAAWAQEBAQAAAAAAAAAAAAAAAAAGAAf/xAAcEQABBAMBAAAAAAAAAAAAAAAAAQMFgTQ1sbL/2gAMAwEAAhEDEQA/AM+DJ1bw4GTq3igNi3flRnN4LldQAkmkgA//2Q==',
);
export const WEBP = decoded(
  'UklGRlwAAABXRUJQVlA4IFAAAAAQBACdASoYABAAPrVInkmnJCKhMAgA4BaJQBOl0AoAFX/7gABNIkyHcAD+2NZsupPxvGPwjlJ1TVh8I5Sd/+uA6b7eUpH/rgNh+3lJMa3gAA==',
);
export const AVIF = decoded(
  'AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAACgAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAABgAAAAQAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAwbWRhdBIACgg4EO/tICGg0jIaRlCYwTAADQABAOSPH7jt8tqWCgIYvd9Q/PQ=',
);
const littleEndian = (value: number, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, at) => (value >> (8 * at)) & 0xff);

const riffChunk = (kind: string, content: Uint8Array): Uint8Array =>
  concat(latin1(kind), littleEndian(content.length, 4), content, new Uint8Array(content.length % 2));

/** Two frames of WEBP, a tenth of a second each. */
export const movingWebp = (): Uint8Array => {
  const size = concat(littleEndian(23, 3), littleEndian(15, 3));
  const frame = riffChunk(
    'ANMF',
    concat(new Uint8Array(6), size, littleEndian(100, 3), Uint8Array.of(0), WEBP.subarray(12)),
  );
  const canvas = riffChunk('VP8X', concat(Uint8Array.of(0x02, 0, 0, 0), size));
  return riffChunk('RIFF', concat(latin1('WEBP'), canvas, riffChunk('ANIM', new Uint8Array(6)), frame, frame));
};
export const HEIC_HEAD = concat(be(28, 4), latin1('ftypheic'), be(0, 4), latin1('mif1heicmiaf'), new Uint8Array(200));

export const SECRET_PLACE = 'taken at home, 52.52 N';

const exifEntry = (tag: number, kind: number, count: number, value: Uint8Array): Uint8Array =>
  concat(be(tag, 2), be(kind, 2), be(count, 4), value);

/** The JPEG, turned a quarter right by its EXIF orientation, with a text that nobody but its owner should see. */
export const turnedJpeg = (): Uint8Array => {
  const text = latin1(`${SECRET_PLACE}\0`);
  const entries = concat(
    exifEntry(0x010e, 2, text.length, be(38, 4)),
    exifEntry(0x0112, 3, 1, concat(be(6, 2), be(0, 2))),
  );
  const tiff = concat(latin1('MM'), be(42, 2), be(8, 4), be(2, 2), entries, be(0, 4), text);
  const exif = concat(latin1('Exif\0\0'), tiff);
  return concat(JPEG.subarray(0, 2), Uint8Array.of(0xff, 0xe1), be(exif.length + 2, 2), exif, JPEG.subarray(2));
};

/** Of a lossy WebP. */
export const webpSize = (bytes: Uint8Array): { readonly width: number; readonly height: number } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Buffer.from(bytes.subarray(12, 16)).toString() !== 'VP8 ') throw new Error('not a plain lossy WebP');
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
};
