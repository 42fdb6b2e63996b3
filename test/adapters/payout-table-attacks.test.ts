import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Seat, type SeatName, openSeat, refusal } from '../support/ledger-seat.ts';
import { REVENUE, STRIPE, closed, closing, account, post, sha256, uuid } from '../support/ledger-sql.ts';

/** SQLSTATE of insufficient_privilege, and of what triggers raise for things that never change. */
const NO_RIGHT = '42501';
const RESTRICTED = '23001';

const contentOf = (artist: number, period: string, previous: string | null): string =>
  JSON.stringify({ artistId: artist, period, previous });

const statement = (artist: number, period: string, previous: string | null, digest?: string): string => {
  const content = contentOf(artist, period, previous);
  return `insert into statement (artist_id, period, content, digest, previous_digest)
    values (${artist}, '${period}-01', '${content}', '${digest ?? sha256(content)}',
      ${previous === null ? 'null' : `'${previous}'`});`;
};

const FIRST_DIGEST = sha256(contentOf(2, '2026-09', null));

const split = (from: string, shares: readonly (readonly [user: number, basisPoints: number])[]): string =>
  `with made as (insert into track_split (track_id, effective_from) values (1, '${from}') returning id)
   insert into split_share (split_id, user_id, basis_points)
   select id, user_id, basis_points from made, (values ${shares.map(([user, points]) => `(${user}, ${points})`).join()})
     as s (user_id, basis_points);`;

const WHOLE = [
  [1, 4_000],
  [2, 6_000],
] as const;

const transfer = (id: number, artist: number, changes: Readonly<Record<string, string>> = {}): string => {
  const row: Record<string, string> = {
    id: `'${uuid(id)}'`,
    artist_id: String(artist),
    currency: `'USD'`,
    net_micros: '25000000',
    withheld_micros: '0',
    withholding_rule: `'none'`,
    destination: `'acct_1'`,
    transfer_group: `'group ${id}'`,
    idempotency_key: `'transfer ${id}'`,
    begun_at: 'now()',
    ...changes,
  };
  return `insert into payout_transfer (${Object.keys(row).join()}) values (${Object.values(row).join()});`;
};

const deferral = (transaction: number, changes: Readonly<Record<string, string>> = {}): string => {
  const row = { origin: `'2026-09-01'`, deferred_micros: '7', ...changes };
  return `insert into deferral (transaction_id, user_id, track_id, currency, ${Object.keys(row).join()})
    values ('${uuid(transaction)}', 2, 1, 'USD', ${Object.values(row).join()});`;
};

/** Of September's plays of the fan; with entries of its own. */
const reversal = (id: number, parts = ''): string =>
  `${post(
    [
      [STRIPE, 7],
      [REVENUE, -7],
    ],
    { id, source: ['fraud', uuid(id)] },
  )}
  insert into reversal values ('${uuid(id)}', '${uuid(id)}', 1, '2026-09-01', 'USD', 'ops', 'bots', now()); ${parts}`;

const reversedPlays = (id: number, changes: Readonly<Record<string, string>> = {}): string => {
  const row = { period: `'2026-09-01'`, month: `'2026-09-01'`, plays: '5', amount_micros: '7', ...changes };
  return `insert into reversed_plays (reversal_id, track_id, listener_id, ${Object.keys(row).join()})
    values ('${uuid(id)}', 1, 1, ${Object.values(row).join()});`;
};

const reversedShare = (id: number, user: number, balance = -7): string =>
  `insert into reversed_share values ('${uuid(id)}', '2026-09-01', 1, ${user}, ${balance}, 0);`;

const told = (artist: number, period: string): string =>
  `insert into statement_adjustment values ('${uuid(5)}', '2026-09-01', 1, ${artist}, '${period}-01');`;

