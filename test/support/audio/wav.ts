import { concat, latin1, le, utf8 } from './bytes.ts';

export type WavOptions = {
  readonly seconds?: number;
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly coding?: number;
  /** By their RIFF names, e.g. `INAM`. */
  readonly info?: Readonly<Record<string, string>>;
};

export const riffChunk = (name: string, content: Uint8Array): Uint8Array =>
  concat(latin1(name), le(content.length, 4), content, new Uint8Array(content.length % 2));

/** A quiet tone. */
export const wav = ({
  seconds = 0.5,
  rate = 8_000,
  channels = 1,
  bits = 16,
  coding = 1,
  info,
}: WavOptions = {}): Uint8Array => {
  const block = (channels * bits) / 8;
  const format = concat(le(coding, 2), le(channels, 2), le(rate, 4), le(rate * block, 4), le(block, 2), le(bits, 2));
  const samples = Math.round(seconds * rate);
  const sound = Uint8Array.from({ length: samples * block }, (_, at) => Math.round(20 + 20 * Math.sin(at / 9)));
  const tags = Object.entries(info ?? {}).map(([name, text]) => riffChunk(name, utf8(`${text}\0`)));
  const list = info === undefined ? new Uint8Array() : riffChunk('LIST', concat(latin1('INFO'), ...tags));
  const body = concat(latin1('WAVE'), riffChunk('fmt ', format), list, riffChunk('data', sound));
  return concat(latin1('RIFF'), le(body.length, 4), body);
};
