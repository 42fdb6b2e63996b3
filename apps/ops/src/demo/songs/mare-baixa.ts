import { glassBell, kalimba } from '../chime.ts';
import { shaker } from '../drums.ts';
import { harp, slowPad, uprightBass } from '../instruments.ts';
import { block, line, over, picking, strokes, strum, voicing } from '../notation.ts';
import { highpass } from '../filter.ts';
import type { Score } from '../score.ts';

const pads = over(
  {
    Dadd9: 'D3 A3 E4 F#4',
    Bm: 'B2 F#3 A3 D4',
    G: 'G2 D3 B3 F#4',
    A: 'A2 E3 A3 D4',
    'F#m': 'F#2 C#3 A3 E4',
  },
  4,
);
const strings = over(
  {
    Dadd9: 'D3 A3 E4 F#4 A4',
    Bm: 'B2 F#3 D4 F#4 A4',
    G: 'G2 D3 B3 D4 F#4',
    A: 'A2 E3 A3 D4 E4',
    'F#m': 'F#2 C#3 A3 C#4 E4',
  },
  4,
);
const low = over({ D: 'D2', B: 'B1', G: 'G1', A: 'A1', 'F#': 'F#1' }, 4);

const FIRST = 8;
const SECOND = 24;
const LAST = 40;

const tide = picking('0 1 2 3 4 3 2 1', { step: 0.5, ring: 4, velocity: 0.5 });

export const mareBaixa: Score = {
  beatsPerMinute: 60,
  beats: 44,
  tailSeconds: 7,
  room: { seconds: 4.2, damping: 0.4 },
  echo: { seconds: 0.75, feedback: 0.5 },
  parts: [
    {
      instrument: slowPad,
      notes: [
        ...pads(0, 'Dadd9:8', block(0.5)),
        ...pads(FIRST, 'Dadd9 Bm G A', block(0.6)),
        ...pads(SECOND, 'Bm F#m G A', block(0.65)),
        ...pads(LAST, 'Dadd9:6', block(0.6)),
      ],
      gainDb: -3.5,
      body: [highpass(60)],
      reverb: 0.4,
    },
    {
      instrument: harp,
      notes: [
        ...strings(4, 'Dadd9', tide),
        ...strings(FIRST, 'Dadd9 Bm G A', tide),
        ...strings(SECOND, 'Bm F#m G A', tide),
        ...strum(voicing('D3 A3 D4 F#4 A4 E5'), LAST, 7, 0.5, 0.16),
      ],
      gainDb: 1.5,
      pan: -0.2,
      scatter: 0.35,
      looseMs: 14,
      reverb: 0.4,
      echo: 0.15,
    },
    {
      instrument: kalimba,
      notes: [
        ...line(FIRST, '- A4:.5 D5:.5 E5:2 | - F#5:.5 E5:.5 D5:2 | - B4:.5 D5:.5 F#5:2 | E5:1.5 D5:.5 A4:2', 0.6),
        ...line(SECOND, '- F#5:.5 A5:.5 F#5:2 | - E5:.5 F#5:.5 C#5:2 | - D5:.5 F#5:.5 B5:2 | A5:1.5 E5:.5 D5:2', 0.66),
        ...line(LAST, 'A4:.5 D5:.5 F#5:3', 0.5),
      ],
      gainDb: 2.5,
      pan: 0.2,
      scatter: 0.1,
      looseMs: 15,
      reverb: 0.45,
      echo: 0.4,
    },
    {
      instrument: glassBell,
      notes: [
        ...line(0, 'A5:4 | E6:4', 0.4),
        ...line(FIRST, '- - - F#6 | - - - D6 | - - - A5 | - - - E6', 0.35),
        ...line(SECOND, '- - - D6 | - - - A5 | - - - F#6 | - - - E6', 0.38),
        ...line(LAST, '- - D6 A6:3', 0.35),
      ],
      gainDb: -2,
      scatter: 0.7,
      looseMs: 20,
      reverb: 0.7,
      echo: 0.35,
    },
    {
      instrument: uprightBass,
      notes: [
        ...low(FIRST, 'D B G A', block(0.6, 0.95)),
        ...low(SECOND, 'B F# G A', block(0.6, 0.95)),
        ...low(LAST, 'D:6', block(0.6)),
      ],
      gainDb: 4.5,
      looseMs: 10,
      reverb: 0.1,
    },
    {
      instrument: shaker,
      notes: strokes(FIRST + 8, ',..,..,.', 0.5, 6),
      gainDb: -2,
      pan: -0.4,
      looseMs: 15,
      reverb: 0.6,
    },
  ],
};
