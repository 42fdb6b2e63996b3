import type { ChooseFaces, Weight } from './fonts.ts';
import { type Run, visualRuns } from './runs.ts';

export type Style = { readonly weight: Weight; readonly size: number; readonly color: string };

/** Text on a page, in any script. Lengths are points, from the page's upper left corner. */
export type Typesetter = {
  readonly widthOf: (text: string, style: Style) => number;
  /** At most so many lines of that width; what is left over ends in an ellipsis. */
  readonly wrap: (text: string, style: Style, width: number, mostLines: number) => readonly string[];
  /** One line; `y` is that of its baseline. */
  readonly draw: (text: string, style: Style, x: number, y: number) => void;
};

const ELLIPSIS = '…';

const ON_BASELINE = { lineBreak: false, baseline: 'alphabetic' } as const;

/** The whole of a run is shaped at once. Without features each word is, and remembered, which plain text can bear. */
const optionsFor = ({ text }: Run): PDFKit.Mixins.TextOptions =>
  /^[\x20-\x7e]*$/.test(text) ? ON_BASELINE : { ...ON_BASELINE, features: [] };

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

export const typesetter = (doc: PDFKit.PDFDocument, choose: ChooseFaces): Typesetter => {
  const runWidth = (run: Run, { size }: Style): number =>
    doc.font(run.face.path).fontSize(size).widthOfString(run.text, optionsFor(run));
  const widthOf: Typesetter['widthOf'] = (text, style) =>
    visualRuns(text, style.weight, choose).reduce((sum, run) => sum + runWidth(run, style), 0);

  const wrap: Typesetter['wrap'] = (text, style, width, mostLines) => {
    const fits = (line: string): boolean => widthOf(line, style) <= width;
    const whole = text.trim();
    if (fits(whole)) return [whole];
    const clusters = [...graphemes.segment(whole)].map(({ segment }) => segment);
    const end = mostFitting(clusters, mostLines === 1 ? ELLIPSIS : '', fits);
    if (mostLines === 1) return [clusters.slice(0, end).join('').trimEnd() + ELLIPSIS];
    const cut = atSpace(clusters, end);
    return [
      clusters.slice(0, cut).join('').trimEnd(),
      ...wrap(clusters.slice(cut).join(''), style, width, mostLines - 1),
    ];
  };

  return {
    widthOf,
    wrap,
    draw: (text, style, x, y) => {
      let at = x;
      for (const run of visualRuns(text, style.weight, choose)) {
        const width = runWidth(run, style);
        doc.fillColor(style.color).text(run.text, at, y, optionsFor(run));
        at += width;
      }
    },
  };
};

/** How many of the first clusters, at least one, fit together with what follows them. */
const mostFitting = (clusters: readonly string[], ending: string, fits: (line: string) => boolean): number => {
  let [enough, tooMany] = [1, clusters.length + 1];
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (fits(clusters.slice(0, middle).join('') + ending)) enough = middle;
    else tooMany = middle;
  }
  return enough;
};

/** After the last space before the end, unless that would leave the line half empty. */
const atSpace = (clusters: readonly string[], end: number): number => {
  const space = clusters.slice(0, end + 1).findLastIndex((cluster) => cluster.trim() === '');
  return space > end / 2 ? Math.min(space + 1, clusters.length) : end;
};
