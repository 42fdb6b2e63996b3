import type { Note } from './score.ts';

/** Pitches from low to high, as MIDI numbers. */
export type Voicing = readonly number[];

const SEMITONES: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

const words = (text: string): readonly string[] => text.split(/[\s|]+/).filter((word) => word !== '');

/** `A4` is 69; `F#3` and `Bb3` as written. */
export const pitchOf = (name: string): number => {
  const [, letter = '', sign = '', octave = ''] = /^([A-G])([#b]?)(\d)$/.exec(name) ?? [];
  const semitones = SEMITONES[letter];
  if (semitones === undefined) throw new Error(`not a pitch: ${name}`);
  return 12 * (Number(octave) + 1) + semitones + (sign === '#' ? 1 : sign === 'b' ? -1 : 0);
};

export const voicing = (pitches: string): Voicing => words(pitches).map(pitchOf);

const timed = (word: string): readonly [name: string, beats: number] => {
  const [name = '', beats = '1'] = word.split(':');
  return [name, Number(beats)];
};

/** A melody: `E5:1.5` lasts one and a half beats, `E5` one, `-` rests; bar lines are for the reader. */
export const line = (from: number, text: string, velocity = 0.7): readonly Note[] => {
  const notes: Note[] = [];
  let beat = from;
  for (const word of words(text)) {
    const [name, beats] = timed(word);
    if (name !== '-') notes.push({ beat, beats, pitch: pitchOf(name), velocity });
    beat += beats;
  }
  return notes;
};

/** Plays `pattern` on each chord of `names` (`G`, or `G:2` for two beats; otherwise `beats`), one after another. */
export const over =
  (chords: Readonly<Record<string, string>>, beats: number) =>
  (
    from: number,
    names: string,
    pattern: (chord: Voicing, beat: number, beats: number) => readonly Note[],
  ): readonly Note[] => {
    let beat = from;
    return words(names).flatMap((word) => {
      const [name, length] = word.includes(':') ? timed(word) : [word, beats];
      const pitches = chords[name];
      if (pitches === undefined) throw new Error(`not a chord of this song: ${name}`);
      const notes = pattern(voicing(pitches), beat, length);
      beat += length;
      return notes;
    });
  };

export type Picking = { readonly step: number; readonly ring: number; readonly velocity: number };

/**
 * Fingers on a chord: each word is a string counted from the lowest, `0+3` two at once, `.` none; the pattern
 * repeats while the chord lasts. Each string rings for `ring` beats, or until it is plucked again or the chord ends.
 */
export const picking =
  (pattern: string, { step, ring, velocity }: Picking) =>
  (chord: Voicing, from: number, beats: number): readonly Note[] => {
    const steps = words(pattern);
    const count = Math.round(beats / step);
    return Array.from({ length: count }, (_, index): readonly Note[] => {
      const word = steps[index % steps.length] ?? '.';
      if (word === '.') return [];
      const left = (count - index) * step;
      const accent = index % steps.length === 0 ? 1.15 : 1;
      return word.split('+').flatMap((string) => {
        const pitch = chord[Number(string)];
        if (pitch === undefined) return [];
        return [{ beat: from + index * step, beats: Math.min(ring, left), pitch, velocity: velocity * accent }];
      });
    }).flat();
  };

/** All notes at once, held. */
export const block =
  (velocity: number, share = 1) =>
  (chord: Voicing, beat: number, beats: number): readonly Note[] =>
    chord.map((pitch) => ({ beat, beats: beats * share, pitch, velocity }));

/** Strings struck one after another, `gap` beats apart, low to high; a negative gap goes high to low. */
export const strum = (chord: Voicing, beat: number, beats: number, velocity: number, gap = 0.03): readonly Note[] =>
  chord.map((pitch, index) => {
    const late = gap >= 0 ? index * gap : (chord.length - 1 - index) * -gap;
    return { beat: beat + late, beats: beats - late, pitch, velocity };
  });

const STROKES: Readonly<Record<string, number>> = { X: 1, x: 0.8, o: 0.5, ',': 0.3 };

/** Chords in a rhythm: `X`, `x`, `o` and `,` from loud to soft, `.` rests; each lasts `hold` beats. */
export const comping =
  (rhythm: string, step: number, hold: number, velocity: number) =>
  (chord: Voicing, from: number, beats: number): readonly Note[] => {
    const strokes = [...rhythm.replaceAll(' ', '')];
    return Array.from({ length: Math.round(beats / step) }, (_, index) => {
      const stroke = STROKES[strokes[index % strokes.length] ?? '.'];
      const beat = from + index * step;
      if (stroke === undefined) return [];
      return strum(chord, beat, Math.min(hold, from + beats - beat), stroke * velocity, 0.012);
    }).flat();
  };

/** A drum's strokes, written as for `comping`, `times` times over. */
export const strokes = (from: number, rhythm: string, step: number, times = 1): readonly Note[] => {
  const marks = [...rhythm.replaceAll(' ', '')];
  return Array.from({ length: marks.length * times }, (_, index) => {
    const velocity = STROKES[marks[index % marks.length] ?? '.'];
    return velocity === undefined ? [] : [{ beat: from + index * step, beats: step, pitch: 60, velocity }];
  }).flat();
};
