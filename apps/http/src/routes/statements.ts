import { STATEMENT_DOCUMENT, STATEMENT_FORMATS, getStatement, listStatements } from '@backline/contracts/http';
import type { UserId } from '@backline/core/accounts';
import { type BadCursor, month } from '@backline/core/kernel';
import { type IssuedStatement, type StatementNotFound, statementCsv } from '@backline/core/payout';
import type { Serve } from '../bind.ts';
import { pageRequest, pageWire } from '../cursor.ts';
import type { Dependencies } from '../dependencies.ts';
import { problem, refusal } from '../refusal.ts';
import { statementSummaryWire, statementWire } from './statement-wire.ts';

type Format = keyof typeof STATEMENT_FORMATS;

const FORMATS = Object.keys(STATEMENT_FORMATS) as readonly Format[];

const LIST_STATUS = { bad_cursor: 400 } as const satisfies Record<BadCursor['code'], number>;

const NOT_FOUND = { statement_not_found: 404 } as const satisfies Record<StatementNotFound['code'], number>;

export const statementRoutes = (serve: Serve, deps: Dependencies): void => {
  const { payout } = deps.core;

  serve(listStatements, async ({ query }, reply, { caller }) => {
    const page = pageRequest(query);
    const statements = page.ok ? await payout.listStatements(caller.userId, page.value) : page;
    if (statements.ok) return reply(200, pageWire(statements.value, statementSummaryWire));
    const refused = refusal(LIST_STATUS, statements.error);
    return reply(refused.status, refused.body);
  });

  serve(getStatement, async ({ params, query }, reply, { caller, accepts }) => {
    const format = query.format ?? FORMATS.find((each) => STATEMENT_FORMATS[each] === accepts(CONTENT_TYPES));
    if (format === undefined) {
      const refused = problem(406, 'not-acceptable', 'It comes in none of these forms', `It comes as ${COMES_AS}.`);
      return reply(406, refused.body, { Vary: 'Accept' });
    }
    const found = await payout.findStatement(caller.userId, month(params.period));
    if (!found.ok) {
      const refused = refusal(NOT_FOUND, found.error);
      return reply(refused.status, refused.body);
    }
    if (format === 'json') return reply(200, statementWire(found.value), { Vary: 'Accept' });
    return reply(200, await bytesOf(deps, found.value, format), headersOf(found.value, format));
  });
};

const CONTENT_TYPES = Object.values(STATEMENT_FORMATS);

const COMES_AS = new Intl.ListFormat('en', { type: 'disjunction' }).format(CONTENT_TYPES);

const bytesOf = async (
  { readers, statementPrinter }: Dependencies,
  issued: IssuedStatement,
  format: Exclude<Format, 'json'>,
): Promise<Uint8Array> => {
  switch (format) {
    case 'csv':
      return Buffer.from(statementCsv(issued.statement));
    case 'pdf':
      return statementPrinter.print(issued, await nameOf(readers, issued.statement.artistId));
    case 'document':
      return Buffer.from(issued.document);
  }
};

const nameOf = async (readers: Dependencies['readers'], artistId: UserId): Promise<string> => {
  const account = await readers.accounts.account(artistId);
  return account?.profile.displayName ?? account?.email ?? '';
};

const headersOf = ({ statement }: IssuedStatement, format: Exclude<Format, 'json'>) => {
  const name = `statement-${statement.artistId}-${statement.period}.${format === 'document' ? 'json' : format}`;
  return {
    'Content-Type': CONTENT_TYPE_HEADERS[format],
    'Content-Disposition': `attachment; filename="${name}"`,
    Vary: 'Accept',
  };
};

const CONTENT_TYPE_HEADERS = {
  csv: 'text/csv; charset=utf-8; header=present',
  pdf: STATEMENT_FORMATS.pdf,
  document: STATEMENT_DOCUMENT,
} as const;