/** September is closed, with a statement; October is closing. */
const SEEDED = `
  insert into users (id, email, role, created_at)
    values (1, 'fan@x.yz', 'FAN', now()), (2, 'artist@x.yz', 'ARTIST', now()), (3, 'other@x.yz', 'ARTIST', now());
  insert into track (id, artist_id, title, tags, audio_key, sha256, size_bytes, content_type, codec, duration_ms,
    bitrate_kbps, sample_rate_hz, channels, status, created_at)
  values (1, 2, 'One', '{}', 'key', 'sha', 1, 'audio/flac', 'FLAC', 1000, 1, 1, 1, 'ready', now());
  insert into receipt (invoice_id, user_id, currency, paid_micros, tax_micros, fee_micros, refunded_micros,
    disputed_micros, paid_at) values ('in_1', 1, 'USD', 10000000, 0, 590000, 0, 0, now());
  ${split('2026-08-01', WHOLE)}
  insert into period (month, opened_at) values ('2026-09-01', now()), ('2026-10-01', now()), ('2026-11-01', now());
  ${account(STRIPE, 'debit')} ${account(REVENUE, 'credit')}
  ${closing('2026-09')}
  insert into fund_line values ('in_1', '2026-09-01', '2026-09-01', 'USD', 10000000, 9410000);
  insert into close_input values ('2026-09-01', 'plays', '${sha256('plays')}');
  insert into solvency_report values ('2026-09-01', '{}', '${sha256('{}')}');
  ${statement(2, '2026-09', null)}
  ${closed('2026-09')} ${closing('2026-10')}
  ${post(
    [
      [STRIPE, 100],
      [REVENUE, -100],
    ],
    { id: 1 },
  )}
  insert into hold (id, listener_id, day, reason, policy_version, raised_at)
    values ('${uuid(1)}', 1, '2026-09-02', '{"code": "many-plays"}', 1, now());
  insert into hold_decision values ('${uuid(1)}', 'released', 'ops', now());
  insert into late_hold values ('${uuid(1)}', now());
  ${reversal(5, reversedPlays(5) + reversedShare(5, 2) + reversedShare(5, 3))} ${told(2, '2026-09')}
  ${transfer(1, 2)} ${transfer(2, 3)}
  update payout_transfer set status = 'settled', gateway_id = 'tr_2', ended_at = now() where id = '${uuid(2)}';`;

type Attack = readonly [what: string, sql: string, refusedBy: string, inTheGuardedSeat?: string];

const neverChanged = (table: string, set: string): readonly Attack[] => [
  [`a change in ${table}`, `update ${table} set ${set};`, RESTRICTED, NO_RIGHT],
  [`a loss from ${table}`, `delete from ${table};`, RESTRICTED, NO_RIGHT],
  [`an empty ${table}`, `truncate ${table} cascade;`, RESTRICTED, NO_RIGHT],
];

const neverLost = (table: string): readonly Attack[] => neverChanged(table, '').slice(1);

