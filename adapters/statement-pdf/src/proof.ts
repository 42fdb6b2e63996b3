import type { IssuedStatement } from '@backline/core/payout';
import { COLORS, CONTENT_WIDTH, PAGE, STYLES } from './look.ts';
import type { Paper } from './paper.ts';

const LINE = 11.5;
const HEIGHT = 124;

/** The digest, and how anybody can find it again. */
export const drawProof = (paper: Paper, { statement, digest }: IssuedStatement): void => {
  paper.need(HEIGHT);
  paper.box(PAGE.margin, paper.y(), CONTENT_WIDTH, HEIGHT - 8, COLORS.tint);
  const x = PAGE.margin + 12;
  let y = paper.y() + 18;
  const line = (text: string, style: (typeof STYLES)[keyof typeof STYLES] = STYLES.label): void => {
    paper.draw(text, style, x, y);
    y += LINE;
  };
  line('How to verify this statement', STYLES.heading);
  y += 2;
  line('SHA-256 of this statement, and of the one before it:');
  line(digest, STYLES.digest);
  line(statement.previous ?? 'none: this is the first', STYLES.digest);
  y += 3;
  line(`The statement itself is attached to this file as ${documentName(statement)}, and downloaded from`);
  line(
    `/payouts/statements/${statement.period} with “Accept: application/vnd.backline.statement+json”. It is canonical JSON (RFC 8785);`,
  );
  line(
    'the digest is of all of it but the member “digest”. Whether it is unchanged, adds up, and follows the one before,',
  );
  line(`“npm run ops -- statement verify ${documentName(statement)} …” finds out with nothing but the files.`);
  paper.moveDown(HEIGHT);
};

export const documentName = ({ artistId, period }: IssuedStatement['statement']): string =>
  `statement-${artistId}-${period}.json`;
