const table = (bits: number, polynomial: number): Uint32Array => {
  const mask = bits === 32 ? 0xffffffff : (1 << bits) - 1;
  const top = 2 ** (bits - 1);
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte * 2 ** (bits - 8);
    for (let bit = 0; bit < 8; bit += 1) {
      const shifted = (remainder << 1) & mask;
      remainder = remainder >>> 0 >= top ? shifted ^ polynomial : shifted;
      remainder >>>= 0;
    }
    return remainder;
  });
};

const CRC8 = table(8, 0x07);
const CRC16 = table(16, 0x8005);
const CRC32 = table(32, 0x04c11db7);

const entry = (of: Uint32Array, index: number): number => of[index] ?? 0;

/** Of a FLAC frame's header: 0 when the last byte is the checksum of those before it. */
export const crc8 = (bytes: Uint8Array): number => {
  let crc = 0;
  for (const byte of bytes) crc = entry(CRC8, crc ^ byte);
  return crc;
};

/** Of a FLAC frame, one byte more. */
export const nextCrc16 = (crc: number, byte: number): number =>
  ((crc << 8) & 0xffff) ^ entry(CRC16, (crc >>> 8) ^ byte);

/** Of an Ogg page, whose own checksum counts as four zero bytes at `hole`. */
export const oggCrc = (page: Uint8Array, hole: number): number => {
  let crc = 0;
  for (let at = 0; at < page.length; at += 1) {
    const byte = at >= hole && at < hole + 4 ? 0 : (page[at] ?? 0);
    crc = (crc << 8) ^ entry(CRC32, (crc >>> 24) ^ byte);
  }
  return crc >>> 0;
};
