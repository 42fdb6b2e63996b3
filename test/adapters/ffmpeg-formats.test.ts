import { type FfmpegRenderer, ffmpegAudioRenderer } from '@backline/audio';
import { RENDITIONS, type Rendered, type RenditionForm, type RenditionName, type Sound } from '@backline/core/catalog';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Bench, describeWithFfmpeg, ffmpegBench } from '../support/ffmpeg.ts';
import { png } from '../support/pictures.ts';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';
import { song, sumOf, toneOf } from '../support/songs.ts';
import { bytesOf, goOn, soundOf, valueOf } from '../suites/audio-renderer.ts';

const RATE = 44_100;
const SECONDS = 14;
const OF = { rate: RATE, channels: 2 };
/** A click, by which the place of a sample is known again after coding. */
const CLICK_AT = 5 * RATE;
const PICTURE = png(24, 24);

const SONG = (() => {
  const quiet = toneOf({ seconds: SECONDS / 2, level: -30, ...OF });
  const loud = toneOf({ seconds: SECONDS / 2, level: -12, hertz: 440, ...OF });
  quiet.fill(0.9, 2 * CLICK_AT, 2 * CLICK_AT + 8);
  return song([quiet, loud], OF);
})();

const TAGS = ['-metadata', 'title=Dawn', '-metadata', 'artist=Somebody', '-metadata', 'comment=<script>'];

/** FLAC's picture block, as Ogg has it among its comments. */
const pictureBlock = (): string => {
  const mime = Buffer.from('image/png');
  const front = Buffer.alloc(8);
  front.writeUInt32BE(3, 0);
  front.writeUInt32BE(mime.length, 4);
  const rest = Buffer.alloc(24);
  rest.set(
    [24, 24, 32, 0].flatMap((value) => [0, 0, 0, value]),
    4,
  );
  rest.writeUInt32BE(PICTURE.length, 20);
  return Buffer.concat([front, mime, rest, PICTURE]).toString('base64');
};

type Format = {
  readonly contentType: string;
  readonly args: readonly string[];
  readonly picture: 'stream' | 'comment' | null;
};

const FORMATS: Readonly<Record<string, Format>> = {
  'song.wav': { contentType: 'audio/wav', args: ['-c:a', 'pcm_s24le'], picture: null },
  'song.mp3': { contentType: 'audio/mpeg', args: ['-c:a', 'libmp3lame', '-b:a', '256k'], picture: 'stream' },
  'song.flac': { contentType: 'audio/flac', args: ['-c:a', 'flac'], picture: 'stream' },
  'song.m4a': { contentType: 'audio/mp4', args: ['-c:a', 'aac', '-b:a', '256k'], picture: 'stream' },
  'song.ogg': { contentType: 'audio/ogg', args: ['-c:a', 'libvorbis', '-q:a', '7'], picture: 'comment' },
  'song.opus': { contentType: 'audio/ogg', args: ['-c:a', 'libopus', '-b:a', '192k'], picture: 'comment' },
  'song.aac': { contentType: 'audio/aac', args: ['-c:a', 'aac', '-b:a', '256k'], picture: null },
};

/** Of codecs that round or pad on their own, what they leave of a moment. */
const clickIn = (samples: Int16Array): number => {
  let [at, most] = [-1, 0];
  for (let index = 0; index < samples.length; index += 2) {
    const level = Math.abs(samples[index] ?? 0);
    if (level > most) [at, most] = [index / 2, level];
  }
  return at;
};

