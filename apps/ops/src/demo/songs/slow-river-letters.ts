import { glassBell } from '../chime.ts';
import { brush } from '../drums.ts';
import { guitarBody, mandolin, steelGuitar, uprightBass, warmPad } from '../instruments.ts';
import { block, line, over, picking, strokes, strum, voicing } from '../notation.ts';
import type { Score } from '../score.ts';

const guitar = over(
  {
    G: 'G2 D3 G3 B3 D4',
    'D/F#': 'F#2 D3 A3 D4 F#4',
    Em: 'E2 E3 G3 B3 E4',
    C: 'C3 G3 C4 E4 G4',
    Am: 'A2 E3 A3 C4 E4',
    D: 'D3 A3 D4 F#4 A4',
    'G/B': 'B2 D3 G3 B3 D4',
  },
  3,
);
const bass = over({ G: 'G1', 'F#': 'F#1', E: 'E1', C: 'C2', A: 'A1', D: 'D2', B: 'B1' }, 3);
const strings = over(
  { G: 'G3 B3 D4', D: 'F#3 A3 D4', Em: 'G3 B3 E4', C: 'G3 C4 E4', Am: 'A3 C4 E4', GB: 'G3 B3 D4' },
  3,
);

const verse = 'G D/F# Em C G Am C D';
const chorus = 'C D G Em C D G G/B';
const rolling = picking('0 2 3 4 3 2', { step: 0.5, ring: 3, velocity: 0.62 });
const thumb = block(0.7, 0.85);

const INTRO = 0;
const VERSE = 12;
const CHORUS = 36;
const OUTRO = 60;
const LAST = 72;

export const slowRiverLetters: Score = {
  beatsPerMinute: 100,
  beats: 75,
  tailSeconds: 5,
  room: { seconds: 1.9, damping: 0.45 },
  parts: [
    {
      instrument: steelGuitar,
      notes: [
        ...guitar(INTRO, 'G C G/B D', rolling),
        ...guitar(VERSE, verse, rolling),
        ...guitar(CHORUS, chorus, picking('0 2+3 4 3 2+4 3', { step: 0.5, ring: 3, velocity: 0.66 })),
        ...guitar(OUTRO, 'C G/B Am D', rolling),
        ...strum(voicing('G2 D3 G3 B3 D4 G4'), LAST, 7, 0.6, 0.09),
      ],
      gainDb: -3,
      pan: -0.25,
      scatter: 0.15,
      looseMs: 9,
      body: guitarBody,
      reverb: 0.22,
    },
    {
      instrument: mandolin,
      notes: [
        ...line(VERSE, 'B4:2 A4 | A4:2 F#4 | G4 A4 B4 | G4:3', 0.62),
        ...line(VERSE + 12, 'B4:2 D5 | C5:2 A4 | G4 A4 G4 | A4:3', 0.66),
        ...line(CHORUS, 'E5:2 D5 | D5:2 A4 | B4 D5 G5 | E5:2 B4', 0.72),
        ...line(CHORUS + 12, 'C5 D5 E5 | F#5:1.5 E5:.5 D5 | D5:2 B4 | G4:3', 0.72),
        ...line(OUTRO, 'E4:3 | G4:2 B4 | C5:2 B4 | A4:3 | G4:3', 0.5),
      ],
      gainDb: 7.5,
      pan: 0.22,
      scatter: 0.05,
      looseMs: 12,
      body: guitarBody,
      reverb: 0.3,
    },
    {
      instrument: uprightBass,
      notes: [
        ...bass(VERSE, 'G F# E C G A C D', thumb),
        ...bass(CHORUS, 'C D G E C D G B', thumb),
        ...bass(OUTRO, 'C B A D', thumb),
        ...line(LAST, 'G1:5', 0.6),
      ],
      gainDb: 3,
      looseMs: 8,
      reverb: 0.05,
    },
    {
      instrument: warmPad,
      notes: [
        ...strings(CHORUS, 'C D G Em C D G GB', block(0.6)),
        ...strings(OUTRO, 'C GB Am D', block(0.45)),
        ...strings(LAST, 'G:5', block(0.4)),
      ],
      gainDb: -7,
      reverb: 0.4,
    },
    {
      instrument: glassBell,
      notes: [
        ...line(CHORUS, '- - G5 | - - A5 | - - - | - - G5 | - - - | - - A5 | - - - | - D6:2', 0.4),
        ...line(LAST, '- B5 D6:3', 0.35),
      ],
      gainDb: -4,
      pan: 0.45,
      reverb: 0.6,
    },
    {
      instrument: brush,
      notes: [...strokes(VERSE + 12, '.oo', 1, 4), ...strokes(CHORUS, '..x.o.', 0.5, 8)],
      gainDb: 1,
      pan: 0.1,
      looseMs: 8,
      reverb: 0.2,
    },
  ],
};
