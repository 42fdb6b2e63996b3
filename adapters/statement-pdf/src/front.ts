import type { IssuedStatement } from '@backline/core/payout';
import { total } from './amounts.ts';
import { dayText, monthText, spanText } from './figures.ts';
import { COLORS, CONTENT_WIDTH, PAGE, RIGHT, STYLES } from './look.ts';
import type { Paper } from './paper.ts';

/** Whom it is for, of what, and the four figures that most people look for. */
export const drawFront = (paper: Paper, { statement }: IssuedStatement, artistName: string): void => {
  const { period, currency, closedAt, sequence, artistId, policyVersion, tracks, balance, deferred } = statement;
  const top = paper.y();
  paper.draw('Backline', STYLES.brand, PAGE.margin, top + 14);
  paper.drawRight('Statement of earnings', STYLES.title, RIGHT, top + 15);
  paper.drawRight(`${monthText(period)} · ${currency}`, STYLES.label, RIGHT, top + 29);
  paper.rule(top + 40, COLORS.accent, 1.2);

  const name = paper.wrap(artistName, STYLES.name, CONTENT_WIDTH * 0.55, 2);
  for (const [index, line] of name.entries()) paper.draw(line, STYLES.name, PAGE.margin, top + 64 + index * 15);
  paper.draw(`Artist ${artistId}`, STYLES.label, PAGE.margin, top + 64 + name.length * 15 - 1);
  const facts: readonly (readonly [string, string])[] = [
    ['Statement', `no. ${sequence}`],
    ['Period', `${spanText(period)}, UTC`],
    ['Closed on', dayText(closedAt)],
    ['Rules', `version ${policyVersion}`],
  ];
  for (const [index, [label, value]] of facts.entries()) {
    const y = top + 59 + index * 12.5;
    paper.draw(label, STYLES.label, RIGHT - 190, y);
    paper.drawRight(value, STYLES.body, RIGHT, y);
  }
  paper.moveDown(122);
  drawFigures(paper, [
    ['Earned by plays', total(tracks.map(({ nominal }) => nominal))],
    ['Funded', balance.funded],
    ['Deferred to later months', deferred.added],
    ['Balance after it', balance.closing],
  ]);
};

type Figure = readonly [label: string, amount: IssuedStatement['statement']['balance']['opening']];

const drawFigures = (paper: Paper, figures: readonly Figure[]): void => {
  const height = 46;
  const width = CONTENT_WIDTH / figures.length;
  paper.box(PAGE.margin, paper.y(), CONTENT_WIDTH, height, COLORS.tint);
  for (const [index, [label, amount]] of figures.entries()) {
    const right = PAGE.margin + (index + 1) * width - 12;
    paper.drawRight(label, STYLES.label, right, paper.y() + 16);
    paper.drawAmount(amount, right, paper.y() + 34, { shown: STYLES.figure, beyond: STYLES.figureBeyond });
  }
  paper.moveDown(height + 26);
};