const ATTACKS: readonly Attack[] = [
  ...neverChanged('track_split', 'effective_from = effective_from'),
  ...neverLost('split_share'),
  ...neverChanged('hold', 'policy_version = 2'),
  ...neverChanged('hold_decision', `decision = 'refused'`),
  ...neverChanged('late_hold', 'reported_from = now()'),
  ...neverChanged('reversal', `reason = ''`),
  ...neverChanged('reversed_plays', 'plays = 1'),
  ...neverChanged('reversed_share', 'balance_micros = 1'),
  ...neverChanged('statement_adjustment', `told_in = '2026-10-01'`),
  ...neverChanged('close_input', `part = 'other'`),
  ...neverChanged('fund_line', 'net_micros = 0'),
  ...neverChanged('deferral', 'deferred_micros = 1'),
  ...neverChanged('solvency_report', `content = ''`),
  ...neverChanged('statement', `content = ''`),
  ...neverLost('payout_transfer'),

  ['a split of less than the whole', split('2026-12-01', [[1, 9_999]]), 'track_split_whole'],
  [
    'a split of more than the whole',
    split('2026-12-01', [
      [1, 5_000],
      [2, 5_001],
    ]),
    'track_split_whole',
  ],
  [
    'a split without shares',
    `insert into track_split (track_id, effective_from) values (1, '2026-12-01');`,
    'track_split_whole',
  ],
  ['a share added later', 'insert into split_share select id, 3, 1 from track_split;', 'track_split_whole'],
  ['a share of nothing', split('2026-12-01', [...WHOLE, [3, 0]]), 'split_share_basis_points_check'],
  [
    'a user’s share twice',
    split('2026-12-01', [
      [1, 5_000],
      [1, 5_000],
    ]),
    'split_share_pkey',
  ],
  ['a split from the middle of a month', split('2026-12-15', WHOLE), 'track_split_month_check'],
  ['a split for a closed month', split('2026-09-01', WHOLE), 'track_split_period_open'],
  ['a split for a closing month', split('2026-10-01', WHOLE), 'track_split_period_open'],
  ['an acceptance that is taken back', 'update split_share set accepted_at = null;', 'split_share_accepted_once'],
  [
    'a second acceptance',
    'update split_share set accepted_at = now(); update split_share set accepted_at = now();',
    'split_share_accepted_once',
  ],
  [
    'a share that is another one’s',
    'update split_share set accepted_at = now(), user_id = 3;',
    'split_share_accepted_once',
    NO_RIGHT,
  ],
  [
    'another size of a share',
    'update split_share set accepted_at = now(), basis_points = 5000;',
    'split_share_accepted_once',
    NO_RIGHT,
  ],

  [
    'a second hold of a listener’s day',
    `insert into hold select '${uuid(9)}', listener_id, day, track_id, reason, policy_version, raised_at from hold;`,
    'hold_listening_day_unique',
  ],
  [
    'a hold of nothing',
    `insert into hold (id, reason, policy_version, raised_at) values ('${uuid(9)}', '{}', 1, now());`,
    'hold_scope_check',
  ],
  [
    'a hold of two things',
    `insert into hold values ('${uuid(9)}', 1, '2026-09-03', 1, '{}', 1, now());`,
    'hold_scope_check',
  ],
  [
    'a second decision',
    `insert into hold_decision values ('${uuid(1)}', 'refused', 'ops', now());`,
    'hold_decision_pkey',
  ],

  ['a statement of a closed month', statement(3, '2026-09', null), 'period_closing'],
  ['a statement of an open month', statement(3, '2026-11', null), 'period_closing'],
  ['a second first statement', statement(2, '2026-10', null), 'statement_previous_unique'],
  ['a statement after one that there is not', statement(2, '2026-10', sha256('other')), 'statement_previous_foreign'],
  ['a statement after another artist’s', statement(3, '2026-10', FIRST_DIGEST), 'statement_previous_foreign'],
  ['a second statement of a month', statement(2, '2026-10', FIRST_DIGEST).repeat(2), 'statement_order'],
  ['a digest of something else', statement(2, '2026-10', FIRST_DIGEST, sha256('')), 'statement_digest_check'],
  [
    'a statement filed under another artist',
    statement(3, '2026-10', null).replace('values (3,', 'values (2,'),
    'statement_content_check',
  ],
  [
    'a statement that says another one was before it',
    statement(3, '2026-10', sha256('other')).replace(/,\s+'[0-9a-f]{64}'\);/, ', null);'),
    'statement_content_check',
  ],

  [
    'a fund line of a closed month',
    `insert into fund_line values ('in_1', '2026-08-01', '2026-09-01', 'USD', 1, 1);`,
    'period_closing',
  ],
  [
    'a fund line of a month to come',
    `insert into fund_line values ('in_1', '2026-11-01', '2026-10-01', 'USD', 1, 1);`,
    'fund_line_month_check',
  ],
  [
    'a fund line of no receipt',
    `insert into fund_line values ('in_9', '2026-10-01', '2026-10-01', 'USD', 1, 1);`,
    'fund_line_invoice_id_foreign',
  ],
  [
    'inputs of a closed month',
    `insert into close_input values ('2026-09-01', 'rates', '${sha256('')}');`,
    'period_closing',
  ],
  [
    'a solvency report of an open month',
    `insert into solvency_report values ('2026-11-01', '{}', '${sha256('{}')}');`,
    'period_closing',
  ],
  [
    'a solvency report with another digest',
    `insert into solvency_report values ('2026-10-01', '{}', '${sha256('')}');`,
    'solvency_report_digest_check',
  ],

  [
    'a reversal without entries of its own',
    `insert into reversal values ('${uuid(9)}', '${uuid(1)}', 1, '2026-09-01', 'USD', 'ops', 'bots', now());`,
    'reversal_entries',
  ],
  [
    'a second reversal for the same entries',
    reversal(
      6,
      `insert into reversal select '${uuid(6)}', transaction_id, listener_id, month, currency, found_by, reason,
      found_at from reversal where id = '${uuid(6)}';`,
    ),
    'reversal_pkey',
  ],
  ['plays that are reversed again', reversal(6, reversedPlays(6)), 'reversed_plays_pkey'],
  [
    'plays of a close before they were played',
    reversal(6, reversedPlays(6, { month: `'2026-10-01'` })),
    'reversed_plays_check',
  ],
  ['no plays that are reversed', reversal(6, reversedPlays(6, { plays: '0' })), 'reversed_plays_check'],
  [
    'more plays of a reversal that is complete',
    reversedPlays(5, { month: `'2026-08-01'`, period: `'2026-10-01'` }),
    'reversal_complete',
  ],
  ['another share in a reversal that is complete', reversedShare(5, 1), 'reversal_complete'],
  [
    'a share that loses nothing',
    reversal(6, reversedPlays(6, { period: `'2026-10-01'` }) + reversedShare(6, 2, 0)),
    'reversed_share_check',
  ],
  ['a correction that is told twice', told(2, '2026-09'), 'statement_adjustment_pkey'],
  ['a correction told by no statement', told(3, '2026-10'), 'statement_adjustment_statement_foreign'],
  ['a correction of nothing', told(1, '2026-09'), 'statement_adjustment_share_foreign'],
  ['a deferral of a committed transaction', deferral(1), 'deferral_complete'],
  ['a deferral of no transaction', deferral(9), 'deferral_transaction_id_foreign'],
  [
    'a deferral of nothing',
    post(
      [
        [STRIPE, 7],
        [REVENUE, -7],
      ],
      { id: 3 },
    ) + deferral(3, { deferred_micros: '0' }),
    'deferral_amount_check',
  ],
  [
    'a debt twice in one transaction',
    post(
      [
        [STRIPE, 7],
        [REVENUE, -7],
      ],
      { id: 3 },
    ) + deferral(3).repeat(2),
    'deferral_unique',
  ],

  ['two transfers under way to one artist', transfer(3, 2), 'payout_transfer_begun_unique'],
  [
    'two transfers with one key',
    transfer(3, 3, { idempotency_key: `'transfer 1'` }),
    'payout_transfer_idempotency_key_unique',
  ],
  ['a transfer of nothing', transfer(3, 3, { net_micros: '0' }), 'payout_transfer_amounts_check'],
  ['a negative transfer', transfer(3, 3, { net_micros: '-1', withheld_micros: '2' }), 'payout_transfer_amounts_check'],
  [
    'a transfer that is settled without the gateway',
    `update payout_transfer set status = 'settled', ended_at = now() where artist_id = 2;`,
    'payout_transfer_gateway_check',
  ],
  [
    'a transfer that is settled and has no end',
    `update payout_transfer set status = 'settled', gateway_id = 'tr_1' where artist_id = 2;`,
    'payout_transfer_ended_check',
  ],
  [
    'two transfers that the gateway knows as one',
    `update payout_transfer set status = 'settled', gateway_id = 'tr_2', ended_at = now() where artist_id = 2;`,
    'payout_transfer_gateway_id_unique',
  ],
  [
    'a settled transfer that begins again',
    `update payout_transfer set status = 'begun', gateway_id = null, ended_at = null where artist_id = 3;`,
    'payout_transfer_forward',
  ],
  [
    'a settled transfer that fails',
    `update payout_transfer set status = 'failed' where artist_id = 3;`,
    'payout_transfer_forward',
  ],
  [
    'a transfer that comes back before it went',
    `update payout_transfer set status = 'reversed', gateway_id = 'tr_1', ended_at = now() where artist_id = 2;`,
    'payout_transfer_forward',
  ],
  ['another amount of a transfer', 'update payout_transfer set net_micros = 1;', 'payout_transfer_forward', NO_RIGHT],
  [
    'another key of a transfer',
    `update payout_transfer set idempotency_key = 'new';`,
    'payout_transfer_forward',
    NO_RIGHT,
  ],
  [
    'another id at the gateway',
    `update payout_transfer set gateway_id = 'tr_9' where artist_id = 3;`,
    'payout_transfer_forward',
  ],
];

