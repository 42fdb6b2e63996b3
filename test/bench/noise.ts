const HEADER_BYTES = 44;
const RATE = 44_100;
const FRAME_BYTES = 4;

/** The beginning of a 16-bit stereo WAV file of so many bytes in all. */
export const wavHeader = (fileBytes: number): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0);
  header.writeUInt32LE(fileBytes - 8, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * FRAME_BYTES, 28);
  header.writeUInt16LE(FRAME_BYTES, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(fileBytes - HEADER_BYTES, 40);
  return header;
};

/** The same for the same seed, and nothing that compresses. */
export const noise = (byteCount: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(byteCount);
  let state = seed + 1;
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt32LE(state, at);
  }
  return bytes;
};

export const noisyWav = (fileBytes: number, seed: number): Buffer =>
  Buffer.concat([wavHeader(fileBytes), noise(fileBytes - HEADER_BYTES, seed)]);
