import { closedHat, crossStick, kick, snare } from '../drums.ts';
import { bassCabinet, nylonGuitar, uprightBass } from '../instruments.ts';
import { electricPiano } from '../keys.ts';
import { comping, line, over, strokes, strum, voicing } from '../notation.ts';
import { highpass, lowpass } from '../filter.ts';
import type { Score } from '../score.ts';

const keys = over(
  {
    Dm9: 'F3 A3 C4 E4',
    G13: 'F3 A3 B3 E4',
    Cmaj9: 'E3 G3 B3 D4',
    Am7: 'G3 C4 E4',
    Fmaj9: 'A3 C4 E4 G4',
    Em7: 'G3 B3 D4',
    G9sus: 'F3 A3 C4 D4',
  },
  4,
);

const A = 8;
const B = 24;
const AGAIN = 40;
const LAST = 56;

const lazy = comping('x.....o. ..o.....', 0.25, 1.4, 0.6);
const long = comping('x.......', 0.5, 3.8, 0.55);

export const rainOnTheSkylight: Score = {
  beatsPerMinute: 78,
  beats: 60,
  tailSeconds: 3.5,
  swing: { unit: 0.25, share: 0.24 },
  room: { seconds: 1.3, damping: 0.55 },
  echo: { seconds: 0.75 * (60 / 78), feedback: 0.3 },
  parts: [
    {
      instrument: electricPiano,
      notes: [
        ...keys(0, 'Dm9 G13', long),
        ...keys(A, 'Dm9 G13 Cmaj9 Am7', lazy),
        ...keys(B, 'Fmaj9 Em7 Dm9 G9sus', lazy),
        ...keys(AGAIN, 'Dm9 G13 Cmaj9 Am7', lazy),
        ...strum(voicing('C3 E3 G3 B3 D4'), LAST, 5, 0.5, 0.06),
      ],
      gainDb: -1,
      looseMs: 10,
      body: [highpass(90), lowpass(4200)],
      reverb: 0.2,
    },
    {
      instrument: nylonGuitar,
      notes: [
        ...line(A, '- A4:.5 C5:.5 D5 E5 | D5:1.5 B4:.5 A4:2 | - G4:.5 A4:.5 B4 D5 | C5:1.5 A4:.5 G4:2', 0.66),
        ...line(B, '- C5:.5 E5:.5 G5 E5 | D5:1.5 B4:.5 G4:2 | - A4:.5 C5:.5 E5 D5 | C5:1.5 A4:.5 D5:2', 0.7),
        ...line(AGAIN, '- A4:.5 C5:.5 D5 E5 | D5:1.5 E5:.5 A5:2 | - G5:.5 E5:.5 D5 B4 | C5 A4 G4:2', 0.66),
        ...line(LAST, 'E5:.5 D5:.5 G4:3', 0.5),
      ],
      gainDb: 3.5,
      pan: 0.2,
      looseMs: 14,
      body: [highpass(120), lowpass(4500)],
      reverb: 0.25,
      echo: 0.22,
    },
    {
      instrument: uprightBass,
      notes: [
        ...line(A, 'D2:1.5 D2:.5 A1:1.5 C2:.5 | G1:2.5 D2:.5 G1 | C2:1.5 C2:.5 G1:1.5 B1:.5 | A1:2.5 E2:.5 C2', 0.72),
        ...line(B, 'F1:1.5 F1:.5 C2:1.5 A1:.5 | E1:2.5 B1:.5 E2 | D2:1.5 D2:.5 A1:1.5 C2:.5 | G1:2.5 G1:.5 D2', 0.72),
        ...line(
          AGAIN,
          'D2:1.5 D2:.5 A1:1.5 C2:.5 | G1:2.5 D2:.5 G1 | C2:1.5 C2:.5 G1:1.5 B1:.5 | A1:2.5 E2:.5 D2',
          0.72,
        ),
        ...line(LAST, 'C2:4', 0.65),
      ],
      gainDb: 2,
      looseMs: 9,
      body: bassCabinet,
    },
    {
      instrument: kick(50),
      notes: [
        ...strokes(4, '.... .... .... ..x.', 0.25),
        ...strokes(A, 'X... ..o. .xx. ....', 0.25, 12),
        ...strokes(LAST, 'o', 1),
      ],
      gainDb: -2.5,
      looseMs: 6,
    },
    {
      instrument: snare,
      notes: [
        ...strokes(A, '.... x... .... x...', 0.25, 7),
        ...strokes(A + 28, '.... x..o .... x.oo', 0.25),
        ...strokes(AGAIN, '.... x... .... x...', 0.25, 4),
      ],
      gainDb: 2,
      looseMs: 9,
      body: [lowpass(5200)],
      reverb: 0.14,
    },
    {
      instrument: crossStick,
      notes: strokes(B, '.... .... ..o. ..,.', 0.25, 4),
      gainDb: 6,
      pan: -0.3,
      looseMs: 8,
      reverb: 0.3,
    },
    {
      instrument: closedHat,
      notes: [...strokes(4, 'o.,.', 0.25, 4), ...strokes(A, 'o.x. o,x. o.x, o.xo', 0.25, 12)],
      gainDb: 3.5,
      pan: 0.25,
      looseMs: 8,
      body: [lowpass(8500)],
    },
  ],
};
