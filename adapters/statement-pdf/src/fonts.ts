import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Font, openSync } from 'fontkit';

export type Weight = 'regular' | 'bold' | 'mono';

/** A font's file, and what it can show. */
export type Face = { readonly path: string; readonly covers: (text: string) => boolean };

/** The face for each piece of a text: the same for all of it where one has everything. */
export type ChooseFaces = (text: string, weight: Weight) => readonly { readonly text: string; readonly face: Face }[];

/** Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic, among others. */
const DEJAVU: { readonly [W in Weight]: string } = {
  regular: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
  mono: 'DejaVuSansMono.ttf',
};

/** For what DejaVu has not: Japanese, Korean, Chinese, Thai, Devanagari; each cut into many small files. */
const FAMILIES = ['kosugi', 'gowun-dodum', 'zcool-xiaowei', 'noto-sans-thai', 'noto-sans-devanagari'];

/** Stands for what no font has. */
const UNKNOWN = '□';

/** They have no shape of their own; fonts often leave them out. */
const SHAPELESS = /[\p{Cf}\p{Variation_Selector}]/gu;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

export const openFonts = (): ChooseFaces => {
  const faces = new Map<string, Face>();
  const face = (specifier: string): Face => {
    const known = faces.get(specifier) ?? openFace(fileURLToPath(import.meta.resolve(specifier)));
    faces.set(specifier, known);
    return known;
  };
  const families = FAMILIES.map((family) => openFamily(family, face));
  const usual = (weight: Weight): Face => face(`dejavu-fonts-ttf/ttf/${DEJAVU[weight]}`);

  return (text, weight) => {
    const base = usual(weight);
    if (base.covers(text)) return [{ text, face: base }];
    const clusters = [...graphemes.segment(text)].map(({ segment }) => segment);
    const missing = clusters.filter((cluster) => !base.covers(cluster));
    // One family for all that is missing, where there is one: Chinese in two families looks torn.
    const preferred = families.toSorted((a, b) => lackOf(a, missing) - lackOf(b, missing));
    return joined(
      clusters.map((cluster) => {
        if (base.covers(cluster)) return { text: cluster, face: base };
        const other = preferred.flatMap((family) => family(cluster) ?? [])[0];
        return other === undefined ? { text: UNKNOWN, face: base } : { text: cluster, face: other };
      }),
    );
  };
};

type Piece = ReturnType<ChooseFaces>[number];

const joined = (pieces: readonly Piece[]): readonly Piece[] => {
  const runs: Piece[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last?.face === piece.face) runs[runs.length - 1] = { text: last.text + piece.text, face: piece.face };
    else runs.push(piece);
  }
  return runs;
};

/** The face of a family that covers a cluster, if one does. */
type Family = (cluster: string) => Face | null;

const lackOf = (family: Family, clusters: readonly string[]): number =>
  clusters.filter((cluster) => family(cluster) === null).length;

const openFace = (path: string): Face => {
  const font = openSync(path);
  if (!('hasGlyphForCodePoint' in font)) throw new Error(`${path} is a collection of fonts`);
  return { path, covers: (text) => coversAll(font, text) };
};

const coversAll = (font: Font, text: string): boolean =>
  [...text.replace(SHAPELESS, '')].every((character) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0));

type Subset = { readonly file: string; readonly ranges: readonly (readonly [first: number, last: number])[] };

const openFamily = (family: string, face: (specifier: string) => Face): Family => {
  const subsets = subsetsOf(family);
  const found = new Map<string, Face | null>();
  const search = (cluster: string): Face | null => {
    const first = cluster.codePointAt(0) ?? 0;
    const likely = subsets.filter(({ ranges }) => ranges.some(([from, to]) => first >= from && first <= to));
    return likely.map(({ file }) => face(file)).find(({ covers }) => covers(cluster)) ?? null;
  };
  return (cluster) => {
    const known = found.get(cluster);
    if (known !== undefined) return known;
    const searched = search(cluster);
    found.set(cluster, searched);
    return searched;
  };
};

/** As the package says: which file has which code points, as in `"[12]": "U+2d,U+3041-3096"`. */
const subsetsOf = (family: string): readonly Subset[] => {
  const path = fileURLToPath(import.meta.resolve(`@fontsource/${family}/unicode.json`));
  const ranges = JSON.parse(readFileSync(path, 'utf8')) as { readonly [subset: string]: string };
  return Object.entries(ranges).map(([subset, text]) => ({
    file: `@fontsource/${family}/files/${family}-${subset.replace(/[[\]]/g, '')}-400-normal.woff`,
    ranges: text.split(',').map(rangeOf),
  }));
};

const rangeOf = (text: string): readonly [number, number] => {
  const [first = '', last = first] = text.replace('U+', '').split('-');
  return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
};