describe.each<[SeatName]>([['owner'], ['guarded by rights']])('as %s, the database itself refuses', (name) => {
  let seat: Seat;
  beforeAll(async () => {
    seat = await openSeat(name);
    await seat.sql(SEEDED);
  });
  afterAll(() => seat.drop());

  test.each(ATTACKS)('%s', async (_what, sql, refusedBy, inTheGuardedSeat = refusedBy) => {
    expect(await refusal(seat.sql(sql))).toBe(name === 'guarded by rights' ? inTheGuardedSeat : refusedBy);
  });

  test('and takes what is as it must be', async () => {
    await seat.sql(`
      ${split('2026-12-01', WHOLE)} ${statement(2, '2026-10', FIRST_DIGEST)} ${statement(3, '2026-10', null)}
      ${post(
        [
          [STRIPE, 7],
          [REVENUE, -7],
        ],
        { id: 3 },
      )} ${deferral(3)}
      insert into fund_line values ('in_1', '2026-09-01', '2026-10-01', 'USD', -1, -1);
      update split_share set accepted_at = now();
      update payout_transfer set called_at = now() where artist_id = 2;
      update payout_transfer set status = 'failed', ended_at = now(), failure = 'account closed' where artist_id = 2;
      update payout_transfer set status = 'reversed', failure = 'account closed' where artist_id = 3;
      ${transfer(4, 2, { net_micros: '0', withheld_micros: '1' })}
      update payout_transfer set status = 'settled', ended_at = now() where id = '${uuid(4)}';`);
    expect(await seat.sql('select from statement')).toHaveLength(3);
  });
});
