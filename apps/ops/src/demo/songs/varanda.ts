import { vibraphone } from '../chime.ts';
import { crossStick, kick, shaker } from '../drums.ts';
import { bassCabinet, guitarBody, nylonGuitar, uprightBass, warmPad } from '../instruments.ts';
import { block, comping, line, over, picking, strokes, strum, voicing } from '../notation.ts';
import type { Score } from '../score.ts';

const guitar = over(
  {
    Gmaj9: 'B3 D4 F#4 A4',
    Em9: 'G3 B3 D4 F#4',
    Am7: 'G3 C4 E4 A4',
    D13: 'F#3 C4 E4 B4',
    Bm7: 'A3 D4 F#4',
    E7: 'G#3 D4 E4 B4',
    Cmaj7: 'G3 B3 E4',
  },
  4,
);
const bass = over({ G: 'G1 D2', E: 'E1 B1', A: 'A1 E2', D: 'D2 A1', B: 'B1 F#2', C: 'C2 G1' }, 4);

const FIRST = 16;
const SECOND = 48;
const LAST = 80;

const first = 'Gmaj9 Em9 Am7 D13 Gmaj9 Em9 Am7 D13';
const second = 'Cmaj7 D13 Bm7 E7 Am7 D13 Gmaj9 D13';

const batida = comping('x..x..x. ..x..x..', 0.5, 1.1, 0.6);
const thumb = picking('0 . . 0 1 . . 1', { step: 0.5, ring: 1.4, velocity: 0.66 });

export const varanda: Score = {
  beatsPerMinute: 132,
  beats: 84,
  tailSeconds: 4,
  room: { seconds: 1.4, damping: 0.5 },
  parts: [
    {
      instrument: nylonGuitar,
      notes: [
        ...guitar(0, 'Gmaj9:8 Am7 D13', batida),
        ...guitar(FIRST, first, batida),
        ...guitar(SECOND, second, batida),
        ...strum(voicing('G2 D3 B3 D4 F#4 A4'), LAST, 6, 0.55, 0.12),
      ],
      gainDb: -1.5,
      pan: -0.25,
      scatter: 0.05,
      looseMs: 7,
      body: guitarBody,
      reverb: 0.18,
    },
    {
      instrument: nylonGuitar,
      notes: [
        ...line(FIRST, '- D5 B4:1.5 A4:.5 | B4:3 - | - C5 A4:1.5 G4:.5 | F#4:1.5 A4:.5 E5:2', 0.72),
        ...line(FIRST + 16, '- D5 B4:1.5 D5:.5 | F#5:3 - | E5:1.5 C5:.5 A4 C5 | B4:3 -', 0.74),
        ...line(LAST, 'D5:1.5 B4:2.5', 0.55),
      ],
      gainDb: 3.5,
      pan: 0.22,
      looseMs: 12,
      body: guitarBody,
      reverb: 0.25,
    },
    {
      instrument: vibraphone,
      notes: [
        ...line(SECOND, 'E5:1.5 G5:.5 E5:2 | F#5:1.5 E5:.5 B4:2 | D5:1.5 F#5:.5 D5:2 | B4:1.5 D5:.5 E5:2', 0.66),
        ...line(SECOND + 16, 'E5:1.5 C5:.5 A4 C5 | E5:1.5 F#5:.5 A5:2 | F#5:1.5 D5:.5 B4:2 | A4:3 -', 0.66),
        ...line(LAST, '- - B5 D6', 0.4),
      ],
      gainDb: 0,
      pan: 0.3,
      looseMs: 10,
      reverb: 0.3,
    },
    {
      instrument: uprightBass,
      notes: [
        ...bass(FIRST, 'G E A D G E A D', thumb),
        ...bass(SECOND, 'C D B E A D G D', thumb),
        ...line(LAST, 'G1:5', 0.6),
      ],
      gainDb: 0,
      looseMs: 6,
      body: bassCabinet,
    },
    {
      instrument: warmPad,
      notes: guitar(SECOND, second, block(0.45)),
      gainDb: -10,
      reverb: 0.4,
    },
    {
      instrument: crossStick,
      notes: [...strokes(FIRST, 'x..x..x. ..x..x..', 0.5, 4), ...strokes(SECOND, 'x..x..x. ..x..x..', 0.5, 4)],
      gainDb: 3,
      pan: 0.1,
      looseMs: 4,
      reverb: 0.2,
    },
    {
      instrument: shaker,
      notes: [...strokes(8, 'o,x,', 0.25, 8), ...strokes(FIRST, 'o,x,', 0.25, 64)],
      gainDb: -5,
      pan: -0.35,
      looseMs: 4,
      reverb: 0.08,
    },
    {
      instrument: kick(58),
      notes: strokes(FIRST, 'o..,o..,', 0.5, 16),
      gainDb: -2,
      looseMs: 3,
    },
  ],
};
