import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Instant, invariant, isoText, month, monthStart, ok } from '@backline/core/kernel';
import {
  type IssuedStatement,
  type StatementReader,
  type StatementRepository,
  canonicalJson,
  parseStatement,
} from '@backline/core/payout';
import type { Connection } from './connection.ts';
import { pageOf, readCursor, writeCursor } from './cursor.ts';
import { longRead } from './long-read.ts';
import { firstOf } from './periods.ts';
import { type PlainPool, statement } from './pool.ts';
import { adjustmentNewsOf, artistsWithAdjustments, tellAdjustments } from './reversals.ts';
import { artistsWithNews, transferNewsOf } from './transfers.ts';

const LATEST = `
select distinct on (artist_id) artist_id, content, digest from statement
where artist_id in (select json_array_elements_text(?::json)::bigint) order by artist_id, period desc`;

const TITLES = `
select id, title from track where id in (select json_array_elements_text(?::json)::bigint)`;

const SAVE = `
insert into statement (artist_id, period, content, digest, previous_digest)
select artist_id, period, content, digest, previous
from json_to_recordset(?) as s (artist_id bigint, period date, content text, digest text, previous text)`;

const TELL = `
insert into statement_transfer (transfer_id, state, artist_id, period)
select transfer_id, state, artist_id, period
from json_to_recordset(?) as t (transfer_id uuid, state text, artist_id bigint, period date)`;

/** So many at once, so that no statement runs long. */
const AT_ONCE = 1_000;

type StatementRow = { readonly artist_id: string; readonly content: string; readonly digest: string };

export const statementRepository = (em: SqlEntityManager): StatementRepository => ({
  withNews: async () => [...(await artistsWithNews(em)), ...(await artistsWithAdjustments(em))],
  contextsOf: async (artistIds) => {
    const rows = await em.execute<StatementRow[]>(LATEST, [JSON.stringify(artistIds)]);
    const latest = new Map(rows.map((row) => [Number(row.artist_id) as UserId, issued(row)]));
    const transfers = await transferNewsOf(em, artistIds);
    const adjustments = await adjustmentNewsOf(em, artistIds);
    return artistIds.map((artistId) => ({
      artistId,
      before: latest.get(artistId) ?? null,
      adjustments: adjustments.get(artistId) ?? [],
      transfers: transfers.get(artistId) ?? [],
    }));
  },
  titlesOf: async (trackIds) => {
    const rows = await em.execute<{ id: string; title: string }[]>(TITLES, [JSON.stringify(trackIds)]);
    return new Map(rows.map(({ id, title }) => [Number(id) as TrackId, title]));
  },
  save: async (statements) => {
    for (let from = 0; from < statements.length; from += AT_ONCE) {
      const some = statements.slice(from, from + AT_ONCE);
      await em.execute(SAVE, [JSON.stringify(some.map(toRow))]);
      await em.execute(TELL, [JSON.stringify(some.flatMap(toldRows))]);
      await tellAdjustments(em, some);
    }
  },
});

/** After all months that there can be. */
const END = '9999-12-31T00:00:00.000Z';

const DOCUMENTS = statement<{ content: string; digest: string }>(
  'statements_of',
  'select content, digest from statement where artist_id = $1 order by period desc',
);

const PAGE = statement<{ content: string; digest: string; period: string }>(
  'statements_page',
  `select content, digest, to_char(period, 'YYYY-MM') as period from statement
   where artist_id = $1 and period < $2::timestamptz::date order by period desc limit $3`,
);

const DOCUMENT = statement<{ content: string; digest: string }>(
  'statement_of',
  'select content, digest from statement where artist_id = $1 and period = $2::date',
);

const REPORT = statement<{ content: string; closed_at: number }>(
  'solvency_report',
  `select r.content, p.closed_at from solvency_report r join period p on p.month = r.period
   where r.period = $1::date and p.status = 'closed'`,
);

const COUNTS = statement<{ digest: string }>(
  'close_counts_digest',
  `select digest from close_input i join period p on p.month = i.period
   where i.period = $1::date and i.part = 'plays' and p.status = 'closed'`,
);

const CHAINS = 'select artist_id, content, digest from statement order by artist_id, period';

export const statementReader = (connection: Connection, pool: PlainPool): StatementReader => ({
  documentsOf: async (artistId) => (await pool.query(DOCUMENTS, [artistId])).map(documentOf),
  page: async (artistId, page) => {
    const after = readCursor('statements', ['instant'], page.after);
    if (!after.ok) return after;
    const before = after.value === null ? END : isoText(after.value[0] as Instant);
    const rows = await pool.query(PAGE, [artistId, before, page.limit + 1]);
    return ok(pageOf(rows, page, documentOf, ({ period }) => writeCursor('statements', [monthStart(month(period))])));
  },
  document: async (artistId, period) => {
    const [row] = await pool.query(DOCUMENT, [artistId, firstOf(period)]);
    return row === undefined ? null : documentOf(row);
  },
  report: async (period) => {
    const [row] = await pool.query(REPORT, [firstOf(period)]);
    return row === undefined ? null : { period, closedAt: row.closed_at as Instant, report: row.content };
  },
  countsOf: async (period) => (await pool.query(COUNTS, [firstOf(period)]))[0]?.digest ?? null,
  eachChain: (take) =>
    longRead(connection, async ({ inParts }) => {
      let chain: { readonly artistId: number; readonly documents: string[] } | null = null;
      const end = (): void => {
        if (chain !== null) take(chain.artistId as UserId, chain.documents);
      };
      await inParts<[artistId: number, content: string, digest: string]>(CHAINS, [], (rows) => {
        for (const [artistId, content, digest] of rows) {
          if (chain?.artistId !== artistId) {
            end();
            chain = { artistId, documents: [] };
          }
          chain.documents.push(documentOf({ content, digest }));
        }
      });
      end();
    }),
});

/** The file: what is stored with its digest as one more member. */
const documentOf = ({ content, digest }: { readonly content: string; readonly digest: string }): string =>
  canonicalJson({ ...JSON.parse(content), digest });

const issued = (row: StatementRow): IssuedStatement => {
  const parsed = parseStatement(documentOf(row));
  invariant(parsed.ok, `the statement ${row.digest} cannot be read`);
  return parsed.value;
};

const toRow = ({ statement: it, digest }: IssuedStatement) => ({
  artist_id: it.artistId,
  period: firstOf(it.period),
  content: canonicalJson(it),
  digest,
  previous: it.previous,
});

const toldRows = ({ statement: { artistId, period, transfers } }: IssuedStatement) =>
  transfers.map(({ transferId, state }) => ({
    transfer_id: transferId,
    state,
    artist_id: artistId,
    period: firstOf(period),
  }));
