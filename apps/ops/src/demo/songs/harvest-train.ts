import { brush, kick } from '../drums.ts';
import { banjo, bassCabinet, guitarBody, mandolin, steelGuitar, uprightBass } from '../instruments.ts';
import { line, over, picking, strokes, strum, voicing, type Voicing } from '../notation.ts';
import type { Note, Score } from '../score.ts';

const chords = over(
  {
    D: 'D3 A3 D4 F#4 A4',
    G: 'G2 B2 D3 G3 B3 D4',
    A: 'A2 E3 A3 C#4 E4',
    Bm: 'B2 F#3 B3 D4 F#4',
  },
  4,
);
const rolls = over({ D: 'D4 F#4 A4 D5', G: 'D4 G4 B4 D5', A: 'C#4 E4 A4 E5', Bm: 'D4 F#4 B4 D5' }, 4);
const roots = over({ D: 'D2 A1', G: 'G1 D2', A: 'A1 E2', Bm: 'B1 F#2' }, 4);

const VERSE = 8;
const CHORUS = 40;
const LAST = 72;
const verse = 'D G D A D G A D';
const chorus = 'G D A Bm G D A D';

const boomChick = (chord: Voicing, beat: number): readonly Note[] => {
  const [root = 0, ...rest] = chord;
  const fifth = rest[0] ?? root;
  return [
    { beat, beats: 1.6, pitch: root, velocity: 0.75 },
    ...strum(rest.slice(1), beat + 1, 0.8, 0.5, 0.02),
    { beat: beat + 2, beats: 1.6, pitch: fifth, velocity: 0.65 },
    ...strum(rest.slice(1), beat + 3, 0.6, 0.52, 0.02),
    ...strum(rest.slice(1), beat + 3.5, 0.5, 0.36, -0.02),
  ];
};
const roll = picking('0 2 3 1 2 3 0 3', { step: 0.5, ring: 1.2, velocity: 0.56 });
const twoBeat = picking('0 1', { step: 2, ring: 1.5, velocity: 0.72 });

export const harvestTrain: Score = {
  beatsPerMinute: 124,
  beats: 76,
  tailSeconds: 3.6,
  swing: { unit: 0.5, share: 0.08 },
  room: { seconds: 1.1, damping: 0.4 },
  parts: [
    {
      instrument: steelGuitar,
      notes: [
        ...chords(0, 'D D', boomChick),
        ...chords(VERSE, verse, boomChick),
        ...chords(CHORUS, chorus, boomChick),
        ...strum(voicing('D3 A3 D4 F#4 A4 D5'), LAST, 6, 0.7, 0.05),
      ],
      gainDb: -3.5,
      pan: -0.35,
      scatter: 0.05,
      looseMs: 7,
      body: guitarBody,
      reverb: 0.12,
    },
    {
      instrument: banjo,
      notes: [...rolls(0, 'D D', roll), ...rolls(VERSE + 16, 'D G A D', roll), ...rolls(CHORUS, chorus, roll)],
      gainDb: 0,
      pan: 0.45,
      looseMs: 6,
      body: guitarBody,
      reverb: 0.12,
    },
    {
      instrument: mandolin,
      notes: [
        ...line(VERSE, 'F#5 F#5:.5 E5:.5 D5 A4 | B4:1.5 D5:.5 B4 G4 | A4 D5:.5 E5:.5 F#5 A5 | E5:2 C#5 E5', 0.72),
        ...line(VERSE + 16, 'F#5 F#5:.5 E5:.5 D5 A4 | B4 D5 G5 F#5:.5 G5:.5 | E5 F#5:.5 E5:.5 C#5 E5 | D5:3 -', 0.74),
        ...line(CHORUS, 'G5 B5 G5 D5 | F#5:1.5 A5:.5 F#5:2 | E5 A5 E5 C#5 | D5:1.5 F#5:.5 D5 B4', 0.78),
        ...line(CHORUS + 16, 'B4 D5 G5 B5 | A5:1.5 F#5:.5 D5:2 | E5 F#5:.5 E5:.5 C#5 A4 | D5:3 -', 0.78),
        ...line(LAST, 'D5:.5 F#5:.5 A5:.5 D6:2.5', 0.6),
      ],
      gainDb: 5.5,
      pan: 0.1,
      looseMs: 7,
      body: guitarBody,
      reverb: 0.18,
    },
    {
      instrument: uprightBass,
      notes: [...roots(VERSE, verse, twoBeat), ...roots(CHORUS, chorus, twoBeat), ...line(LAST, 'D2:4', 0.7)],
      gainDb: 2,
      looseMs: 5,
      body: bassCabinet,
    },
    {
      instrument: brush,
      notes: [
        ...strokes(0, ',,x, ,,x, ,,x, ,,xo', 0.25, 2),
        ...strokes(VERSE, ',,x, ,,x, ,,x, ,,xo', 0.25, 8),
        ...strokes(CHORUS, 'o,X, o,x, o,X, o,xx', 0.25, 8),
      ],
      gainDb: -1,
      pan: 0.05,
      looseMs: 5,
      reverb: 0.12,
    },
    {
      instrument: kick(56),
      notes: [...strokes(VERSE, 'o.o.', 1, 8), ...strokes(CHORUS, 'x.x.', 1, 8), ...strokes(LAST, 'x', 1)],
      gainDb: -2,
      looseMs: 4,
    },
  ],
};
