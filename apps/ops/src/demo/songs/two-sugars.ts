import { vibraphone } from '../chime.ts';
import { closedHat, crossStick, kick } from '../drums.ts';
import { bassCabinet, electricBass, mutedGuitar } from '../instruments.ts';
import { electricPiano } from '../keys.ts';
import { comping, line, over, strokes, strum, voicing } from '../notation.ts';
import { highpass, lowpass } from '../filter.ts';
import type { Score } from '../score.ts';

const keys = over({ Am: 'A3 C4 E4', Dm: 'A3 D4 F4', Em: 'G3 B3 E4', F: 'A3 C4 F4', G: 'G3 B3 D4' }, 4);
const guitar = over({ Am: 'C4 E4 A4', Dm: 'D4 F4 A4', Em: 'B3 E4 G4', F: 'C4 F4 A4', G: 'B3 D4 G4' }, 4);

const FIRST = 8;
const SECOND = 40;
const LAST = 56;
const round = 'Am Dm Am Em Am Dm F G';

const skank = comping('.x.x', 1, 0.22, 0.66);
const bubble = comping('.,o, .,o, .,o, .,o,', 0.25, 0.2, 0.6);

export const twoSugars: Score = {
  beatsPerMinute: 76,
  beats: 60,
  tailSeconds: 4.2,
  swing: { unit: 0.25, share: 0.15 },
  room: { seconds: 1.5, damping: 0.5 },
  echo: { seconds: 0.75 * (60 / 76), feedback: 0.55 },
  parts: [
    {
      instrument: mutedGuitar,
      notes: [...guitar(FIRST, round, skank), ...guitar(SECOND, 'F G Am Em', skank), ...guitar(4, 'Em', skank)],
      gainDb: 1,
      pan: -0.35,
      looseMs: 5,
      body: [highpass(250), lowpass(4800)],
      reverb: 0.12,
      echo: 0.07,
    },
    {
      instrument: electricPiano,
      notes: [
        ...keys(FIRST, round, bubble),
        ...keys(SECOND, 'F G Am Em', bubble),
        ...strum(voicing('A3 C4 E4 G4'), LAST, 4.5, 0.5, 0.07),
      ],
      gainDb: -2,
      pan: 0.3,
      looseMs: 6,
      body: [highpass(180), lowpass(3500)],
      reverb: 0.15,
    },
    {
      instrument: vibraphone,
      notes: [
        ...line(0, 'E5:.5 D5:.5 C5 A4:2 | B4:.5 C5:.5 B4 G4:2', 0.6),
        ...line(FIRST + 16, 'E5:1.5 C5:.5 A4 C5 | D5:1.5 F5:.5 A5:2 | A5 F5:.5 E5:.5 C5:2 | D5 B4:.5 D5:.5 G5:2', 0.68),
        ...line(SECOND, 'A5:1.5 F5:.5 C5:2 | B4:1.5 D5:.5 G5:2 | E5:.5 D5:.5 C5 A4:2 | B4:.5 C5:.5 B4 G4:2', 0.68),
        ...line(LAST, 'A4:4', 0.55),
      ],
      gainDb: 0,
      pan: 0.12,
      looseMs: 10,
      reverb: 0.3,
      echo: 0.32,
    },
    {
      instrument: electricBass,
      notes: [
        ...line(
          FIRST,
          'A1 - E2:.5 A2:.5 G2:.5 E2:.5 | D2 - A2:.5 D2:.5 F2 | A1 - E2:.5 A2:.5 G2:.5 E2:.5 | E2 - B1:.5 E2:.5 G2',
          0.76,
        ),
        ...line(
          FIRST + 16,
          'A1 - E2:.5 A2:.5 G2:.5 E2:.5 | D2 - A2:.5 D2:.5 F2 | F1 - C2:.5 F2:.5 A2 | G1 - D2:.5 G2:.5 B2',
          0.76,
        ),
        ...line(
          SECOND,
          'F1 - C2:.5 F2:.5 A2 | G1 - D2:.5 G2:.5 B2 | A1 - E2:.5 A2:.5 G2:.5 E2:.5 | E2 - B1:.5 E2:.5 G2',
          0.76,
        ),
        ...line(LAST, 'A1:4', 0.7),
      ],
      gainDb: 0,
      looseMs: 6,
      body: bassCabinet,
    },
    {
      instrument: kick(46),
      notes: [...strokes(FIRST, '..X.', 1, 12), ...strokes(LAST, 'x', 1)],
      gainDb: -3.5,
      looseMs: 4,
    },
    {
      instrument: crossStick,
      notes: [
        ...strokes(4, '.... .... ..o. x.xx', 0.25),
        ...strokes(FIRST, '.... .... x... ..o.', 0.25, 12),
        ...strokes(LAST, '..o.', 0.5),
      ],
      gainDb: 6,
      pan: 0.08,
      looseMs: 6,
      reverb: 0.2,
      echo: 0.35,
    },
    {
      instrument: closedHat,
      notes: strokes(FIRST, 'x.o, x.o. x.o, x.oo', 0.25, 12),
      gainDb: 0,
      pan: 0.28,
      looseMs: 5,
    },
  ],
};
