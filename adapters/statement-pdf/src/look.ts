import type { Style } from './typesetter.ts';

/** A4, in points. */
export const PAGE = { width: 595.28, height: 841.89, margin: 48, footer: 40 } as const;
export const CONTENT_WIDTH = PAGE.width - 2 * PAGE.margin;
export const RIGHT = PAGE.width - PAGE.margin;

export const COLORS = {
  ink: '#1a2027',
  grey: '#69727d',
  faint: '#98a1ab',
  rule: '#d8dde3',
  accent: '#0b6e69',
  tint: '#eef5f4',
};

const { ink, grey, faint, accent } = COLORS;

export const STYLES = {
  brand: { weight: 'bold', size: 15, color: accent },
  title: { weight: 'bold', size: 19, color: ink },
  name: { weight: 'bold', size: 12, color: ink },
  heading: { weight: 'bold', size: 10.5, color: ink },
  body: { weight: 'regular', size: 8.6, color: ink },
  strong: { weight: 'bold', size: 8.6, color: ink },
  beyond: { weight: 'regular', size: 8.6, color: faint },
  label: { weight: 'regular', size: 7.6, color: grey },
  small: { weight: 'regular', size: 7.2, color: grey },
  figure: { weight: 'bold', size: 13.5, color: ink },
  figureBeyond: { weight: 'regular', size: 13.5, color: faint },
  digest: { weight: 'mono', size: 7.6, color: ink },
} as const satisfies { readonly [name: string]: Style };
