import { be, concat, latin1, utf8 } from './bytes.ts';

const FRAME_BYTES = 417;

/** MPEG-1 layer III, 128 kbit/s, 44.1 kHz, stereo, without padding: 1,152 samples of silence. */
const silentFrame = (): Uint8Array => concat(be(0xfffb9000, 4), new Uint8Array(FRAME_BYTES - 4));

export const MP3_FRAME_SECONDS = 1_152 / 44_100;

/** A first frame that announces so many others, as encoders write it. */
export const xingFrame = (frames: number): Uint8Array => {
  const frame = silentFrame();
  frame.set(concat(latin1('Xing'), be(1, 4), be(frames, 4)), 36);
  return frame;
};

/** Text frames by their ID3v2.4 names, e.g. `TIT2`, in UTF-8. */
export const id3 = (texts: Readonly<Record<string, string>>): Uint8Array => {
  const frames = Object.entries(texts).map(([name, text]) => {
    const content = concat(Uint8Array.of(3), utf8(text));
    return concat(latin1(name), be(content.length, 4), be(0, 2), content);
  });
  const body = concat(...frames);
  const length = Uint8Array.of(0, 0, body.length >> 7, body.length & 0x7f);
  return concat(latin1('ID3'), Uint8Array.of(4, 0, 0), length, body);
};

export const mp3 = (frames = 20): Uint8Array => concat(...Array.from({ length: frames }, silentFrame));
