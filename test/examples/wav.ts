const SAMPLE_RATE_HZ = 8_000;
const BYTES_PER_SAMPLE = 2;
const TONE_HZ = 440;

/** A WAV file of one tone, mono, 16 bits; `title` goes into the file's own tags. */
export async function* wav(seconds: number, title?: string): AsyncGenerator<Uint8Array> {
  const tags =
    title === undefined
      ? Buffer.alloc(0)
      : chunk('LIST', Buffer.concat([Buffer.from('INFO'), chunk('INAM', Buffer.from(title))]));
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format()), tags, chunk('data', tone(seconds))]);
  yield chunk('RIFF', body);
}

const chunk = (name: string, content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(name), length, content, Buffer.alloc(content.length % 2)]);
};

const format = (): Buffer => {
  const fields = Buffer.alloc(16);
  fields.writeUInt16LE(1, 0);
  fields.writeUInt16LE(1, 2);
  fields.writeUInt32LE(SAMPLE_RATE_HZ, 4);
  fields.writeUInt32LE(SAMPLE_RATE_HZ * BYTES_PER_SAMPLE, 8);
  fields.writeUInt16LE(BYTES_PER_SAMPLE, 12);
  fields.writeUInt16LE(BYTES_PER_SAMPLE * 8, 14);
  return fields;
};

const tone = (seconds: number): Buffer => {
  const samples = Int16Array.from({ length: seconds * SAMPLE_RATE_HZ }, (_, index) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * TONE_HZ * index) / SAMPLE_RATE_HZ)),
  );
  return Buffer.from(samples.buffer);
};
