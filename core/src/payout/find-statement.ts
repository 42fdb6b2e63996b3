import type { UserId } from '../accounts/index.ts';
import {
  type BadCursor,
  type Month,
  type Page,
  type PageRequest,
  type Result,
  err,
  invariant,
  ok,
} from '../kernel/index.ts';
import type { StatementNotFound } from './errors.ts';
import type { PayoutPorts } from './ports.ts';
import { parseStatement } from './statement-document.ts';
import type { IssuedStatement } from './statement.ts';

/** What a closed month was for an artist. */
export const findStatement =
  ({ statementReader }: PayoutPorts) =>
  async (artistId: UserId, period: Month): Promise<Result<IssuedStatement, StatementNotFound>> => {
    const document = await statementReader.document(artistId, period);
    return document === null ? err({ code: 'statement_not_found', period }) : ok(read(document));
  };

/** The latest first. */
export const listStatements =
  ({ statementReader }: PayoutPorts) =>
  async (artistId: UserId, page: PageRequest): Promise<Result<Page<IssuedStatement>, BadCursor>> => {
    const found = await statementReader.page(artistId, page);
    return found.ok ? ok({ ...found.value, items: found.value.items.map(read) }) : found;
  };

const read = (document: string): IssuedStatement => {
  const parsed = parseStatement(document);
  invariant(parsed.ok, 'a statement that is kept can be read');
  return parsed.value;
};
