import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { USD, micros, month } from '@backline/core/kernel';
import {
  type Plain,
  STATEMENT_SCHEMA,
  type Statement,
  balances,
  canonicalJson,
  issue,
  parseStatement,
  verifyStatements,
} from '@backline/core/payout';
import { sha256 } from '../../arbitraries/statement-chain.ts';

const LINES: Pick<Statement, 'tracks' | 'debtsPaid' | 'adjustments' | 'transfers'> = {
  tracks: [
    {
      trackId: 11 as TrackId,
      title: 'Song',
      splitVersion: 4 as never,
      shareBasisPoints: 3_333,
      accepted: true,
      plays: [
        {
          playedIn: month('2026-10'),
          rateVersion: 1 as never,
          perPlay: micros(8_000n),
          payable: 3,
          unpaid: { 'too-short': 2 },
        },
      ],
      trackNominal: micros(24_000n),
      nominal: micros(7_999n),
      funded: micros(7_000n),
      deferred: micros(999n),
    },
  ],
  debtsPaid: [{ origin: month('2026-09'), trackId: 11 as TrackId, splitVersion: null, amount: micros(5n) }],
  adjustments: [
    {
      adjustmentId: 'f1',
      reason: 'fraud',
      origin: month('2026-09'),
      trackId: 11 as TrackId,
      plays: 1,
      balance: micros(-2n),
      deferred: micros(-1n),
    },
  ],
  transfers: [
    { transferId: 'tr_1', state: 'sent', at: '2026-10-20T00:00:00.000Z', net: micros(1n), withheld: micros(2n) },
  ],
};

const FIRST: Statement = {
  schema: STATEMENT_SCHEMA,
  artistId: 7 as UserId,
  sequence: 1,
  previous: null,
  period: month('2026-10'),
  currency: USD,
  closedAt: '2026-11-10T00:00:00.000Z',
  policyVersion: 1,
  ...LINES,
  ...balances(LINES, null),
};

const codes = (...documents: readonly string[]) =>
  verifyStatements(documents, sha256).problems.map(({ document, code, at }) => [document, code, at]);

const sealed = (statement: Statement): string => issue(statement, sha256).document;

/** With the member at the path replaced; `undefined` removes it. */
const having = (path: string, value: Plain | undefined): string => {
  const document = JSON.parse(sealed(FIRST)) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop()!;
  const holder = names.reduce((at, name) => at[name] as Record<string, unknown>, document);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return canonicalJson(document as Plain);
};

