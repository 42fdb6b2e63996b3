import type { Statement } from '@backline/core/payout';
import { amountParts } from './figures.ts';
import { COLORS, PAGE, RIGHT, STYLES } from './look.ts';
import type { Style, Typesetter } from './typesetter.ts';

/** Pages that are filled from top to bottom. */
export type Paper = Typesetter & {
  /** Where the next thing goes. */
  readonly y: () => number;
  readonly moveDown: (by: number) => void;
  /** Goes to the next page where less than the height is left; says whether it did. */
  readonly need: (height: number) => boolean;
  readonly drawRight: (text: string, style: Style, right: number, y: number) => void;
  /** Exact, aligned at its last digit, those beyond the hundredths fainter. */
  readonly drawAmount: (amount: Amount, right: number, y: number, look?: AmountLook) => void;
  readonly rule: (y: number, color?: string, width?: number) => void;
  readonly box: (x: number, y: number, width: number, height: number, color: string) => void;
};

type Amount = Statement['balance']['opening'];
type AmountLook = { readonly shown: Style; readonly beyond: Style };

export const paperOn = (doc: PDFKit.PDFDocument, text: Typesetter): Paper => {
  let y: number = PAGE.margin;
  const bottom = PAGE.height - PAGE.margin - PAGE.footer;

  const drawRight: Paper['drawRight'] = (words, style, right, at) =>
    text.draw(words, style, right - text.widthOf(words, style), at);

  return {
    ...text,
    y: () => y,
    moveDown: (by) => {
      y += by;
    },
    need: (height) => {
      if (y + height <= bottom) return false;
      doc.addPage();
      y = PAGE.margin;
      return true;
    },
    drawRight,
    drawAmount: (amount, right, at, { shown, beyond } = { shown: STYLES.body, beyond: STYLES.beyond }) => {
      const [main, rest] = amountParts(amount);
      const restWidth = text.widthOf(rest, beyond);
      drawRight(main, shown, right - restWidth, at);
      text.draw(rest, beyond, right - restWidth, at);
    },
    rule: (at, color = COLORS.rule, width = 0.6) => {
      doc.lineWidth(width).strokeColor(color).moveTo(PAGE.margin, at).lineTo(RIGHT, at).stroke();
    },
    box: (x, top, width, height, color) => {
      doc.roundedRect(x, top, width, height, 3).fill(color);
    },
  };
};
