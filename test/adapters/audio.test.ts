import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type MusicMetadataInspector, musicMetadataInspector } from '@backline/audio';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AAC_BLOCK_SECONDS,
  FLAC_FRAME_SECONDS,
  MP3_FRAME_SECONDS,
  OPUS_SKIPPED,
  adts,
  concat,
  flac,
  greedyM4a,
  id3,
  latin1,
  m4a,
  mp3,
  mutant,
  oggOpus,
  oggPage,
  oggVorbis,
  randomBytes,
  randomFrom,
  wav,
  xingFrame,
} from '../support/audio-fixtures.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../support/scratch.ts';
import { audioInspectorSuite, stagedBytes } from '../suites/audio-inspector.ts';

audioInspectorSuite('music-metadata', async () => {
  const inspector = musicMetadataInspector();
  return { inspector, close: inspector.close };
});

const milliseconds = (seconds: number): number => Math.round(seconds * 1_000);
const unsupported = { ok: false, error: { code: 'unsupported_audio' } };
const unplayable = { ok: false, error: { code: 'unplayable_audio' } };
const playable = { ok: true };

const COMMENTS = ['TITLE=Früh', 'GENRE=Pop', 'DATE=2019-05'];
const SAYS = { title: 'Früh', genre: 'Pop', releasedOn: '2019-05-01' };
const ID3 = id3({ TIT2: 'Früh', TCON: 'Pop', TDRC: '2019-05' });

const FIXTURES = {
  mp3: mp3(),
  'mp3 that announces its length': concat(xingFrame(20), mp3()),
  adts: adts(),
  m4a: m4a(),
  flac: flac(),
  opus: oggOpus(),
  vorbis: oggVorbis(),
  wav: wav(),
  'mp3 with tags': concat(ID3, mp3()),
} as const;

