import { choice, formed, integer, line, list, named, nullable, object, optional, yesOrNo } from './fields.ts';
import { problem, route } from './route.ts';
import { UnpaidReason } from './streams.ts';
import { Count, Currency, Id, Micros, Period, Time, page, pageQuery } from './wire.ts';

/** Of a month's statement: no artist has more tracks than this that earn. */
const MOST_LINES = 100_000;

export const STATEMENT_DOCUMENT = 'application/vnd.backline.statement+json';

/** What a statement comes as, by the word that a query may ask with. */
export const STATEMENT_FORMATS = {
  json: 'application/json',
  csv: 'text/csv',
  pdf: 'application/pdf',
  document: STATEMENT_DOCUMENT,
} as const;

const Digest = formed('^[0-9a-f]{64}$', 64, 'a SHA-256 in lower-case hex', {
  description: 'Of the canonical JSON of the statement itself: of the document without its member `digest`.',
});

const StatementPlays = named(
  'StatementPlays',
  {
    playedIn: Period,
    payablePlays: Count,
    perPlayMicros: Micros,
    unpaid: list(object({ reason: UnpaidReason, plays: integer(1, Number.MAX_SAFE_INTEGER) }), 0, 7),
  },
  { description: 'Of the whole track, by month; those before the period were reported too late for theirs.' },
);

const StatementLine = named(
  'StatementLine',
  {
    trackId: Id,
    title: line(0, 200),
    payablePlays: Count,
    perPlayMicros: Micros,
    shareBasisPoints: integer(1, 10_000),
    amountMicros: Micros,
    fundedMicros: Micros,
    deferredMicros: Micros,
    accepted: yesOrNo({ description: 'While false, the share is kept until its owner accepts it.' }),
    plays: list(StatementPlays, 1, 1_000),
  },
  {
    description:
      "A track's payable plays, and the artist's share of what they earned; `perPlayMicros` is of the latest month in `plays`.",
  },
);

const StatementTransfer = named('StatementTransfer', {
  transferId: line(1, 200),
  state: choice(['sent', 'returned']),
  at: Time,
  netMicros: Micros,
  withheldMicros: Micros,
});

const PaidDebt = named(
  'PaidDebt',
  { origin: Period, trackId: Id, amountMicros: Micros },
  { description: 'Deferred in an earlier month, and paid now.' },
);

const StatementAdjustment = named(
  'StatementAdjustment',
  {
    adjustmentId: line(1, 200),
    reason: choice(['fraud']),
    origin: Period,
    trackId: Id,
    plays: integer(1, Number.MAX_SAFE_INTEGER),
    balanceMicros: Micros,
    deferredMicros: Micros,
  },
  { description: 'What it takes back of an earlier statement.' },
);

const StatementBalance = named('StatementBalance', {
  openingMicros: Micros,
  fundedMicros: Micros,
  deferredPaidMicros: Micros,
  adjustedMicros: Micros,
  transferredMicros: Micros,
  closingMicros: Micros,
});

const StatementDeferred = named('StatementDeferred', {
  openingMicros: Micros,
  addedMicros: Micros,
  paidMicros: Micros,
  adjustedMicros: Micros,
  closingMicros: Micros,
});

const summary = {
  period: Period,
  sequence: integer(1, Number.MAX_SAFE_INTEGER, { description: '1 for the first.' }),
  currency: Currency,
  closedAt: Time,
  totalMicros: Micros,
  balanceMicros: Micros,
  deferredMicros: Micros,
  digest: Digest,
};

const StatementSummary = named('StatementSummary', summary, {
  description: 'Of a closed month: what it earned; the balance after it, and what is still deferred.',
});

export const Statement = named('Statement', {
  ...summary,
  previousDigest: nullable(Digest),
  lines: list(StatementLine, 0, MOST_LINES),
  debtsPaid: list(PaidDebt, 0, MOST_LINES),
  adjustments: list(StatementAdjustment, 0, MOST_LINES),
  transfers: list(StatementTransfer, 0, MOST_LINES),
  balance: StatementBalance,
  deferred: StatementDeferred,
});

export const listStatements = route({
  method: 'get',
  path: '/payouts/statements',
  summary: 'The closed months in which the artist earned something, the latest first',
  tag: 'Payouts',
  auth: 'artist',
  query: object(pageQuery),
  responses: { 200: page(StatementSummary) },
});

export const getStatement = route({
  method: 'get',
  path: '/payouts/statements/:period',
  summary: 'A closed month: JSON, CSV, a PDF, or the statement itself as its digest was taken of it',
  tag: 'Payouts',
  auth: 'artist',
  params: object({ period: Period }),
  query: object({
    format: optional(choice(['json', 'csv', 'pdf', 'document'], { description: 'Instead of the header Accept.' })),
  }),
  responses: {
    200: {
      carries: 'json or bytes',
      schema: Statement,
      contentTypes: [STATEMENT_FORMATS.csv, STATEMENT_FORMATS.pdf, STATEMENT_FORMATS.document],
      headers: ['Content-Disposition'],
    },
    404: problem,
    406: problem,
  },
});