describe('a statement file', () => {
  test('is read as it was written', () => {
    const { document, digest } = issue(FIRST, sha256);
    expect(parseStatement(document)).toEqual({ ok: true, value: { statement: FIRST, digest, document } });
    expect(codes(document)).toEqual([]);
  });

  test('has the digest of what it says without it', () => {
    const { document, digest } = issue(FIRST, sha256);
    expect(digest).toBe(sha256(document.replace(`"digest":"${digest}",`, '')));
  });

  test.each(['', '{', 'null', '[]', '"statement"', '7', '{}'])('%j is none', (document) => {
    const parsed = parseStatement(document);
    expect(parsed.ok ? null : parsed.error.code).toBe(
      document === '' || document === '{' ? 'not-json' : 'not-a-statement',
    );
    expect(codes(document)).toHaveLength(1);
  });

  test.each([
    ['schema', 'backline-statement/2', 'schema'],
    ['artistId', 0, 'artistId'],
    ['artistId', '7', 'artistId'],
    ['sequence', 0, 'sequence'],
    ['sequence', 1.5, 'sequence'],
    ['previous', 'abc', 'previous'],
    ['period', '2026-13', 'period'],
    ['period', '2026-1', 'period'],
    ['currency', 'usd', 'currency'],
    ['currency', 'USDX', 'currency'],
    ['closedAt', '2026-11-10', 'closedAt'],
    ['policyVersion', undefined, 'policyVersion'],
    ['digest', 'A'.repeat(64), 'digest'],
    ['digest', 'a'.repeat(65), 'digest'],
    ['digest', undefined, 'digest'],
    ['more', 1, 'more'],
    ['toString', 1, 'toString'],
    ['tracks', {}, 'tracks'],
    ['tracks.0', null, 'tracks[0]'],
    ['tracks.0', 'Song', 'tracks[0]'],
    ['tracks.0', 5, 'tracks[0]'],
    ['tracks.0.title', 7, 'tracks[0].title'],
    ['tracks.0.shareBasisPoints', 0, 'tracks[0].shareBasisPoints'],
    ['tracks.0.shareBasisPoints', 10_001, 'tracks[0].shareBasisPoints'],
    ['tracks.0.accepted', 1, 'tracks[0].accepted'],
    ['tracks.0.nominal', 7_999, 'tracks[0].nominal'],
    ['tracks.0.nominal', '-7999', 'tracks[0].nominal'],
    ['tracks.0.nominal', '07999', 'tracks[0].nominal'],
    ['tracks.0.nominal', '7999 ', 'tracks[0].nominal'],
    ['tracks.0.plays.0.payable', -1, 'tracks[0].plays[0].payable'],
    ['tracks.0.plays.0.unpaid', [], 'tracks[0].plays[0].unpaid'],
    ['tracks.0.plays.0.unpaid.payable', 1, 'tracks[0].plays[0].unpaid.payable'],
    ['tracks.0.plays.0.unpaid.held', 0, 'tracks[0].plays[0].unpaid.held'],
    ['tracks.0.plays.0.unpaid.held', null, 'tracks[0].plays[0].unpaid.held'],
    ['debtsPaid.0.amount', '-5', 'debtsPaid[0].amount'],
    ['debtsPaid.0.splitVersion', undefined, 'debtsPaid[0].splitVersion'],
    ['adjustments.0.reason', 'mood', 'adjustments[0].reason'],
    ['adjustments.0.adjustmentId', '', 'adjustments[0].adjustmentId'],
    ['adjustments.0.balance', '-0', 'adjustments[0].balance'],
    ['adjustments.0.plays', 0, 'adjustments[0].plays'],
    ['transfers.0.state', 'lost', 'transfers[0].state'],
    ['transfers.0.at', '2026-10-20 00:00:00', 'transfers[0].at'],
    ['balance.closing', 1, 'balance.closing'],
    ['deferred.opening', '+1', 'deferred.opening'],
  ] as const)('with %s as %j is none, for that', (path, value, at) => {
    expect(codes(having(path, value))).toEqual([[0, 'not-a-statement', at]]);
  });

  test.each([
    ['sequence', 1],
    ['tracks.0.shareBasisPoints', 10_000],
    ['tracks.0.shareBasisPoints', 1],
    ['tracks.0.plays.0.payable', 0],
    [
      'tracks.0.plays.0.unpaid',
      { held: 1, 'too-short': 2, 'self-play': 1, unfunded: 1, 'daily-cap': 1, overlapping: 1, 'too-late': 1 },
    ],
    ['tracks.0.splitVersion', null],
    ['tracks.0.title', ''],
    ['transfers.0.state', 'returned'],
    ['tracks.0.accepted', false],
    ['tracks.0.nominal', '0'],
    ['adjustments.0.balance', '1000'],
  ] as const)('may have %s as %j', (path, value) => {
    expect(parseStatement(having(path, value)).ok).toBe(true);
  });

  test.each([
    ['white space', (document: string) => ` ${document}`],
    ['a line break at the end', (document: string) => `${document}\n`],
    [
      'members in another order',
      (document: string) => document.replace(/^\{("adjustments":\[.*?\]),("artistId":7),/, '{$2,$1,'),
    ],
    ['a member twice', (document: string) => document.replace('"artistId":7,', '"artistId":7,"artistId":7,')],
    ['an escape that need not be', (document: string) => document.replace('"Song"', '"\\u0053ong"')],
    ['a number in another form', (document: string) => document.replace('"artistId":7,', '"artistId":7.0,')],
  ])('with %s is not canonical', (_, change) => {
    const document = change(sealed(FIRST));
    expect(document).not.toBe(sealed(FIRST));
    expect(codes(document)).toEqual([[0, 'not-canonical', '']]);
  });

  test('with a number or text that has no JSON is none', () => {
    expect(codes(sealed(FIRST).replace('"artistId":7,', '"artistId":1e999,'))).toEqual([
      [0, 'not-a-statement', 'artistId'],
    ]);
    expect(codes(sealed(FIRST).replace('"Song"', '"\\ud800"'))).toEqual([[0, 'not-a-statement', 'tracks[0].title']]);
  });
});

describe('a chain of statements', () => {
  const first = issue(FIRST, sha256);
  const next = (changes: Partial<Statement> = {}, before = first): Statement => ({
    ...FIRST,
    sequence: before.statement.sequence + 1,
    previous: before.digest,
    period: month('2026-11'),
    ...balances(LINES, before.statement),
    ...changes,
  });
  const [track] = FIRST.tracks;

  const shared = (points: number, nominal: bigint): string => {
    const tracks = [
      {
        ...track!,
        shareBasisPoints: points,
        nominal: micros(nominal),
        funded: micros(nominal),
        deferred: micros(0n),
      },
    ];
    return sealed({ ...FIRST, tracks, ...balances({ ...LINES, tracks }, null) });
  };

  test('is in order', () => {
    const second = issue(next(), sha256);
    const third = issue(next({ period: month('2027-01') }, second), sha256);
    expect(verifyStatements([third.document, first.document, second.document], sha256)).toEqual({
      problems: [],
      chains: [{ artistId: 7, from: 1, until: 3 }],
    });
  });

  test('of nothing has no problem', () => {
    expect(verifyStatements([], sha256)).toEqual({ problems: [], chains: [] });
  });

  test.each([
    ['another digest before', next({ previous: 'a'.repeat(64) }), 'chain', 'previous'],
    ['no digest before', next({ previous: null }), 'chain', 'previous'],
    ['another currency', next({ currency: 'EUR' as never }), 'chain', 'currency'],
    ['the same month', next({ period: FIRST.period }), 'order', 'period'],
    ['an earlier month', next({ period: month('2026-09') }), 'order', 'period'],
    [
      'a gap',
      next({ sequence: 3, ...balances(LINES, { balance: next().balance, deferred: next().deferred }) }),
      'missing',
      'sequence',
    ],
    ['the same number', { ...FIRST, closedAt: '2026-11-11T00:00:00.000Z' }, 'twice', 'sequence'],
    ['another opening', next({ balance: balances(LINES, null).balance }), 'arithmetic', 'balance.opening'],
    ['another opening deferred', next({ deferred: balances(LINES, null).deferred }), 'arithmetic', 'deferred.opening'],
  ] as const)('with %s has a problem', (_, second, code, at) => {
    expect(codes(first.document, sealed(second))).toContainEqual([1, code, at]);
  });

  test('begins with nothing', () => {
    expect(codes(sealed({ ...FIRST, previous: 'a'.repeat(64) }))).toEqual([[0, 'chain', 'previous']]);
    const late = { ...FIRST, sequence: 2, previous: 'a'.repeat(64), ...balances(LINES, FIRST) };
    expect(codes(sealed(late))).toEqual([]);
    expect(codes(sealed({ ...late, sequence: 1, previous: null }))).toEqual([
      [0, 'arithmetic', 'balance.opening'],
      [0, 'arithmetic', 'balance.closing'],
      [0, 'arithmetic', 'deferred.opening'],
      [0, 'arithmetic', 'deferred.closing'],
    ]);
  });

  test.each([
    ['trackNominal', { trackNominal: micros(24_001n) }, 'tracks[0].trackNominal'],
    ['a share below its floor', { nominal: micros(7_998n), deferred: micros(998n) }, 'tracks[0].nominal'],
    ['a share above its ceiling', { nominal: micros(8_001n), deferred: micros(1_001n) }, 'tracks[0].nominal'],
    ['deferred', { deferred: micros(998n) }, 'tracks[0].deferred'],
    ['funded', { funded: micros(7_001n) }, 'tracks[0].deferred'],
  ])('says where %s is wrong', (_, change, at) => {
    expect(codes(sealed({ ...FIRST, tracks: [{ ...track!, ...change }] }))).toContainEqual([0, 'arithmetic', at]);
  });

  test('takes a share for the floor or the ceiling of its part', () => {
    // 24,000 × 3,333 ÷ 10,000 = 7,999.2, × 5,000 = 12,000
    expect([codes(shared(3_333, 7_999n)), codes(shared(3_333, 8_000n)), codes(shared(5_000, 12_000n))]).toEqual([
      [],
      [],
      [],
    ]);
    expect(codes(shared(5_000, 12_001n))).toEqual([[0, 'arithmetic', 'tracks[0].nominal']]);
  });

  test('says what was expected and what was found', () => {
    const wrong = sealed({ ...FIRST, balance: { ...FIRST.balance, closing: micros(1n) } });
    expect(verifyStatements(['', wrong], sha256).problems).toEqual([
      { document: 0, code: 'not-json', at: '', expected: 'a statement', found: '' },
      { document: 1, code: 'arithmetic', at: 'balance.closing', expected: '7000', found: '1' },
    ]);
    const told = (second: Statement) => verifyStatements([first.document, sealed(second)], sha256).problems;
    expect(told(next({ period: FIRST.period }))).toEqual([
      { document: 1, code: 'order', at: 'period', expected: 'after 2026-10', found: '2026-10' },
    ]);
    const twice = { document: 1, code: 'twice', at: 'sequence', expected: '', found: '1' };
    expect(told({ ...FIRST, closedAt: '2026-11-11T00:00:00.000Z' })).toContainEqual(twice);
  });

  test('tells the problems file by file', () => {
    const wrong = sealed({ ...FIRST, balance: { ...FIRST.balance, closing: micros(1n) } });
    const changed = having('policyVersion', 2);
    expect(codes(wrong, '')).toEqual([
      [0, 'arithmetic', 'balance.closing'],
      [1, 'not-json', ''],
    ]);
    expect(codes(changed, '', wrong).map(([document]) => document)).toEqual([0, 1, 2, 2]);
    expect(codes(changed)).toEqual([[0, 'digest', 'digest']]);
  });
});
