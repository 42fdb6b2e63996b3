import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Seat, type SeatName, openSeat, refusal } from '../support/ledger-seat.ts';
import {
  ARTIST,
  EUROS,
  type Line,
  REVENUE,
  SEEDED_LEDGER,
  STRIPE,
  closed,
  closing,
  header,
  lines,
  post,
  uuid,
} from '../support/ledger-sql.ts';

/** SQLSTATE of insufficient_privilege, and of what triggers raise for things that never change. */
const NO_RIGHT = '42501';
const RESTRICTED = '23001';

type Attack = {
  readonly what: string;
  readonly sql: string;
  readonly refusedBy: string;
  /** Where rights come before whatever else refuses. */
  readonly byRights?: boolean;
  /** DDL after which the attack succeeds: that it is this which refuses. */
  readonly unguard: string;
};

const dropTrigger = (name: string, table: string): string => `drop trigger ${name} on ${table};`;
const dropConstraint = (name: string, table: string): string => `alter table ${table} drop constraint ${name} cascade;`;

const BALANCED: readonly Line[] = [
  [STRIPE, 7],
  [REVENUE, -7],
];

const unchangeable = (table: string, set: string, byRights = true): readonly Attack[] => {
  const unguard = `drop trigger ${table}_append_only on ${table}; set local session_replication_role = replica;`;
  return [
    { what: `a change in ${table}`, sql: `update ${table} set ${set};` },
    { what: `a loss from ${table}`, sql: `delete from ${table};` },
    { what: `an empty ${table}`, sql: `truncate ${table} cascade;` },
    {
      what: `a change in ${table} by merge`,
      sql: `merge into ${table} using (select 1) as x on true when matched then delete;`,
    },
  ].map((attack) => ({ ...attack, refusedBy: RESTRICTED, byRights, unguard }));
};