describeWithFfmpeg('what ffmpeg makes of each format', () => {
  let bench: Bench;
  let scratch: Scratch;
  let renderer: FfmpegRenderer;
  const files = new Map<string, Buffer>();

  beforeAll(() => {
    bench = ffmpegBench();
    scratch = scratchDirectory();
    renderer = ffmpegAudioRenderer({ scratchDirectory: scratch.path, searchPath: process.env['PATH'] ?? '' });
    const input = ['-i', bench.write('input.wav', SONG)];
    const cover = ['-i', bench.write('cover.png', PICTURE)];
    for (const [name, { args, picture }] of Object.entries(FORMATS)) {
      const withCover = ['-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-disposition:v', 'attached_pic'];
      const comment = ['-metadata:s:a', `METADATA_BLOCK_PICTURE=${pictureBlock()}`];
      const pictured = picture === 'stream' ? [...cover, ...withCover] : picture === 'comment' ? comment : [];
      files.set(name, bench.make(name, [...input, ...pictured, ...args, ...TAGS]));
    }
  }, 60_000);
  afterAll(async () => {
    await renderer.close();
    bench.remove();
    scratch.remove();
  });

  const bytes = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0);
  const sound = (name: string): Sound => soundOf(bytes(name), SECONDS * 1_000, FORMATS[name]?.contentType);
  const make = async (from: Sound, form: RenditionForm): Promise<Rendered & { readonly bytes: Uint8Array }> => {
    const rendered = valueOf(await renderer.render(from, { ...form, startMs: 0 }, goOn));
    const made = await bytesOf(rendered.read());
    await rendered.discard();
    return { ...rendered, bytes: made };
  };
  const expectBare = (made: Uint8Array): void => {
    const { streams, format } = bench.probe(made);
    expect(streams.map(({ codec_type }) => codec_type)).toEqual(['audio']);
    const tags = [format.tags ?? {}, ...streams.map(({ tags: own = {} }) => own)].flatMap((own) => Object.keys(own));
    expect(tags.filter((key) => /title|artist|comment|picture/i.test(key))).toEqual([]);
    expect(Buffer.from(made).includes('<script>')).toBe(false);
  };
  const whole = (names: readonly RenditionName[]) =>
    Object.keys(FORMATS).flatMap((file) => names.map((name) => [file, name] as const));

  test.each(Object.keys(FORMATS))('%s is as loud as ffmpeg says, to a tenth', async (name) => {
    const { integrated, peak } = bench.loudness(bytes(name));
    const measured = valueOf(await renderer.measure(sound(name), goOn));
    expect(Math.abs(measured.integratedLufs! - integrated)).toBeLessThanOrEqual(0.1);
    expect(Math.abs(measured.truePeakDbtp! - peak)).toBeLessThanOrEqual(0.1);
  });

  test.each(Object.entries(FORMATS))('the picture of %s is taken out as it is', async (name, { picture }) => {
    const artwork = valueOf(await renderer.artwork(sound(name), goOn));
    expect(artwork === null ? null : Buffer.from(artwork)).toEqual(picture === null ? null : Buffer.from(PICTURE));
  });

  test.each(whole(['opus-96', 'aac-128']))(
    'of %s, %s begins and ends where it does, without tags and picture',
    async (name, to) => {
      const original = bench.decode(bytes(name));
      const rendered = await make(sound(name), RENDITIONS[to]);
      const { streams, format } = bench.probe(rendered.bytes);
      const [stream] = streams;
      const rate = Number(stream?.sample_rate);
      const heard = bench.decode(rendered.bytes);
      const scale = rate / (name === 'song.opus' ? 48_000 : RATE);
      // ffmpeg 5 plays what the edit list of a fragmented file leaves out; the packets say how much that is.
      const before = to === 'aac-128' ? -(stream?.start_pts ?? 0) : 0;
      expect(Math.abs(clickIn(heard) - before - clickIn(original) * scale)).toBeLessThanOrEqual(8);
      expect(Math.abs(Number(format.duration) - original.length / 2 / (rate / scale))).toBeLessThan(0.03);
      if (to !== 'aac-128') expect(Math.abs(heard.length / 2 - (original.length / 2) * scale)).toBeLessThanOrEqual(2);
      else expect(before).toBe(1_024);
      expectBare(rendered.bytes);
    },
  );

  test('previews have neither tags nor picture', async () => {
    for (const name of ['preview-aac', 'preview-opus'] as const)
      expectBare((await make(sound('song.mp3'), RENDITIONS[name])).bytes);
  });

  test('each fragment can be played without those before it', async () => {
    const opus = await make(sound('song.flac'), RENDITIONS['opus-160']);
    const packed = await make(soundOf(opus.bytes, SECONDS * 1_000, 'audio/ogg'), RENDITIONS['opus-160-segments']);
    const aac = await make(sound('song.flac'), RENDITIONS['aac-128']);
    for (const { bytes: file, segments } of [packed, aac]) {
      const { initBytes, startsAt, sizesBytes, durationsMs } = segments!;
      expect(sizesBytes).toHaveLength(3);
      expect(Math.abs(sumOf(durationsMs) - SECONDS * 1_000)).toBeLessThan(60);
      let at = startsAt;
      for (const [index, size] of sizesBytes.entries()) {
        const heard = bench.decode(Buffer.concat([file.subarray(0, initBytes), file.subarray(at, at + size)]));
        expect(Math.abs(heard.length / 2 / (file === aac.bytes ? 44.1 : 48) - durationsMs[index]!)).toBeLessThan(60);
        at += size;
      }
    }
    expect(Math.abs(packed.sizeBytes / opus.sizeBytes - 1)).toBeLessThan(0.1);
  });

  test.each([
    ['five channels', ['-ac', '6', '-c:a', 'flac'], 'song51.flac', 'audio/flac'],
    ['8 kHz in one channel', ['-ac', '1', '-ar', '8000', '-c:a', 'pcm_u8'], 'poor.wav', 'audio/wav'],
    ['96 kHz of 24 bits', ['-ar', '96000', '-sample_fmt', 's32', '-c:a', 'flac'], 'fine.flac', 'audio/flac'],
  ])('of %s it makes what everyone can play', async (_, args, name, contentType) => {
    const file = bench.make(name, ['-i', bench.write('input.wav', SONG), ...args]);
    for (const to of ['opus-96', 'aac-128'] as const) {
      const { streams } = bench.probe((await make(soundOf(file, SECONDS * 1_000, contentType), RENDITIONS[to])).bytes);
      expect(streams).toMatchObject([{ codec_name: to === 'aac-128' ? 'aac' : 'opus' }]);
      expect([44_100, 48_000]).toContain(Number(streams[0]?.sample_rate));
    }
  });
});
