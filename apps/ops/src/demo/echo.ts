import { framesIn, silence, type Stereo } from './sound.ts';

export type Echo = { readonly seconds: number; readonly feedback: number };

/** How much of each repeat's treble is lost. */
const DULLING = 0.45;

/** Repeats that pass from side to side, each duller; the answer is the repeats alone. */
export const pingPong = (input: Stereo, echo: Echo): Stereo => {
  const frames = input.left.length;
  const delay = framesIn(echo.seconds);
  const out = silence(frames);
  let dullLeft = 0;
  let dullRight = 0;
  for (let n = delay; n < frames; n += 1) {
    const before = n - delay;
    const fresh = ((input.left[before] ?? 0) + (input.right[before] ?? 0)) * 0.5;
    const intoLeft = fresh + echo.feedback * (out.right[before] ?? 0);
    const intoRight = echo.feedback * (out.left[before] ?? 0);
    dullLeft = intoLeft + DULLING * (dullLeft - intoLeft);
    dullRight = intoRight + DULLING * (dullRight - intoRight);
    out.left[n] = dullLeft;
    out.right[n] = dullRight;
  }
  return out;
};