const BALANCE: readonly Attack[] = [
  {
    what: 'a transaction that does not balance',
    sql: post([
      [STRIPE, 7],
      [REVENUE, -6],
    ]),
    refusedBy: 'ledger_transaction_balanced',
    unguard: dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
  {
    what: 'one that balances only across currencies',
    sql: post([
      [STRIPE, 7],
      [EUROS, -7],
    ]),
    refusedBy: 'ledger_transaction_balanced',
    unguard: dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
  {
    what: 'one without lines',
    sql: header(),
    refusedBy: 'ledger_transaction_complete',
    unguard: dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
  {
    what: 'one that says it has one line',
    sql: header({ lineCount: 1 }) + lines(2, [[STRIPE, 7]]),
    refusedBy: 'ledger_transaction_lines_check',
    unguard:
      dropConstraint('ledger_transaction_lines_check', 'ledger_transaction') +
      dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
  {
    what: 'one with a line less than it says',
    sql: header({ lineCount: 3 }) + lines(2, BALANCED),
    refusedBy: 'ledger_transaction_complete',
    unguard: dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
  {
    what: 'one that is checked while it balances, and grows after that',
    sql: `${post(BALANCED)} set constraints all immediate; ${lines(2, [[STRIPE, 7]], 3)}`,
    refusedBy: 'ledger_entry_complete',
    unguard: dropTrigger('ledger_entry_post', 'ledger_entry'),
  },
  {
    what: 'one whose lines a temporary table makes up',
    sql: `create temporary table ledger_entry as
            select '${uuid(2)}'::uuid as transaction_id, no as line_no, 1 as account_id, 'USD' as currency,
              case no when 1 then 'debit' else 'credit' end as side, 7 as amount_micros
            from generate_series(1, 2) as no;
          ${post([
            [STRIPE, 7],
            [REVENUE, -6],
          ])}`,
    refusedBy: 'ledger_transaction_balanced',
    unguard: 'alter function ledger_transaction_check() security invoker reset search_path;',
  },
];

const LINES: readonly Attack[] = [
  {
    what: 'a line of nothing',
    sql: post([...BALANCED, [STRIPE, 0]]),
    refusedBy: 'ledger_entry_amount_check',
    unguard: dropConstraint('ledger_entry_amount_check', 'ledger_entry'),
  },
  {
    what: 'negative lines',
    sql: post(BALANCED).replaceAll(', 7)', ', -7)'),
    refusedBy: 'ledger_entry_amount_check',
    unguard: dropConstraint('ledger_entry_amount_check', 'ledger_entry'),
  },
  {
    what: "a line in another currency than its account's",
    sql: header() + lines(2, BALANCED, 1, 'EUR'),
    refusedBy: 'ledger_entry_account_id_foreign',
    unguard: dropConstraint('ledger_entry_account_id_foreign', 'ledger_entry'),
  },
  {
    what: 'a line of an account that there is not',
    sql: post(BALANCED).replace(/\(select id .*? 'USD'\)/, '999'),
    refusedBy: 'ledger_entry_account_id_foreign',
    unguard:
      dropConstraint('ledger_entry_account_id_foreign', 'ledger_entry') +
      dropTrigger('ledger_entry_post', 'ledger_entry'),
  },
  {
    what: 'a side that there is not',
    sql: post(BALANCED).replaceAll("'credit'", "'left'"),
    refusedBy: 'ledger_entry_side_check',
    unguard:
      dropConstraint('ledger_entry_side_check', 'ledger_entry') +
      dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
];

const COMMITTED: readonly Attack[] = [
  {
    what: 'a line added to a committed transaction',
    sql: lines(1, [[STRIPE, 7]], 3),
    refusedBy: 'ledger_entry_complete',
    unguard: dropTrigger('ledger_entry_post', 'ledger_entry'),
  },
  {
    what: 'two lines, balanced, added to a committed transaction',
    sql: lines(1, BALANCED, 3),
    refusedBy: 'ledger_entry_complete',
    unguard: dropTrigger('ledger_entry_post', 'ledger_entry'),
  },
  {
    what: 'a line in the place of another one',
    sql: lines(1, [[STRIPE, 7]], 1),
    refusedBy: 'ledger_entry_pkey',
    unguard: dropTrigger('ledger_entry_post', 'ledger_entry') + dropConstraint('ledger_entry_pkey', 'ledger_entry'),
  },
  ...unchangeable('ledger_entry', 'amount_micros = amount_micros + 1'),
  ...unchangeable('ledger_transaction', `kind = kind || '!'`),
  ...unchangeable('ledger_account', 'no_overdraft = false'),
];

const BALANCES: readonly Attack[] = [
  {
    what: 'a balance that is set',
    sql: `update ledger_balance set balance_micros = 1000000;`,
    refusedBy: RESTRICTED,
    byRights: true,
    unguard: dropTrigger('ledger_balance_guard', 'ledger_balance'),
  },
  {
    what: 'a flag that is taken off a balance',
    sql: `update ledger_balance set no_overdraft = false;`,
    refusedBy: RESTRICTED,
    byRights: true,
    unguard:
      dropTrigger('ledger_balance_guard', 'ledger_balance') +
      dropConstraint('ledger_balance_account_id_foreign', 'ledger_balance'),
  },
  {
    what: 'a balance that is made up',
    sql: `insert into ledger_balance (account_id, no_overdraft, balance_micros) values (999, false, 7);`,
    refusedBy: RESTRICTED,
    byRights: true,
    unguard:
      dropTrigger('ledger_balance_guard', 'ledger_balance') +
      dropConstraint('ledger_balance_account_id_foreign', 'ledger_balance'),
  },
  ...['delete from ledger_balance;', 'truncate ledger_balance;'].map((sql) => ({
    what: `the loss of balances: ${sql}`,
    sql,
    refusedBy: RESTRICTED,
    byRights: true,
    unguard: dropTrigger('ledger_balance_no_loss', 'ledger_balance'),
  })),
  {
    what: 'an overdraft of a flagged account',
    sql: post([
      [ARTIST, 101],
      [STRIPE, -101],
    ]),
    refusedBy: 'ledger_balance_overdraft_check',
    unguard: dropConstraint('ledger_balance_overdraft_check', 'ledger_balance'),
  },
  {
    what: 'an overdraft in parts',
    sql:
      header({ lineCount: 4 }) +
      lines(2, [
        [ARTIST, 100],
        [STRIPE, -100],
      ]) +
      lines(
        2,
        [
          [ARTIST, 1],
          [STRIPE, -1],
        ],
        3,
      ),
    refusedBy: 'ledger_balance_overdraft_check',
    unguard: dropConstraint('ledger_balance_overdraft_check', 'ledger_balance'),
  },
];

const EVENTS: readonly Attack[] = [
  {
    what: 'the same business event under another key',
    sql: post(BALANCED, { source: ['test', '1'] }),
    refusedBy: 'ledger_transaction_event_unique',
    unguard: dropConstraint('ledger_transaction_event_unique', 'ledger_transaction'),
  },
  {
    what: 'the same key for another event',
    sql: post(BALANCED, { key: 'key 1' }),
    refusedBy: 'ledger_transaction_idempotency_key_unique',
    unguard: dropConstraint('ledger_transaction_idempotency_key_unique', 'ledger_transaction'),
  },
  {
    what: 'a key without the digest of its request',
    sql: post(BALANCED).replace(/'[0-9a-f]{64}'/, "''"),
    refusedBy: 'ledger_transaction_digest_check',
    unguard: dropConstraint('ledger_transaction_digest_check', 'ledger_transaction'),
  },
  {
    what: 'a reversal of more than there was',
    sql: post(
      [
        [STRIPE, -101],
        [ARTIST, 101],
      ],
      { reverses: 1 },
    ),
    refusedBy: 'ledger_balance_overdraft_check',
    unguard:
      dropConstraint('ledger_balance_overdraft_check', 'ledger_balance') +
      dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
  {
    what: 'a reversal that is not the opposite',
    sql: post(
      [
        [STRIPE, -99],
        [ARTIST, 99],
      ],
      { reverses: 1 },
    ),
    refusedBy: 'ledger_transaction_opposite',
    unguard: dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
  {
    what: 'a second reversal',
    sql:
      post(
        [
          [STRIPE, -100],
          [ARTIST, 100],
        ],
        { reverses: 1 },
      ) +
      post(
        [
          [STRIPE, 100],
          [ARTIST, -100],
        ],
        { id: 3 },
      ) +
      post(
        [
          [STRIPE, -100],
          [ARTIST, 100],
        ],
        { id: 4, reverses: 1 },
      ),
    refusedBy: 'ledger_transaction_reverses_unique',
    unguard: dropConstraint('ledger_transaction_reverses_unique', 'ledger_transaction'),
  },
  {
    what: 'a reversal of itself',
    sql: post(BALANCED, { reverses: 2 }),
    refusedBy: 'ledger_transaction_reverses_check',
    unguard:
      dropConstraint('ledger_transaction_reverses_check', 'ledger_transaction') +
      dropTrigger('ledger_transaction_check', 'ledger_transaction'),
  },
];

/** The guard of months, but for what it is there for. */
const ANY_MONTH = `do $do$ begin
    execute replace(pg_get_functiondef('ledger_transaction_begin'::regproc), $$state <> 'open'$$, 'false');
  end $do$;`;

const MONTHS: readonly Attack[] = [
  {
    what: 'writing into a closed month',
    sql: post(BALANCED, { period: '2026-09' }),
    refusedBy: 'ledger_transaction_period_open',
    unguard: ANY_MONTH,
  },
  {
    what: 'even what says it is the close',
    sql: post(BALANCED, { period: '2026-09', source: ['period-close', '2026-09'] }),
    refusedBy: 'ledger_transaction_period_open',
    unguard: ANY_MONTH,
  },
  {
    what: 'writing into a month that is closing',
    sql: post(BALANCED, { period: '2026-10' }),
    refusedBy: 'ledger_transaction_period_open',
    unguard: ANY_MONTH,
  },
  {
    what: 'writing into a month that there is not',
    sql: post(BALANCED, { period: '2031-01' }),
    refusedBy: 'ledger_transaction_period_open',
    unguard: ANY_MONTH + dropConstraint('ledger_transaction_period_foreign', 'ledger_transaction'),
  },
  ...[
    [
      'a closed month that opens again',
      `update period set status = 'open', closing_at = null, closed_at = null, inputs_digest = null where month = '2026-09-01';`,
    ],
    [
      'a closing month that opens again',
      `update period set status = 'open', closing_at = null where month = '2026-10-01';`,
    ],
    [
      'a close that is skipped',
      closed('2026-11').replace('closed_at = now()', 'closing_at = now(), closed_at = now()'),
    ],
    ['another digest of a closed month', closed('2026-09')],
    ['another time of a closing', `update period set closing_at = now() where month = '2026-10-01';`],
  ].map(([what = '', sql = '']) => ({
    what,
    sql,
    refusedBy: 'period_forward',
    unguard:
      dropTrigger('period_guard', 'period') +
      dropConstraint('period_closing_check', 'period') +
      dropConstraint('period_closed_check', 'period'),
  })),
  {
    what: 'a month that begins closed',
    sql: `insert into period (month, status, opened_at) values ('2027-01-01', 'closed', now());`,
    refusedBy: 'period_forward',
    unguard:
      dropTrigger('period_guard', 'period') +
      dropConstraint('period_closing_check', 'period') +
      dropConstraint('period_closed_check', 'period'),
  },
  {
    what: 'a month that closes before the one before it',
    sql: closing('2026-11'),
    refusedBy: 'period_order',
    unguard: dropTrigger('period_guard', 'period') + dropConstraint('period_closing_check', 'period'),
  },
  {
    what: 'a month that closes after one that there is not',
    sql: `insert into period (month, opened_at) values ('2026-12-01', now()), ('2027-02-01', now());
      ${closed('2026-10')} ${closing('2026-11')} ${closed('2026-11')} ${closing('2026-12')} ${closed('2026-12')}
      ${closing('2027-02')}`,
    refusedBy: 'period_order',
    unguard: dropTrigger('period_guard', 'period') + dropConstraint('period_closing_check', 'period'),
  },
  {
    what: 'a month before one that is closed',
    sql: `insert into period (month, opened_at) values ('2026-08-01', now());`,
    refusedBy: 'period_order',
    unguard: dropTrigger('period_guard', 'period'),
  },
  {
    what: 'a month from the middle of one',
    sql: `insert into period (month, opened_at) values ('2027-01-15', now());`,
    refusedBy: 'period_month_check',
    unguard: dropConstraint('period_month_check', 'period'),
  },
  ...['delete from period;', 'truncate period cascade;'].map((sql) => ({
    what: `the loss of months: ${sql}`,
    sql,
    refusedBy: RESTRICTED,
    byRights: true,
    unguard: `${dropTrigger('period_no_loss', 'period')} set local session_replication_role = replica;`,
  })),
];

const ATTACKS = [...BALANCE, ...LINES, ...COMMITTED, ...BALANCES, ...EVENTS, ...MONTHS];

describe.each<[SeatName]>([['owner'], ['guarded by rights'], ['superuser']])(
  'as %s, the database itself refuses',
  (name) => {
    let seat: Seat;
    beforeAll(async () => {
      seat = await openSeat(name);
      await seat.sql(SEEDED_LEDGER);
    });
    afterAll(() => seat.drop());

    test.each(ATTACKS)('$what', async ({ sql, refusedBy, byRights = false }) => {
      expect(await refusal(seat.sql(sql))).toBe(byRights && name === 'guarded by rights' ? NO_RIGHT : refusedBy);
    });

    test('nothing of all that was left behind', async () => {
      expect(
        await seat.sql('select count(*)::int as lines, sum(amount_micros)::int as micros from ledger_entry'),
      ).toEqual([{ lines: 2, micros: 200 }]);
      expect(
        await seat.sql(`select name, currency, balance_micros::int as balance from ledger_balance
        join ledger_account on id = account_id where balance_micros <> 0 order by name`),
      ).toEqual([
        { name: 'artist_available:1', currency: 'USD', balance: 100 },
        { name: 'stripe_balance', currency: 'USD', balance: 100 },
      ]);
    });
  },
);

describe('without its guard, each attack succeeds', () => {
  let seat: Seat;
  beforeAll(async () => {
    seat = await openSeat('superuser');
    await seat.sql(SEEDED_LEDGER);
  });
  afterAll(() => seat.drop());

  test.each(ATTACKS)('$what', async ({ sql, unguard }) => {
    const client = await seat.connect();
    try {
      await client.query(`begin; ${unguard}`);
      expect(await refusal(client.query(`${sql} set constraints all immediate;`))).toBe('accepted');
    } finally {
      await client.query('rollback');
      await client.end();
    }
  });
});
