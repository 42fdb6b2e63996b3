import { createHash } from 'node:crypto';

/** Debits are positive, credits negative: micros of the account's currency. */
export type Line = readonly [account: string, micros: number];

export type Posting = {
  readonly id?: number;
  readonly period?: string;
  readonly source?: readonly [type: string, id: string];
  readonly kind?: string;
  readonly key?: string;
  readonly reverses?: number;
  readonly lineCount?: number;
};

export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const accountId = (account: string): string => {
  const [name = '', currency = ''] = account.split(' ');
  return `(select id from public.ledger_account where name = '${name}' and currency = '${currency}')`;
};

/** `name currency`, as in `stripe_balance USD`. */
export const account = (text: string, side: 'debit' | 'credit', noOverdraft = false): string => {
  const [name = '', currency = ''] = text.split(' ');
  return `insert into ledger_account (name, currency, normal_side, no_overdraft)
    values ('${name}', '${currency}', '${side}', ${noOverdraft});`;
};

export const header = ({
  id = 2,
  period = '2026-11',
  source = ['test', String(id)],
  kind = 'made',
  key = `key ${id}`,
  reverses,
  lineCount = 2,
}: Posting = {}): string =>
  `insert into public.ledger_transaction (id, period, source_type, source_id, kind, idempotency_key, request_digest,
     reverses_txn_id, line_count, created_at)
   values ('${uuid(id)}', '${period}-01', ${source.map(quote).join(', ')}, '${kind}', '${key}', '${sha256(key)}',
     ${reverses === undefined ? 'null' : `'${uuid(reverses)}'`}, ${lineCount}, now());`;

/** From `first` on; the currency is that of the account, unless another one is forged. */
export const lines = (id: number, of: readonly Line[], first = 1, forgedCurrency?: string): string =>
  `insert into public.ledger_entry (transaction_id, line_no, account_id, currency, side, amount_micros) values ${of
    .map(
      ([name, micros], index) =>
        `('${uuid(id)}', ${first + index}, ${accountId(name)}, '${forgedCurrency ?? name.split(' ')[1]}',
          '${micros < 0 ? 'credit' : 'debit'}', ${Math.abs(micros)})`,
    )
    .join(', ')};`;

/** One transaction, where it is sent on its own. */
export const post = (of: readonly Line[], posting: Posting = {}): string =>
  header({ lineCount: of.length, ...posting }) + lines(posting.id ?? 2, of);

export const closing = (month: string): string =>
  `update period set status = 'closing', closing_at = now() where month = '${month}-01';`;

export const closed = (month: string): string =>
  `update period set status = 'closed', closed_at = now(), inputs_digest = '${sha256(month)}'
   where month = '${month}-01';`;

export const STRIPE = 'stripe_balance USD';
export const REVENUE = 'deferred_revenue USD';
/** May not be overdrawn. */
export const ARTIST = 'artist_available:1 USD';
export const EUROS = 'stripe_balance EUR';

/** September is closed, October closing, November open; transaction 1 has given the artist 100. */
export const SEEDED_LEDGER = `
  insert into period (month, opened_at) values ('2026-09-01', now()), ('2026-10-01', now()), ('2026-11-01', now());
  ${closing('2026-09')} ${closed('2026-09')} ${closing('2026-10')}
  ${account(STRIPE, 'debit')} ${account(REVENUE, 'credit')} ${account(ARTIST, 'credit', true)} ${account(EUROS, 'debit')}
  ${post(
    [
      [STRIPE, 100],
      [ARTIST, -100],
    ],
    { id: 1 },
  )}`;
