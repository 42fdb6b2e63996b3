import { closedHat, kick, snare, wash } from '../drums.ts';
import { leadSynth, sequencer, slowPad, synthBass } from '../instruments.ts';
import { block, line, over, picking, strokes } from '../notation.ts';
import { highpass, lowpass } from '../filter.ts';
import type { Score } from '../score.ts';

const arpeggio = over(
  { Dm: 'D4 F4 A4 D5', Bb: 'D4 F4 Bb4 D5', F: 'C4 F4 A4 C5', C: 'C4 E4 G4 C5', Gm: 'D4 G4 Bb4 D5' },
  4,
);
const pads = over({ Dm: 'A3 D4 F4', Bb: 'Bb3 D4 F4', F: 'A3 C4 F4', C: 'G3 C4 E4', Gm: 'G3 Bb3 D4' }, 4);
const bass = over({ Dm: 'D2 D3', Bb: 'Bb1 Bb2', F: 'F1 F2', C: 'C2 C3', Gm: 'G1 G2' }, 4);

const VERSE = 16;
const CHORUS = 32;
const LAST = 64;

const turning = picking('0 1 2 3 2 1 2 1 0 1 2 3 2 3 2 1', { step: 0.25, ring: 0.24, velocity: 0.6 });
const octaves = picking('0 0 1 0 0 0 1 0', { step: 0.5, ring: 0.42, velocity: 0.7 });

export const nightBus: Score = {
  beatsPerMinute: 94,
  beats: 68,
  tailSeconds: 4.5,
  room: { seconds: 2.4, damping: 0.4 },
  echo: { seconds: 0.75 * (60 / 94), feedback: 0.45 },
  parts: [
    {
      instrument: sequencer,
      notes: [
        ...arpeggio(0, 'Dm Bb F C', turning),
        ...arpeggio(VERSE, 'Dm Bb F C', turning),
        ...arpeggio(CHORUS, 'Dm Bb F C Gm Bb F C', turning),
        ...line(LAST, 'D4:.25 F4:.25 A4:.25 D5:.25', 0.5),
      ],
      gainDb: -2.5,
      scatter: 0.45,
      body: [highpass(180)],
      reverb: 0.15,
      echo: 0.22,
    },
    {
      instrument: leadSynth,
      notes: [
        ...line(CHORUS, 'A4:1.5 D5:.5 F5:2 | F5:1.5 D5:.5 Bb4:2 | C5:1.5 A4:.5 C5 F5 | E5:3 -', 0.62),
        ...line(CHORUS + 16, 'D5:1.5 G5:.5 G5:2 | F5:1.5 D5:.5 F5:2 | A5:1.5 F5:.5 C5 F5 | E5:2 C5:2', 0.66),
        ...line(LAST, 'D5:4', 0.55),
      ],
      gainDb: -3,
      pan: 0.08,
      looseMs: 6,
      body: [lowpass(6000)],
      reverb: 0.28,
      echo: 0.3,
    },
    {
      instrument: slowPad,
      notes: [
        ...pads(0, 'Dm Bb F C', block(0.6)),
        ...pads(VERSE, 'Dm Bb F C', block(0.6)),
        ...pads(CHORUS, 'Dm Bb F C Gm Bb F C', block(0.6)),
        ...pads(LAST, 'Dm', block(0.6)),
      ],
      gainDb: -5.5,
      reverb: 0.4,
    },
    {
      instrument: synthBass,
      notes: [
        ...bass(VERSE, 'Dm Bb F C', octaves),
        ...bass(CHORUS, 'Dm Bb F C Gm Bb F C', octaves),
        ...line(LAST, 'D2:4', 0.6),
      ],
      gainDb: 0,
      body: [highpass(32)],
    },
    {
      instrument: kick(48),
      notes: [
        ...strokes(VERSE, 'x...', 1, 3),
        ...strokes(VERSE + 12, 'x.x.', 1),
        ...strokes(CHORUS, 'X....x..', 0.5, 8),
        ...strokes(LAST, 'x', 1),
      ],
      gainDb: -1.5,
    },
    {
      instrument: snare,
      notes: [...strokes(VERSE + 12, '..........o.oxxx', 0.25), ...strokes(CHORUS, '.x.x', 1, 8)],
      gainDb: 3,
      reverb: 0.5,
    },
    {
      instrument: closedHat,
      notes: [...strokes(VERSE, '..o.', 0.25, 16), ...strokes(CHORUS, 'o,x,', 0.25, 32)],
      gainDb: 0,
      pan: -0.25,
      looseMs: 2,
    },
    {
      instrument: wash,
      notes: [...strokes(VERSE, 'o', 1), ...strokes(CHORUS, 'X', 1), ...strokes(CHORUS + 16, 'o', 1)],
      gainDb: -10,
      pan: 0.3,
      reverb: 0.4,
    },
  ],
};