describe('music-metadata inspector', () => {
  let inspector: MusicMetadataInspector;
  let scratch: Scratch;
  beforeAll(() => {
    inspector = musicMetadataInspector();
    scratch = scratchDirectory();
  });
  afterAll(async () => {
    await inspector.close();
    scratch.remove();
  });
  const stagedOnDisk = (bytes: Uint8Array, name = 'upload') => {
    const localPath = join(scratch.path, name);
    writeFileSync(localPath, bytes);
    return { ...stagedBytes(bytes), localPath };
  };
  const inspect = (bytes: Uint8Array) => inspector.inspect(stagedOnDisk(bytes));

  test.each([
    ['MP3', mp3(), 'MP3', 'audio/mpeg', 20 * MP3_FRAME_SECONDS, 128, 44_100, 2],
    ['MP3 with its length', concat(xingFrame(20), mp3()), 'MP3', 'audio/mpeg', 20 * MP3_FRAME_SECONDS, 128, 44_100, 2],
    ['ADTS', adts(), 'AAC', 'audio/aac', 20 * AAC_BLOCK_SECONDS, 4, 44_100, 2],
    ['M4A', m4a(), 'AAC', 'audio/mp4', 20 * AAC_BLOCK_SECONDS, 2, 44_100, 2],
    ['FLAC', flac(), 'FLAC', 'audio/flac', 20 * FLAC_FRAME_SECONDS, 722, 44_100, 1],
    ['Ogg Opus', oggOpus(), 'Opus', 'audio/ogg', 1 - OPUS_SKIPPED / 48_000, 2, 48_000, 2],
    ['Ogg Vorbis', oggVorbis(), 'Vorbis', 'audio/ogg', (50 * 1_024) / 44_100, 11, 44_100, 2],
    ['WAV of floats', wav({ coding: 3, bits: 32 }), 'PCM', 'audio/wav', 0.5, 256, 8_000, 1],
  ])('knows the facts of %s', async (_, bytes, codec, contentType, seconds, bitrateKbps, sampleRateHz, channels) => {
    const facts = { codec, contentType, durationMs: milliseconds(seconds), bitrateKbps, sampleRateHz, channels };
    expect(await inspect(bytes)).toEqual({ ok: true, value: { facts, tags: {} } });
  });

  test.each([
    ['MP3', concat(ID3, mp3()), SAYS],
    ['ADTS', concat(ID3, adts()), SAYS],
    ['FLAC', flac(20, COMMENTS), SAYS],
    ['Ogg Opus', oggOpus({ comments: COMMENTS }), SAYS],
    ['Ogg Vorbis', oggVorbis({ comments: COMMENTS }), SAYS],
    ['M4A', m4a({ title: 'Früh' }), { title: 'Früh' }],
    ['WAV', wav({ info: { INAM: 'Früh', IGNR: 'Pop', ICRD: '2019-05' } }), SAYS],
  ])('reads the tags of %s', async (_, bytes, tags) => {
    expect(await inspect(bytes)).toMatchObject({ ok: true, value: { tags } });
  });

  test.each([
    ['control characters', { TITLE: ' a\u0001b\u001b\u009fc\t\nd ' }, { title: 'abc d' }],
    [
      'more than fits',
      { TITLE: '𝄞'.repeat(300), GENRE: 'g'.repeat(90) },
      { title: '𝄞'.repeat(100), genre: 'g'.repeat(50) },
    ],
    ['nothing', { TITLE: ' \u0001 ', GENRE: '' }, {}],
    ['a year', { DATE: '1969' }, { releasedOn: '1969-01-01' }],
    ['a day', { DATE: '2024-02-29' }, { releasedOn: '2024-02-29' }],
    ['a time of day', { DATE: '2024-02-29T10:00:00Z' }, { releasedOn: '2024-02-29' }],
    ['a day that never was', { DATE: '2023-02-29' }, {}],
    ['a year before sound was recorded', { DATE: '1066' }, {}],
    ['no date', { DATE: 'soon' }, {}],
    ['UTF-8 taken for Latin-1', { TITLE: Buffer.from('Frühling 春').toString('latin1') }, { title: 'Frühling 春' }],
    ['a name of the object prototype', { __PROTO__: 'x', TITLE: '__proto__' }, { title: '__proto__' }],
  ])('cleans tags that hold %s', async (_, says, tags) => {
    const inspected = await inspect(
      flac(
        20,
        Object.entries(says).map(([name, text]) => `${name}=${text}`),
      ),
    );
    expect(inspected.ok && inspected.value.tags).toEqual(tags);
  });

  test.each([
    ['M4A of ALAC', m4a({ coding: 'alac' })],
    ['an encrypted M4A', m4a({ coding: 'enca' })],
    ['a film', m4a({ handlers: ['vide', 'soun'] })],
    ['an MP4 without sound', m4a({ handlers: ['text'] })],
    ['QuickTime', m4a().map((byte, at) => (at >= 8 && at < 12 ? 'qt  '.charCodeAt(at - 8) : byte))],
    ['ADPCM in WAV', wav({ coding: 0x11 })],
    ['another coding in Ogg', oggPage([latin1('Speex   1.2rc1 and so on')], { flags: 2, position: 0, sequence: 0 })],
    ['AIFF', latin1('FORM\0\0\0\u0020AIFFCOMM\0\0\0\u0012 and so on, and so on')],
    ['ASF', concat(Uint8Array.of(0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11), new Uint8Array(500))],
    ['Matroska', concat(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3), new Uint8Array(500))],
    ['MPEG layer II', mp3().map((byte, at) => (at % 417 === 1 ? 0xfd : byte))],
    ['a GIF that is a script', latin1('GIF89a=1;alert(1);/* and so on, and so on */')],
    ['random bytes', concat(Uint8Array.of(0), randomBytes(5_000, 3))],
  ])('does not take %s', async (_, bytes) => {
    expect(await inspect(bytes)).toEqual(unsupported);
  });

  test.each(Object.entries(FIXTURES))('does not take %s of which something is missing', async (_, bytes) => {
    expect(await inspect(bytes)).toMatchObject(playable);
    for (const share of [0.33, 0.57, 0.83]) {
      expect(await inspect(bytes.subarray(0, Math.floor(bytes.length * share)))).toMatchObject(unplayable);
    }
    expect(await inspect(bytes.subarray(0, bytes.length - 3))).toMatchObject(unplayable);
  });

  test('does not take an MP3 that lacks frames it announces', async () => {
    expect(await inspect(concat(xingFrame(40), mp3(20)))).toMatchObject(unplayable);
  });

  test.each([
    ['text behind a tag', concat(ID3, latin1('just text, again and again. '.repeat(200)))],
    ['a tag and nothing more', ID3],
    ['a tag longer than the file', concat(ID3.subarray(0, 6), Uint8Array.of(0x7f, 0x7f, 0x7f, 0x7f), mp3())],
    ['one frame, then noise', concat(mp3(1), randomBytes(50_000, 4))],
    ['some frames, then noise', concat(mp3(6), randomBytes(50_000, 5))],
    ['two frames', mp3(2)],
    ['M4A without a sample', m4a({ blocks: 0 })],
    ['Ogg without sound', oggOpus({ packets: 0 })],
    ['Ogg with one wrong byte', oggOpus().map((byte, at, { length }) => (at === length - 10 ? byte ^ 1 : byte))],
    ['FLAC with one wrong byte', flac().map((byte, at, { length }) => (at === length - 3_000 ? byte ^ 1 : byte))],
    ['FLAC without a frame', flac(0)],
    ['recordings one after another', concat(oggOpus(), oggOpus({ serial: 8 }))],
    ['a rate that nobody hears', wav({ rate: 100, seconds: 60 })],
    ['a rate that nobody makes', wav({ rate: 4_000_000, seconds: 0.001 })],
    ['sixteen channels', wav({ channels: 16 })],
    ['no channel', wav({ channels: 0 })],
    ['a block of another size', wav().map((byte, at) => (at === 32 ? 3 : byte))],
  ])('cannot play %s', async (_, bytes) => {
    const inspected = await inspect(bytes);
    expect(inspected).toMatchObject(unplayable);
    expect(!inspected.ok && inspected.error.code === 'unplayable_audio' && inspected.error.reason).toMatch(
      /^[A-Z].*\.$/,
    );
  });

  test.each([
    ['ID3v1', concat(mp3(), latin1('TAG'), new Uint8Array(125))],
    ['padding behind the tag', concat(ID3, new Uint8Array(3_000), mp3())],
    ['two tags', concat(ID3, ID3, mp3())],
    [
      'a few stray bytes',
      concat(
        mp3(10),
        randomBytes(100, 6).map((byte) => byte & 0x7f),
        mp3(10),
      ),
    ],
    ['an M4A with something behind it', concat(m4a(), latin1('TAG'), new Uint8Array(125))],
    ['an Ogg with something behind it', concat(oggOpus(), latin1('TAG'), new Uint8Array(125))],
    ['a WAV with something behind it', concat(wav(), latin1('PK\u0003\u0004'), new Uint8Array(125))],
    ['a WAV whose writer did not know its length', wav().map((byte, at) => (at >= 40 && at < 44 ? 0xff : byte))],
    ['FLAC behind an ID3 tag', concat(ID3, flac())],
  ])('bears %s', async (_, bytes) => {
    expect(await inspect(bytes)).toMatchObject(playable);
  });

  test('refuses what is longer than it may be', async () => {
    const strict = musicMetadataInspector({ maxDurationMs: 400 });
    expect(await strict.inspect(stagedOnDisk(wav({ seconds: 0.4 })))).toMatchObject(playable);
    expect(await strict.inspect(stagedOnDisk(wav({ seconds: 0.41 })))).toMatchObject(unplayable);
    await strict.close();
  });

  test('reads an upload that lies on no disk, and leaves no copy', async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = scratch.path;
    const kept = filesBelow(scratch.path).length;
    expect(await inspector.inspect(stagedBytes(flac()))).toMatchObject(playable);
    expect(filesBelow(scratch.path)).toHaveLength(kept);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });

  test('stops reading a file after its time, and reads the next', async () => {
    const impatient = musicMetadataInspector({ timeLimitMs: 250 });
    const localPath = join(scratch.path, 'endless');
    const file = openSync(localPath, 'w');
    writeSync(file, flac(20).subarray(0, 3_000));
    ftruncateSync(file, 4_000_000_000);
    closeSync(file);
    const endless = { ...stagedBytes(new Uint8Array()), localPath };
    expect(await impatient.inspect(endless)).toMatchObject({
      ok: false,
      error: { reason: expect.stringMatching(/too much/) },
    });
    expect(await impatient.inspect(stagedOnDisk(flac()))).toMatchObject(playable);
    await impatient.close();
  });

  test('gives up a file that takes too much memory, and reads the next', async () => {
    const small = musicMetadataInspector({ heapMb: 24, timeLimitMs: 20_000 });
    const greedy = stagedOnDisk(greedyM4a(3_900_000));
    expect(await small.inspect(greedy)).toMatchObject({
      ok: false,
      error: { reason: expect.stringMatching(/too much/) },
    });
    expect(await small.inspect(stagedOnDisk(flac()))).toMatchObject(playable);
    await small.close();
  });

  test('sends away what would wait too long, and does the rest', async () => {
    const narrow = musicMetadataInspector({ waiting: 3 });
    const staged = stagedOnDisk(wav(), 'waiting');
    const answers = await Promise.all(Array.from({ length: 10 }, () => narrow.inspect(staged)));
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.error.code))).toEqual([
      ...Array.from({ length: 4 }, () => 'ok'),
      ...Array.from({ length: 6 }, () => 'busy'),
    ]);
    await narrow.close();
  });

  test('fails loudly over a file that is not there, and reads the next', async () => {
    const missing = { ...stagedBytes(wav()), localPath: join(scratch.path, 'missing') };
    await expect(inspector.inspect(missing)).rejects.toThrow(/ENOENT/);
    expect(await inspect(wav())).toMatchObject(playable);
  });

  /** More than ten thousand, of all formats together. */
  describe('mutants', () => {
    const MUTANTS = 1_200;
    test.each(Object.entries(FIXTURES))(
      'of %s neither crash nor hang it',
      async (name, bytes) => {
        const random = randomFrom(name.length * 7_919);
        const seen = { ok: 0, unsupported_audio: 0, unplayable_audio: 0, busy: 0 };
        for (let count = 0; count < MUTANTS; count += 1) {
          const inspected = await inspect(mutant(bytes, random));
          seen[inspected.ok ? 'ok' : inspected.error.code] += 1;
        }
        expect(seen.ok + seen.unsupported_audio + seen.unplayable_audio).toBe(MUTANTS);
        expect(seen.unplayable_audio).toBeGreaterThan(MUTANTS / 10);
        expect(await inspect(bytes)).toMatchObject(playable);
      },
      60_000,
    );
  });
});
