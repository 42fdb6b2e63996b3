import { pingPong } from './echo.ts';
import { applyFilter } from './filter.ts';
import { master } from './master.ts';
import { seededRandom, wobble, type Random } from './random.ts';
import { reverb } from './reverb.ts';
import type { Note, Part, Score } from './score.ts';
import { SAMPLE_RATE_HZ, addInto, framesIn, fromDecibels, silence, type Stereo } from './sound.ts';

/** Before the first beat, so that a hand may be early. */
const LEAD_IN_SECONDS = 0.12;
const LARGEST_FADE_SECONDS = 2.5;
/** The share of the echo's repeats that the room answers. */
const ECHO_IN_ROOM = 0.3;

const hertz = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12);

const swung = (beat: number, { unit, share }: NonNullable<Score['swing']>): number => {
  const pair = Math.floor(beat / (2 * unit));
  const within = beat / unit - 2 * pair;
  return (2 * pair + (within < 1 ? within * (1 + share) : 1 + share + (within - 1) * (1 - share))) * unit;
};

const seconds = (score: Score, beat: number): number =>
  ((score.swing === undefined ? beat : swung(beat, score.swing)) * 60) / score.beatsPerMinute;

export const songFrames = (score: Score): number =>
  framesIn(LEAD_IN_SECONDS + (score.beats * 60) / score.beatsPerMinute + score.tailSeconds);

const playNote = (score: Score, part: Part, note: Note, random: Random, into: Stereo): void => {
  const late = (wobble(random) * (part.looseMs ?? 0)) / 1000;
  const touch = 1 + 0.12 * wobble(random);
  const side = Math.max(-1, Math.min(1, (part.pan ?? 0) + (part.scatter ?? 0) * wobble(random)));
  const start = seconds(score, note.beat);
  const tone = {
    frequencyHz: hertz(note.pitch),
    seconds: seconds(score, note.beat + note.beats) - start,
    velocity: Math.min(1, note.velocity * touch),
  };
  const sound = part.instrument(tone, random);
  const at = Math.round((LEAD_IN_SECONDS + start + late) * SAMPLE_RATE_HZ);
  const turn = ((side + 1) * Math.PI) / 4;
  const gain = Math.SQRT2 * fromDecibels(part.gainDb);
  addInto(into.left, sound.left, at, gain * Math.cos(turn));
  addInto(into.right, sound.right, at, gain * Math.sin(turn));
};

/** One part alone and without effects, at its level in the mix, into a silent `bus`. */
const playPart = (score: Score, part: Part, random: Random, bus: Stereo): void => {
  for (const note of part.notes) playNote(score, part, note, random, bus);
  for (const filter of part.body ?? []) {
    applyFilter(filter, bus.left);
    applyFilter(filter, bus.right);
  }
};

/** What the parts' sound is gathered on; all of one length. */
type Desk = { readonly mix: Stereo; readonly toRoom: Stereo; readonly toEcho: Stereo };

/** Adds a part to the desk and leaves its bus silent for the next, in one pass: memory is what this costs. */
const gather = (bus: Stereo, desk: Desk, reverbShare: number, echoShare: number): void => {
  for (const side of ['left', 'right'] as const) {
    const from = bus[side];
    const mix = desk.mix[side];
    const toRoom = desk.toRoom[side];
    const toEcho = desk.toEcho[side];
    for (let n = 0; n < from.length; n += 1) {
      const sample = from[n] ?? 0;
      if (sample === 0) continue;
      mix[n] = (mix[n] ?? 0) + sample;
      toRoom[n] = (toRoom[n] ?? 0) + sample * reverbShare;
      toEcho[n] = (toEcho[n] ?? 0) + sample * echoShare;
      from[n] = 0;
    }
  }
};

const mixdown = (score: Score, random: Random): Stereo => {
  const frames = songFrames(score);
  const desk = { mix: silence(frames), toRoom: silence(frames), toEcho: silence(frames) };
  const bus = silence(frames);
  for (const part of score.parts) {
    playPart(score, part, random, bus);
    gather(bus, desk, part.reverb ?? 0, part.echo ?? 0);
  }
  if (score.echo !== undefined) gather(pingPong(desk.toEcho, score.echo), desk, ECHO_IN_ROOM, 0);
  gather(reverb(desk.toRoom, score.room), desk, 0, 0);
  return desk.mix;
};

export type RenderedSong = { readonly samples: Stereo; readonly sampleRateHz: number };

/** Plays, mixes and masters a score. The result depends on nothing but the arguments. */
export const renderSong = (score: Score, seed: number): RenderedSong => {
  const samples = mixdown(score, seededRandom(seed));
  master(samples, Math.min(LARGEST_FADE_SECONDS, score.tailSeconds));
  return { samples, sampleRateHz: SAMPLE_RATE_HZ };
};
