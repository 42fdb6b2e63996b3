import type { Statement, StatementTrack } from '@backline/core/payout';
import { total } from './amounts.ts';
import { amountText, monthText, percentText, wholeText } from './figures.ts';
import { COLORS, PAGE, RIGHT, STYLES } from './look.ts';
import type { Paper } from './paper.ts';

/** Right edges of the columns of figures; the title fills what is left of them. */
const EDGES = { plays: 290, perPlay: 356, whole: 434, share: 476, amount: RIGHT } as const;
const TITLE_WIDTH = EDGES.plays - 50 - PAGE.margin;
const LINE = 11;
const ROW_GAP = 5;

/** R3 in an artist's words. */
const NOT_PAID: { readonly [V in keyof StatementTrack['plays'][number]['unpaid']]-?: string } = {
  'too-short': 'too short',
  'self-play': 'by the artist',
  unfunded: 'without a paid subscription',
  'daily-cap': 'beyond the daily cap',
  overlapping: 'overlapping others',
  held: 'held',
  'too-late': 'reported too late',
};

const VERDICTS = Object.keys(NOT_PAID) as readonly (keyof typeof NOT_PAID)[];

type Line = { readonly plays: string; readonly perPlay: string };

/** What each track earned, and the artist's share of it; goes on over any number of pages. */
export const drawTracks = (paper: Paper, { tracks, period, currency }: Statement): void => {
  if (tracks.length === 0) return;
  paper.need(70);
  paper.draw('Tracks', STYLES.heading, PAGE.margin, paper.y() + 8);
  paper.moveDown(16);
  drawHead(paper, currency);
  for (const track of tracks) drawTrack(paper, track, { period, currency });

  if (paper.need(24)) drawHead(paper, currency);
  paper.rule(paper.y(), COLORS.ink, 0.8);
  const y = paper.y() + 13;
  paper.draw('Total', STYLES.strong, PAGE.margin, y);
  paper.drawRight(wholeText(playsOf(tracks)), STYLES.strong, EDGES.plays, y);
  paper.drawAmount(total(tracks.map(({ trackNominal }) => trackNominal)), EDGES.whole, y);
  paper.drawAmount(total(tracks.map(({ nominal }) => nominal)), EDGES.amount, y, {
    shown: STYLES.strong,
    beyond: STYLES.beyond,
  });
  paper.moveDown(38);
};

const drawHead = (paper: Paper, currency: string): void => {
  const y = paper.y() + 9;
  paper.draw('Title', STYLES.label, PAGE.margin, y);
  paper.drawRight('Paid plays', STYLES.label, EDGES.plays, y);
  paper.drawRight('Per play', STYLES.label, EDGES.perPlay, y);
  paper.drawRight('Track earned', STYLES.label, EDGES.whole, y);
  paper.drawRight('Share', STYLES.label, EDGES.share, y);
  paper.drawRight(`Yours, ${currency}`, STYLES.label, EDGES.amount, y);
  paper.moveDown(14);
  paper.rule(paper.y());
};

const drawTrack = (
  paper: Paper,
  track: StatementTrack,
  { period, currency }: Pick<Statement, 'period' | 'currency'>,
): void => {
  const titles = paper.wrap(track.title === '' ? `Track ${track.trackId}` : track.title, STYLES.body, TITLE_WIDTH, 2);
  const notes = notesOf(track, period).flatMap((note) => paper.wrap(note, STYLES.small, TITLE_WIDTH, 2));
  const lines = linesOf(track);
  const height = Math.max(titles.length + notes.length, lines.length, track.deferred > 0n ? 2 : 1) * LINE + ROW_GAP;
  if (paper.need(height)) drawHead(paper, currency);

  const baseline = (line: number): number => paper.y() + LINE * (line + 1);
  for (const [index, title] of titles.entries()) paper.draw(title, STYLES.body, PAGE.margin, baseline(index));
  for (const [index, note] of notes.entries())
    paper.draw(note, STYLES.small, PAGE.margin, baseline(titles.length + index) - 1);
  for (const [index, { plays, perPlay }] of lines.entries()) {
    paper.drawRight(plays, STYLES.body, EDGES.plays, baseline(index));
    paper.drawRight(perPlay, STYLES.body, EDGES.perPlay, baseline(index));
  }
  paper.drawAmount(track.trackNominal, EDGES.whole, baseline(0));
  paper.drawRight(percentText(track.shareBasisPoints), STYLES.body, EDGES.share, baseline(0));
  paper.drawAmount(track.nominal, EDGES.amount, baseline(0));
  if (track.deferred > 0n)
    paper.drawRight(`deferred ${amountText(track.deferred)}`, STYLES.small, EDGES.amount, baseline(1) - 1);
  paper.moveDown(height);
  paper.rule(paper.y());
};

/** One for each month that plays are of: more than one where some came too late for theirs. */
const linesOf = ({ plays }: StatementTrack): readonly Line[] =>
  plays.map(({ payable, perPlay }) => ({ plays: wholeText(payable), perPlay: amountText(perPlay) }));

const notesOf = (
  { trackId, splitVersion, accepted, plays }: StatementTrack,
  period: Statement['period'],
): readonly string[] => [
  [`track ${trackId}`, ...(splitVersion === null ? [] : [`split ${splitVersion}`])].join(' · '),
  ...(accepted ? [] : ['kept for you until you accept the split']),
  ...plays.flatMap(({ playedIn, payable, unpaid }) => [
    ...(playedIn === period
      ? []
      : [`${wholeText(payable)} played in ${monthText(playedIn)}, reported too late for it`]),
    ...unpaidNote(unpaid),
  ]),
];

const unpaidNote = (unpaid: StatementTrack['plays'][number]['unpaid']): readonly string[] => {
  const counts = VERDICTS.flatMap((verdict) => {
    const count = unpaid[verdict];
    return count === undefined ? [] : [`${wholeText(count)} ${NOT_PAID[verdict]}`];
  });
  return counts.length === 0 ? [] : [`not paid: ${counts.join(', ')}`];
};

const playsOf = (tracks: Statement['tracks']): number =>
  tracks.flatMap(({ plays }) => plays).reduce((sum, { payable }) => sum + payable, 0);
