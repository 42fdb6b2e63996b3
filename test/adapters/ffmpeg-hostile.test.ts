import { type FfmpegRenderer, ffmpegAudioRenderer } from '@backline/audio';
import { RENDITIONS, type Sound } from '@backline/core/catalog';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { concat, latin1, mutant, randomBytes, randomFrom } from '../support/audio-fixtures.ts';
import { type Bench, describeWithFfmpeg, ffmpegBench } from '../support/ffmpeg.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../support/scratch.ts';
import { song, toneOf } from '../support/songs.ts';
import { bytesOf, goOn, soundOf, valueOf } from '../suites/audio-renderer.ts';

const SECONDS = 3;
const OF = { rate: 44_100, channels: 2 };
const LOSSY = ['-b:a', '96k'];
const FORMATS = {
  'song.wav': ['audio/wav', ['-c:a', 'pcm_s16le']],
  'song.mp3': ['audio/mpeg', ['-c:a', 'libmp3lame', ...LOSSY]],
  'song.flac': ['audio/flac', ['-c:a', 'flac']],
  'song.m4a': ['audio/mp4', ['-c:a', 'aac', ...LOSSY]],
  'song.ogg': ['audio/ogg', ['-c:a', 'libvorbis']],
  'song.opus': ['audio/ogg', ['-c:a', 'libopus', ...LOSSY]],
  'song.aac': ['audio/aac', ['-c:a', 'aac', ...LOSSY]],
} as const;
type Name = keyof typeof FORMATS;
const NAMES = Object.keys(FORMATS) as Name[];
/** As many as CI has time for; the seeds are such that each kind of change is among them. */
const MUTANTS = 8;

describeWithFfmpeg('files that are not what they say', () => {
  let bench: Bench;
  let scratch: Scratch;
  let renderer: FfmpegRenderer;
  const files = new Map<Name, Uint8Array>();

  beforeAll(() => {
    bench = ffmpegBench();
    scratch = scratchDirectory();
    renderer = ffmpegAudioRenderer({ scratchDirectory: scratch.path, searchPath: process.env['PATH'] ?? '' });
    const input = ['-i', bench.write('input.wav', song([toneOf({ seconds: SECONDS, level: -12, ...OF })], OF))];
    for (const name of NAMES) files.set(name, new Uint8Array(bench.make(name, [...input, ...FORMATS[name][1]])));
  }, 60_000);
  afterAll(async () => {
    await renderer.close();
    bench.remove();
    scratch.remove();
  });

  const whole = (name: Name): Uint8Array => files.get(name) ?? new Uint8Array();

  /** All that the worker would do: made, or refused for good. How many were made. */
  const tryAll = async (sound: Sound): Promise<number> => {
    const measured = await renderer.measure(sound, goOn);
    if (measured.ok) expect([null, 'number']).toContain(measured.value.integratedLufs && 'number');
    const waveform = await renderer.waveform(sound, goOn);
    if (waveform.ok) expect(waveform.value.every((peak) => peak >= 0 && peak <= 1)).toBe(true);
    const fingerprint = await renderer.fingerprint(sound, goOn);
    const artwork = await renderer.artwork(sound, goOn);
    const rendered = await renderer.render(sound, { ...RENDITIONS['aac-128'], startMs: 0 }, goOn);
    if (rendered.ok) await rendered.value.discard();
    const all = [measured, waveform, fingerprint, artwork, rendered];
    for (const each of all) if (!each.ok) expect(each.error.code).toBe('unrenderable');
    expect(filesBelow(scratch.path)).toEqual([]);
    return all.filter(({ ok }) => ok).length;
  };

  test.each(NAMES)(
    'mutants of %s are made into something, or refused',
    async (name) => {
      const random = randomFrom(name.length * 104_729);
      for (let count = 0; count < MUTANTS; count += 1) {
        const changed = mutant(whole(name), random);
        if (changed.length > 0) await tryAll(soundOf(changed, SECONDS * 1_000, FORMATS[name][0]));
      }
      expect(await tryAll(soundOf(whole(name), SECONDS * 1_000, FORMATS[name][0]))).toBe(5);
    },
    60_000,
  );

  test.each(NAMES)('%s that ends in the middle is refused, for what it says of its length', async (name) => {
    const half = whole(name).subarray(0, whole(name).length / 2);
    const refused = await renderer.measure(soundOf(half, 60_000, FORMATS[name][0]), goOn);
    expect(refused).toEqual({ ok: false, error: { code: 'unrenderable', failure: 'undecodable' } });
  });

  test('nothing is taken for what it is not', async () => {
    for (const name of NAMES)
      for (const other of ['audio/flac', 'audio/wav', 'audio/mp4'] as const)
        if (other !== FORMATS[name][0])
          expect(
            await renderer.render(soundOf(whole(name), 3_000, other), { ...RENDITIONS['opus-96'], startMs: 0 }, goOn),
          ).toEqual({ ok: false, error: { code: 'unrenderable', failure: 'undecodable' } });
  });

  test.each<[string, (path: string) => Uint8Array]>([
    ['a playlist', (path) => latin1(`#EXTM3U\n#EXTINF:3,\nfile://${path}\n#EXT-X-ENDLIST\n`)],
    ['a list of files to join', (path) => latin1(`ffconcat version 1.0\nfile '${path}'\n`)],
    ['a page', () => latin1('<html><script>alert(1)</script>'.repeat(100))],
    ['a picture that is a script', (path) => latin1(`push graphic-context\nimage over 0,0 0,0 '${path}'\n`)],
    ['chance', () => randomBytes(50_000, 7)],
    ['nothing but zeros', () => new Uint8Array(50_000)],
  ])('%s is no sound, whatever it is called', async (_, bytesFor) => {
    const bytes = bytesFor(bench.write('secret.wav', whole('song.wav')));
    for (const type of new Set(NAMES.map((name) => FORMATS[name][0])))
      expect(await renderer.measure(soundOf(bytes, 3_000, type), goOn)).toEqual({
        ok: false,
        error: { code: 'unrenderable', failure: 'undecodable' },
      });
  });

  test('of what has no sound where it should begin, nothing is made', async () => {
    const beyond = { ...RENDITIONS['preview-aac'], startMs: 60_000 };
    expect(await renderer.render(soundOf(whole('song.wav'), 90_000), beyond, goOn)).toEqual({
      ok: false,
      error: { code: 'unrenderable', failure: 'undecodable' },
    });
    expect(filesBelow(scratch.path)).toEqual([]);
  });

  test('of what goes on behind its end, as much is made as it said that it has', async () => {
    const endless = concat(...Array.from({ length: 200 }, () => whole('song.mp3')));
    const rendered = valueOf(
      await renderer.render(soundOf(endless, 3_000, 'audio/mpeg'), { ...RENDITIONS['opus-96'], startMs: 0 }, goOn),
    );
    const heard = bench.decode(await bytesOf(rendered.read()));
    await rendered.discard();
    expect(heard.length / 2 / 48_000).toBeLessThanOrEqual(8.1);
    expect((await tryAll(soundOf(endless, 3_000, 'audio/mpeg'))) > 0).toBe(true);
  });
});
