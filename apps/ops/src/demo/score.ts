import type { Echo } from './echo.ts';
import type { Filter } from './filter.ts';
import type { Room } from './reverb.ts';
import type { Instrument } from './sound.ts';

/** Positions and lengths in beats; pitch in MIDI numbers (69 is A4, 440 Hz); velocity from 0 to 1. */
export type Note = {
  readonly beat: number;
  readonly beats: number;
  readonly pitch: number;
  readonly velocity: number;
};

export type Part = {
  readonly instrument: Instrument;
  readonly notes: readonly Note[];
  readonly gainDb: number;
  /** From -1, left, to 1, right. */
  readonly pan?: number;
  /** How far, either way from `pan`, single notes are scattered. */
  readonly scatter?: number;
  /** The largest error of a hand, in milliseconds. */
  readonly looseMs?: number;
  /** What the instrument's body or cabinet does to its sound, in order. */
  readonly body?: readonly Filter[];
  /** Shares sent to the room and to the echo. */
  readonly reverb?: number;
  readonly echo?: number;
};

export type Score = {
  readonly beatsPerMinute: number;
  readonly beats: number;
  /** After the last beat, while the sound dies away. */
  readonly tailSeconds: number;
  /** Delays every second one of these subdivisions, in beats, by a share of its length. */
  readonly swing?: { readonly unit: number; readonly share: number };
  readonly room: Room;
  readonly echo?: Echo;
  readonly parts: readonly Part[];
};
