import { type Micros, micros } from '../kernel/index.ts';
import { moneyText } from './money-text.ts';
import type { Statement, StatementTrack } from './statement.ts';

const COLUMNS = [
  'kind',
  'period',
  'trackId',
  'title',
  'splitVersion',
  'playedIn',
  'verdict',
  'plays',
  'perPlay',
  'shareBasisPoints',
  'currency',
  'amount',
  'reference',
] as const;

type Row = { readonly [column in (typeof COLUMNS)[number]]?: string | number | null };

/**
 * A statement as a table (RFC 4180), one amount a row, in units of the currency with six decimals.
 *
 * The rows of kind `balance-opening`, `funded`, `deferred-paid`, `adjustment`, `transfer` and `withheld` add up to
 * `balance-closing`; `plays` are of whole tracks, `nominal` is the artist's share.
 */
export const statementCsv = (statement: Statement): string => {
  const { period, currency, tracks, debtsPaid, adjustments, transfers, balance, deferred } = statement;
  const rows: readonly Row[] = [
    row('balance-opening', balance.opening),
    ...tracks.flatMap(trackRows),
    ...debtsPaid.map(({ origin, trackId, splitVersion, amount }) => ({
      ...row('deferred-paid', amount),
      trackId,
      splitVersion,
      playedIn: origin,
    })),
    ...adjustments.flatMap(({ adjustmentId, reason, origin, trackId, plays, ...changed }) => {
      const what = { trackId, playedIn: origin, plays: -plays, verdict: reason, reference: adjustmentId };
      return [
        { ...row('adjustment', changed.balance), ...what },
        { ...row('adjustment-deferred', changed.deferred), ...what },
      ];
    }),
    ...transfers.flatMap(({ transferId, state, net, withheld }) => {
      const sign = state === 'sent' ? -1n : 1n;
      return [
        { ...row('transfer', micros(sign * net)), verdict: state, reference: transferId },
        { ...row('withheld', micros(sign * withheld)), verdict: state, reference: transferId },
      ];
    }),
    row('balance-closing', balance.closing),
    row('deferred-opening', deferred.opening),
    row('deferred-closing', deferred.closing),
  ];
  return [COLUMNS, ...rows.map((each) => COLUMNS.map((column) => cell({ period, currency, ...each }[column])))]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');
};

const row = (kind: string, amount: Micros): Row => ({ kind, amount: moneyText(amount) });

const trackRows = (track: StatementTrack): readonly Row[] => {
  const { trackId, title, splitVersion, shareBasisPoints } = track;
  const of = { trackId, title: inert(title), splitVersion };
  const share = { ...of, shareBasisPoints };
  return [
    ...track.plays.flatMap(({ playedIn, perPlay, payable, unpaid }) => [
      {
        ...row('plays', micros(perPlay * BigInt(payable))),
        ...of,
        playedIn,
        verdict: 'payable',
        plays: payable,
        perPlay: moneyText(perPlay),
      },
      ...Object.entries(unpaid).map(([verdict, plays]) => ({
        ...row('plays', micros(0n)),
        ...of,
        playedIn,
        verdict,
        plays,
      })),
    ]),
    { ...row('nominal', track.nominal), ...share },
    { ...row('funded', track.funded), ...share },
    { ...row('deferred', track.deferred), ...share },
  ];
};

/** A spreadsheet takes a text that begins so for a formula. */
const inert = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const cell = (value: string | number | null | undefined): string => {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
