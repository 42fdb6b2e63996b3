import { glassBell } from '../chime.ts';
import { closedHat, kick, openHat, snare, wash } from '../drums.ts';
import { ampCabinet, bassCabinet, electricBass, mutedGuitar, steelGuitar, warmPad } from '../instruments.ts';
import { block, line, over, picking, strokes, strum, voicing } from '../notation.ts';
import type { Score } from '../score.ts';

const guitar = over({ A: 'A3 C#4 E4 A4', 'F#m': 'F#3 A3 C#4 F#4', D: 'F#3 A3 D4 F#4', E: 'G#3 B3 E4 G#4' }, 4);
const pads = over({ A: 'A3 C#4 E4', 'F#m': 'A3 C#4 F#4', D: 'A3 D4 F#4', E: 'G#3 B3 E4' }, 4);
const bass = over({ A: 'A1 A2', 'F#m': 'F#1 F#2', D: 'D2 D3', E: 'E2 E3' }, 4);

const VERSE = 16;
const CHORUS = 48;
const LAST = 80;
const verse = 'A F#m D E A F#m D E';
const chorus = 'D A E F#m D A E F#m:2 E:2';

const chug = picking('0 2 1 2 3 2 1 2', { step: 0.5, ring: 0.6, velocity: 0.62 });
const pulse = picking('0 0 0 0 0 0 1 0', { step: 0.5, ring: 0.46, velocity: 0.66 });

export const paperLanterns: Score = {
  beatsPerMinute: 116,
  beats: 84,
  tailSeconds: 4,
  room: { seconds: 1.6, damping: 0.35 },
  echo: { seconds: 0.75 * (60 / 116), feedback: 0.35 },
  parts: [
    {
      instrument: mutedGuitar,
      notes: [
        ...guitar(0, 'A F#m D E', chug),
        ...guitar(VERSE, verse, chug),
        ...guitar(CHORUS, chorus, chug),
        ...strum(voicing('A3 C#4 E4 A4'), LAST, 4, 0.6, 0.05),
      ],
      gainDb: -1,
      pan: -0.3,
      scatter: 0.2,
      looseMs: 5,
      body: ampCabinet,
      reverb: 0.15,
      echo: 0.12,
    },
    {
      instrument: steelGuitar,
      notes: [
        ...line(VERSE, 'C#5 E5:.5 C#5:.5 B4 A4 | A4:1.5 C#5:.5 A4:2 | F#5 E5:.5 D5:.5 A4:2 | B4:2 G#4 B4', 0.66),
        ...line(VERSE + 16, 'C#5 E5:.5 C#5:.5 E5 A5 | F#5:1.5 E5:.5 C#5:2 | F#5 E5:.5 D5:.5 F#5:2 | E5:3 -', 0.7),
        ...line(
          CHORUS,
          'F#5:.5 F#5 A5:.5 F#5 D5 | E5:.5 E5 A5:.5 E5 C#5 | B4:.5 B4 E5:.5 G#5 E5 | C#5 A4:.5 C#5:.5 F#5:2',
          0.78,
        ),
        ...line(
          CHORUS + 16,
          'F#5:.5 F#5 A5:.5 F#5 D5 | E5:.5 E5 A5:.5 C#6 A5 | G#5:.5 G#5 E5:.5 B4 E5 | C#5 E5 B4:2',
          0.78,
        ),
        ...line(LAST, 'A4:4', 0.6),
      ],
      gainDb: 0,
      pan: 0.2,
      looseMs: 7,
      body: ampCabinet,
      reverb: 0.2,
      echo: 0.25,
    },
    {
      instrument: glassBell,
      notes: [
        ...line(0, 'E5:2 C#5:2 | A5:4 | F#5:2 D5:2 | B5:4', 0.5),
        ...line(CHORUS, '- - A5 F#5 | - - C#6 A5 | - - B5 G#5 | - - A5 C#6', 0.55),
        ...line(CHORUS + 16, '- - A5 F#5 | - - C#6 E6 | - - B5 G#5 | - - - B5', 0.55),
        ...line(LAST, 'E5 A5 C#6:2', 0.5),
      ],
      gainDb: -5,
      pan: 0.5,
      reverb: 0.4,
      echo: 0.3,
    },
    {
      instrument: warmPad,
      notes: [
        ...pads(0, 'A F#m D E', block(0.5)),
        ...pads(VERSE + 16, 'A F#m D E', block(0.5)),
        ...pads(CHORUS, chorus, block(0.65)),
        ...pads(LAST, 'A:5', block(0.5)),
      ],
      gainDb: -8,
      reverb: 0.35,
    },
    {
      instrument: electricBass,
      notes: [...bass(VERSE, verse, pulse), ...bass(CHORUS, chorus, pulse), ...line(LAST, 'A1:4', 0.7)],
      gainDb: -1.5,
      looseMs: 4,
      body: bassCabinet,
    },
    {
      instrument: kick(52),
      notes: [
        ...strokes(VERSE, 'x..x x...', 0.5, 8),
        ...strokes(CHORUS, 'X.X. X.Xo', 0.5, 8),
        ...strokes(LAST, 'x', 1),
      ],
      gainDb: -2.5,
      looseMs: 2,
    },
    {
      instrument: snare,
      notes: [
        ...strokes(VERSE, '..o. ..o.', 0.5, 8),
        ...strokes(CHORUS, '..x. ..x.', 0.5, 7),
        ...strokes(CHORUS + 28, '....x... ..o.xoxx', 0.25),
      ],
      gainDb: 4.5,
      pan: 0.05,
      looseMs: 4,
      reverb: 0.18,
    },
    {
      instrument: closedHat,
      notes: [...strokes(8, 'o,', 0.5, 8), ...strokes(VERSE, 'o,x,', 0.5, 16), ...strokes(CHORUS, 'x,o,', 0.25, 32)],
      gainDb: -0.5,
      pan: 0.3,
      looseMs: 4,
    },
    { instrument: openHat, notes: strokes(CHORUS, '.o', 0.5, 32), gainDb: -3, pan: 0.3, looseMs: 4, reverb: 0.1 },
    {
      instrument: wash,
      notes: [...strokes(CHORUS, 'x', 1), ...strokes(CHORUS + 16, 'o', 1), ...strokes(LAST, 'o', 1)],
      gainDb: -9,
      pan: -0.3,
      reverb: 0.3,
    },
  ],
};
