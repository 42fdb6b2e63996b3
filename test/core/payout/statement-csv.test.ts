import { expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { USD, micros, month } from '@backline/core/kernel';
import {
  STATEMENT_SCHEMA,
  type Statement,
  type StatementTrack,
  type StatementTransfer,
  statementCsv,
} from '@backline/core/payout';

const [SEPTEMBER, OCTOBER] = [month('2026-09'), month('2026-10')];

const track = (title: string, changes: Partial<StatementTrack> = {}): StatementTrack => ({
  trackId: 11 as TrackId,
  title,
  splitVersion: null,
  shareBasisPoints: 10_000,
  accepted: true,
  plays: [],
  trackNominal: micros(0n),
  nominal: micros(3n),
  funded: micros(2n),
  deferred: micros(1n),
  ...changes,
});

const transfer = (state: StatementTransfer['state']): StatementTransfer => ({
  transferId: 'tr_1',
  state,
  at: '2026-10-20T00:00:00.000Z',
  net: micros(1_500_000n),
  withheld: micros(2n),
});

const statement = (lines: Partial<Statement>): Statement => ({
  schema: STATEMENT_SCHEMA,
  artistId: 7 as UserId,
  sequence: 1,
  previous: null,
  period: OCTOBER,
  currency: USD,
  closedAt: '2026-11-10T00:00:00.000Z',
  policyVersion: 1,
  tracks: [],
  debtsPaid: [],
  adjustments: [],
  transfers: [],
  balance: {
    opening: micros(1n),
    funded: micros(0n),
    deferredPaid: micros(0n),
    adjusted: micros(0n),
    transferred: micros(0n),
    closing: micros(-2n),
  },
  deferred: { opening: micros(3n), added: micros(0n), paid: micros(0n), adjusted: micros(0n), closing: micros(4n) },
  ...lines,
});

/** Without the rows that every statement has, and without the month and currency that every row has. */
const rowsOf = (lines: Partial<Statement>): readonly string[] =>
  statementCsv(statement(lines))
    .split('\r\n')
    .slice(2, -4)
    .map((row) => row.replace(',2026-10,', '|').replace(',USD,', '|'));

test('a statement without a line has its balances', () => {
  expect(statementCsv(statement({}))).toBe(
    [
      'kind,period,trackId,title,splitVersion,playedIn,verdict,plays,perPlay,shareBasisPoints,currency,amount,reference',
      'balance-opening,2026-10,,,,,,,,,USD,0.000001,',
      'balance-closing,2026-10,,,,,,,,,USD,-0.000002,',
      'deferred-opening,2026-10,,,,,,,,,USD,0.000003,',
      'deferred-closing,2026-10,,,,,,,,,USD,0.000004,',
      '',
    ].join('\r\n'),
  );
});

test('a track has a row for each month and verdict, and one for each of its amounts', () => {
  const plays = [
    {
      playedIn: SEPTEMBER,
      rateVersion: 1 as never,
      perPlay: micros(8_000n),
      payable: 3,
      unpaid: { 'too-short': 2, held: 1 },
    },
  ];
  expect(rowsOf({ tracks: [track('Song', { plays, splitVersion: 4 as never, shareBasisPoints: 2_500 })] })).toEqual([
    'plays|11,Song,4,2026-09,payable,3,0.008000,|0.024000,',
    'plays|11,Song,4,2026-09,too-short,2,,|0.000000,',
    'plays|11,Song,4,2026-09,held,1,,|0.000000,',
    'nominal|11,Song,4,,,,,2500|0.000003,',
    'funded|11,Song,4,,,,,2500|0.000002,',
    'deferred|11,Song,4,,,,,2500|0.000001,',
  ]);
});

test('old debts, corrections and transfers say what they are of', () => {
  const of = { origin: SEPTEMBER, trackId: 11 as TrackId };
  expect(
    rowsOf({
      debtsPaid: [{ ...of, splitVersion: 4 as never, amount: micros(5n) }],
      adjustments: [
        { ...of, adjustmentId: 'f1', reason: 'fraud', plays: 2, balance: micros(-2n), deferred: micros(-1n) },
      ],
      transfers: [transfer('sent'), transfer('returned')],
    }),
  ).toEqual([
    'deferred-paid|11,,4,2026-09,,,,|0.000005,',
    'adjustment|11,,,2026-09,fraud,-2,,|-0.000002,f1',
    'adjustment-deferred|11,,,2026-09,fraud,-2,,|-0.000001,f1',
    'transfer|,,,,sent,,,|-1.500000,tr_1',
    'withheld|,,,,sent,,,|-0.000002,tr_1',
    'transfer|,,,,returned,,,|1.500000,tr_1',
    'withheld|,,,,returned,,,|0.000002,tr_1',
  ]);
});

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@home', "'@home"],
  ['\ttab', "'\ttab"],
  ['\rreturn', '"\'\rreturn"'],
  ['1+1=2', '1+1=2'],
  ['a, b', '"a, b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ["it's", "it's"],
])('the title %j is %j, and no formula', (title, cell) => {
  expect(statementCsv(statement({ tracks: [track(title)] }))).toContain(`\r\nnominal,2026-10,11,${cell},,,`);
});
