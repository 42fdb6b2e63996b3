export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'avif';

const text = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

/** AVIF by its major brand; HEIC shares the container and is told apart by it. */
const isAvif = (bytes: Uint8Array): boolean => {
  if (text(bytes, 4, 8) !== 'ftyp') return false;
  const boxLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const brands: readonly string[] = text(bytes, 16, Math.min(boxLength, 256)).match(/.{4}/gsu) ?? [];
  const major = text(bytes, 8, 12);
  return major === 'avif' || (major === 'mif1' && brands.includes('avif'));
};

/** By content alone; null for every format that is not taken. */
export const imageFormat = (bytes: Uint8Array): ImageFormat | null => {
  if (bytes.length < 16) return null;
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP') return 'webp';
  return isAvif(bytes) ? 'avif' : null;
};
