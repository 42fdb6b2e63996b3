import { afterAll, describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { USD, micros, month } from '@backline/core/kernel';
import {
  type IssuedStatement,
  STATEMENT_SCHEMA,
  type Statement,
  type StatementTrack,
  balances,
  issue,
  verifyStatements,
} from '@backline/core/payout';
import { pdfStatementPrinter } from '@backline/statement-pdf';
import { sha256 } from '../arbitraries/statement-chain.ts';
import { readPdf } from '../support/pdf.ts';

const printer = pdfStatementPrinter();

afterAll(() => printer.close());

const PERIOD = month('2026-10');

const trackOf = (number: number, changes: Partial<StatementTrack> = {}): StatementTrack => ({
  trackId: number as TrackId,
  title: `Song ${number}`,
  splitVersion: null,
  shareBasisPoints: 10_000,
  accepted: true,
  plays: [{ playedIn: PERIOD, rateVersion: 1 as never, perPlay: micros(8_000n), payable: 25_063, unpaid: {} }],
  trackNominal: micros(200_504_000n),
  nominal: micros(200_504_000n),
  funded: micros(200_504_000n),
  deferred: micros(0n),
  ...changes,
});

const statementOf = (changes: Partial<Statement>): IssuedStatement => {
  const lines = { tracks: [trackOf(1)], debtsPaid: [], adjustments: [], transfers: [], ...changes };
  return issue(
    {
      schema: STATEMENT_SCHEMA,
      artistId: 7 as UserId,
      sequence: 1,
      previous: null,
      period: PERIOD,
      currency: USD,
      closedAt: '2026-11-10T00:00:00.000Z',
      policyVersion: 1,
      ...lines,
      ...balances(lines, null),
    },
    sha256,
  );
};

const printed = async (issued: IssuedStatement, artistName = 'The Harbour Lights') =>
  readPdf(await printer.print(issued, artistName));

describe('a printed statement', () => {
  test('says whose it is, of what, every figure to the last micro, and its digest', async () => {
    const issued = statementOf({
      tracks: [
        trackOf(1, {
          splitVersion: 4 as never,
          shareBasisPoints: 3_333,
          accepted: false,
          plays: [
            { playedIn: month('2026-09'), rateVersion: 1 as never, perPlay: micros(7_000n), payable: 2, unpaid: {} },
            {
              playedIn: PERIOD,
              rateVersion: 2 as never,
              perPlay: micros(8_000n),
              payable: 1_250,
              unpaid: { 'too-short': 3, 'daily-cap': 1_001 },
            },
          ],
          trackNominal: micros(10_014_000n),
          nominal: micros(3_337_667n),
          funded: micros(3_337_660n),
          deferred: micros(7n),
        }),
      ],
      debtsPaid: [{ origin: month('2026-08'), trackId: 2 as TrackId, splitVersion: null, amount: micros(5n) }],
      adjustments: [
        {
          adjustmentId: 'finding-1',
          reason: 'fraud',
          origin: month('2026-07'),
          trackId: 3 as TrackId,
          plays: 40,
          balance: micros(-320_000n),
          deferred: micros(-1n),
        },
      ],
      transfers: [
        {
          transferId: 'tr_1',
          state: 'sent',
          at: '2026-10-21T10:00:00.000Z',
          net: micros(1_234_560_000n),
          withheld: micros(7n),
        },
      ],
    });
    const { pages, title } = await printed(issued);
    const text = pages.join('\n');
    expect(title).toBe('Statement of earnings, October 2026');
    for (const words of [
      'The Harbour Lights',
      'Artist 7',
      'no. 1',
      '1–31 October 2026, UTC',
      '10 November 2026',
      '33.33 %',
      'kept for you until you accept the split',
      '2 played in September 2026',
      'not paid: 3 too short, 1,001 beyond the daily cap',
      '0.007000',
      '1,250',
      '10.014000',
      '3.337667',
      'deferred 0.000007',
      'Deferred in August 2026',
      '0.000005',
      '40 plays of July 2026',
      '−0.320001',
      'Sent on 21 October 2026',
      '−1,234.560007',
      '−1,231.542342',
      issued.digest,
      'none: this is the first',
    ])
      expect(text).toContain(words);
  });

  test('carries the file that its verifier needs', async () => {
    const issued = statementOf({});
    const { attachments } = await printed(issued);
    expect(attachments).toEqual({ 'statement-7-2026-10.json': issued.document });
    expect(verifyStatements(Object.values(attachments), sha256).problems).toEqual([]);
  });

  test('goes on over as many pages as it has tracks for, each with its number and the columns', async () => {
    const tracks = Array.from({ length: 120 }, (_, index) => trackOf(index + 1));
    const { pages } = await printed(statementOf({ tracks }));
    expect(pages.length).toBeGreaterThan(3);
    for (const [index, page] of pages.entries()) expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    for (const page of pages.slice(0, -1)) expect(page).toContain('Paid plays');
    const text = pages.join('\n');
    for (const { title } of tracks) expect(text.split('\n')).toContain(title);
    expect(text).toContain('3,007,560');
    expect(text).toContain('24,060.480000');
  });

  test.each([
    ['Latin', 'Ünïcödé Ŝtüçk'],
    ['Greek', 'Ξημέρωμα'],
    ['Cyrillic', 'Весна'],
    ['Japanese', '夜明けのうた'],
    ['Korean', '비 오는 밤'],
    ['Chinese', '北京的冬天'],
    ['Thai', 'เพลงรัก'],
    ['Armenian', 'Գարուն'],
    ['Georgian', 'გაზაფხული'],
  ])('has the letters of %s', async (_, title) => {
    const { pages } = await printed(statementOf({ tracks: [trackOf(1, { title })] }), title);
    expect(pages[0]?.split(title).length).toBe(3);
    expect(pages[0]).not.toContain('□');
  });

  test.each([
    ['Hebrew', 'שיר (חדש) 12', /שיר/],
    ['Arabic', 'مرحبا بالعالم', /مرحبا بالعالم/],
    ['Devanagari', 'सुबह का गीत', /का/],
  ])('has the letters of %s', async (_, title, seen) => {
    const { pages } = await printed(statementOf({ tracks: [trackOf(1, { title })] }));
    expect(pages[0]).toMatch(seen);
    expect(pages[0]).not.toContain('□');
  });

  test('shows one box for what no font has, and ends a title that is too long with an ellipsis', async () => {
    const titles = ['A 👩‍🎤 B', 'w'.repeat(200), 'two\r\nlines\u2028\u0000 and \u202eturned'];
    const { pages } = await printed(
      statementOf({ tracks: titles.map((title, index) => trackOf(index + 1, { title })) }),
    );
    expect(pages[0]).toContain('A □ B');
    expect(pages[0]).toMatch(/^w+\nw+…$/m);
    expect(pages[0]).toContain('two lines');
  });

  test('again is the same to the byte, also several at once', async () => {
    const issued = statementOf({ tracks: [trackOf(1, { title: '夜明け שיר Song' })] });
    const bytes = await Promise.all([1, 2, 3].map(() => printer.print(issued, 'A')));
    expect(new Set(bytes.map((each) => Buffer.from(each).toString('base64'))).size).toBe(1);
    expect(await printer.print(issued, 'B')).not.toEqual(bytes[0]);
  });

  test('without plays it still has its balances', async () => {
    const { pages } = await printed(
      statementOf({
        tracks: [],
        debtsPaid: [{ origin: month('2026-08'), trackId: 2 as TrackId, splitVersion: null, amount: micros(7_000n) }],
      }),
    );
    expect(pages).toHaveLength(1);
    expect(pages[0]).not.toContain('Paid plays');
    expect(pages[0]).toContain('0.007000');
  });
});

describe('the printer', () => {
  test('says so when a statement cannot be drawn, and goes on', async () => {
    const { statement, ...rest } = statementOf({});
    const broken = { ...rest, statement: { ...statement, tracks: null as never } };
    await expect(printer.print(broken, 'A')).rejects.toThrow(/could not be drawn/);
    await expect(printer.print(statementOf({}), 'A')).resolves.toBeInstanceOf(Uint8Array);
  });

  test('closed under way, it fails what it had not drawn, and begins again when asked', async () => {
    const other = pdfStatementPrinter();
    const drawing = other.print(statementOf({}), 'A');
    drawing.catch(() => undefined);
    await other.close();
    await expect(drawing).rejects.toThrow(/has ended/);
    await expect(other.print(statementOf({}), 'A')).resolves.toBeInstanceOf(Uint8Array);
    await other.close();
  });
});
