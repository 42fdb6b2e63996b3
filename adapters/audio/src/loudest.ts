/** Samples in a moment: about a millisecond of a song. */
const MOMENT_SAMPLES = 64;
const SAMPLE_BYTES = 2;
const FULL_SCALE = 32_768;

/** Takes samples of 16 bits, little-endian, in whatever pieces they come, and gives each moment's loudest. */
export const loudestOf = (add: (peak: number) => void): ((chunk: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  let loudest = 0;
  let count = 0;

  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % SAMPLE_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, whole);
    for (let at = 0; at < whole; at += SAMPLE_BYTES) {
      const level = Math.abs(view.getInt16(at, true));
      if (level > loudest) loudest = level;
      count += 1;
      if (count < MOMENT_SAMPLES) continue;
      add(loudest / FULL_SCALE);
      loudest = 0;
      count = 0;
    }
    rest = Buffer.from(bytes.subarray(whole));
  };
};
