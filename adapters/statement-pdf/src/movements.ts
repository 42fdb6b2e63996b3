import { micros } from '@backline/core/kernel';
import type { Statement } from '@backline/core/payout';
import { dayText, monthText, wholeText } from './figures.ts';
import { COLORS, PAGE, RIGHT, STYLES } from './look.ts';
import type { Paper } from './paper.ts';

type Amount = Statement['balance']['opening'];
type Movement = { readonly what: string; readonly note: string; readonly amount: Amount };

const ROW = 15;
const NOTE_AT = PAGE.margin + 190;
const NOTE_WIDTH = RIGHT - 90 - NOTE_AT;

/** What happened beside the month's plays: debts that it paid, corrections, transfers. Nothing where there is none. */
export const drawMovements = (paper: Paper, { debtsPaid, adjustments, transfers }: Statement): void => {
  drawList(
    paper,
    'Deferred earnings that were paid now',
    debtsPaid.map(({ origin, trackId, amount }) => ({
      what: `Deferred in ${monthText(origin)}`,
      note: `track ${trackId}`,
      amount,
    })),
  );
  drawList(
    paper,
    'Corrections of earlier statements',
    adjustments.map(({ reason, origin, trackId, plays, adjustmentId, balance, deferred }) => ({
      what: `${wholeText(plays)} plays of ${monthText(origin)}`,
      note: `${reason}, track ${trackId}, ${adjustmentId}`,
      amount: micros(balance + deferred),
    })),
  );
  drawList(
    paper,
    'Transfers',
    transfers.map(({ transferId, state, at, net, withheld }) => ({
      what: `${state === 'sent' ? 'Sent' : 'Returned'} on ${dayText(at)}`,
      note: withheld === 0n ? transferId : `${transferId}, with tax withheld`,
      amount: micros(state === 'sent' ? -(net + withheld) : net + withheld),
    })),
  );
};

/** The lines of the two balances: what there was, what became of it, what there is. */
export const drawBalances = (paper: Paper, { balance, deferred }: Statement): void => {
  drawSum(paper, 'Balance: yours, and not sent yet', [
    ['At the end of the statement before', balance.opening],
    ['Earned and funded', balance.funded],
    ['Deferred earnings that were paid', balance.deferredPaid],
    ['Corrections', balance.adjusted],
    ['Transferred and withheld', micros(-balance.transferred)],
    ['Balance', balance.closing],
  ]);
  drawSum(paper, 'Deferred: owed to you, paid out of later months’ surplus, oldest first', [
    ['At the end of the statement before', deferred.opening],
    ['Deferred now', deferred.added],
    ['Paid now', micros(-deferred.paid)],
    ['Corrections', deferred.adjusted],
    ['Still deferred', deferred.closing],
  ]);
};

const drawList = (paper: Paper, heading: string, movements: readonly Movement[]): void => {
  if (movements.length === 0) return;
  drawHeading(paper, heading, ROW);
  for (const { what, note, amount } of movements) {
    paper.need(ROW);
    const y = paper.y() + 10.5;
    paper.draw(what, STYLES.body, PAGE.margin, y);
    paper.draw(paper.wrap(note, STYLES.small, NOTE_WIDTH, 1)[0] ?? '', STYLES.small, NOTE_AT, y);
    paper.drawAmount(amount, RIGHT, y);
    paper.moveDown(ROW);
    paper.rule(paper.y());
  }
  paper.moveDown(20);
};

const drawSum = (paper: Paper, heading: string, lines: readonly (readonly [string, Amount])[]): void => {
  drawHeading(paper, heading, lines.length * ROW);
  for (const [index, [what, amount]] of lines.entries()) {
    const isLast = index === lines.length - 1;
    if (isLast) paper.rule(paper.y(), COLORS.ink, 0.8);
    const y = paper.y() + (isLast ? 13 : 10.5);
    paper.draw(what, isLast ? STYLES.strong : STYLES.body, PAGE.margin, y);
    paper.drawAmount(amount, RIGHT, y, { shown: isLast ? STYLES.strong : STYLES.body, beyond: STYLES.beyond });
    paper.moveDown(ROW);
  }
  paper.moveDown(22);
};

const drawHeading = (paper: Paper, heading: string, following: number): void => {
  paper.need(26 + following);
  paper.draw(heading, STYLES.heading, PAGE.margin, paper.y() + 8);
  paper.moveDown(14);
  paper.rule(paper.y());
};
