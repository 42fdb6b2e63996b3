import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import { type Seat, openSeat, refusal, untilWaiting } from '../support/ledger-seat.ts';
import { ARTIST, REVENUE, SEEDED_LEDGER, STRIPE, closing, header, lines, post } from '../support/ledger-sql.ts';

let seat: Seat;
let first: Client;
let second: Client;
beforeAll(async () => {
  seat = await openSeat('guarded by rights');
});
afterAll(() => seat.drop());

/** As after the migrations; triggers that forbid it are passed by. */
const EMPTY = `set session_replication_role = replica;
  truncate ledger_account, ledger_balance, ledger_transaction, ledger_entry, period cascade;`;

beforeEach(async () => {
  await seat.admin(EMPTY);
  await seat.sql(SEEDED_LEDGER);
  await seat.sql(`insert into period (month, opened_at) values ('2026-12-01', now());
    update period set status = 'closed', closed_at = now(), inputs_digest = repeat('0', 64) where month = '2026-10-01'`);
  first = await seat.connect();
  second = await seat.connect();
});
afterEach(async () => {
  await first.end();
  await second.end();
});

const spend = (id: number, micros: number): string =>
  post(
    [
      [ARTIST, micros],
      [STRIPE, -micros],
    ],
    { id },
  );

const SALE = post([
  [STRIPE, 7],
  [REVENUE, -7],
]);

const reversal = (id: number): string =>
  post(
    [
      [ARTIST, 100],
      [STRIPE, -100],
    ],
    { id, reverses: 1 },
  );

const ofTheClose = (id: number): string =>
  post(
    [
      [STRIPE, 7],
      [REVENUE, -7],
    ],
    { id, source: ['period-close', '2026-11'], kind: `part ${id}` },
  );

/** `of` the second connection, which has to wait until the first one has committed. */
const afterwards = async (of: string): Promise<string> => {
  const waiting = refusal(second.query(of));
  await untilWaiting(seat, second);
  await first.query('commit');
  return waiting;
};

const linesOf = async (id: number): Promise<number> =>
  Number((await seat.sql(`select count(*) from ledger_entry where transaction_id::text like '%${id}'`))[0]?.['count']);

describe('of two at once', () => {
  test('that would both overdraw an account, one is refused', async () => {
    await first.query(`begin; ${spend(2, 60)}`);
    expect(await afterwards(spend(3, 60))).toBe('ledger_balance_overdraft_check');
  });

  test('that together leave it something, both are posted', async () => {
    await first.query(`begin; ${spend(2, 60)}`);
    expect(await afterwards(spend(3, 40))).toBe('accepted');
  });

  test('the second may spend what the first gave back', async () => {
    await first.query(`begin; ${spend(2, 60)}`);
    const waiting = refusal(second.query(spend(3, 60)));
    await untilWaiting(seat, second);
    await first.query('rollback');
    expect(await waiting).toBe('accepted');
  });

  test('with one key, one is refused', async () => {
    await first.query(`begin; ${SALE}`);
    expect(await afterwards(SALE.replaceAll('00002', '00003'))).toBe('ledger_transaction_idempotency_key_unique');
  });

  test('of one business event, one is refused', async () => {
    const again = post(
      [
        [STRIPE, 7],
        [REVENUE, -7],
      ],
      { id: 3, source: ['test', '2'] },
    );
    await first.query(`begin; ${SALE}`);
    expect(await afterwards(again)).toBe('ledger_transaction_event_unique');
  });

  test('that reverse one transaction, one is refused', async () => {
    await first.query(`begin; ${reversal(2)}`);
    expect(await afterwards(reversal(3))).toBe('ledger_transaction_reverses_unique');
  });

  test('that lock accounts in another order, none waits for the other for good', async () => {
    await first.query(`begin; ${spend(2, 1)}`);
    expect(
      await afterwards(
        post(
          [
            [STRIPE, 1],
            [ARTIST, -1],
          ],
          { id: 3 },
        ),
      ),
    ).toBe('accepted');
  });

  test('that close months, the later month waits for the earlier and is then refused', async () => {
    await first.query(`begin; ${closing('2026-11')}`);
    expect(await afterwards(closing('2026-12'))).toBe('period_order');
  });
});

describe('a transaction that is not committed', () => {
  test('takes lines after a savepoint, and after one that was rolled back', async () => {
    await first.query(`begin; ${header()} savepoint one; ${lines(2, [[STRIPE, 7]])} rollback to one;`);
    await first.query(`savepoint two; ${lines(2, [[STRIPE, 7]])} release two;`);
    await first.query(`${lines(2, [[REVENUE, -7]], 2)} commit`);
    expect(await linesOf(2)).toBe(2);
  });

  test('takes none from anybody else', async () => {
    await first.query(`begin; ${header({ lineCount: 3 })} ${lines(2, [[STRIPE, 7]])}`);
    expect(await refusal(second.query(lines(2, [[REVENUE, -7]], 2)))).toBe('ledger_entry_transaction_id_foreign');
    await first.query('rollback');
  });

  test('cannot be given another one’s number to come back to', async () => {
    const forged = header()
      .replace('line_count,', 'line_count, created_xid,')
      .replace(', 2, now()', `, 2, '999999999', now()`);
    await seat.sql(
      forged +
        lines(2, [
          [STRIPE, 7],
          [REVENUE, -7],
        ]),
    );
    expect(await seat.sql(`select from ledger_transaction where created_xid = '999999999'`)).toEqual([]);
  });
});

describe('a transaction that is committed', () => {
  test('takes no line in the place of one that was lost', async () => {
    await seat.admin(`set session_replication_role = replica; delete from ledger_entry where line_no = 2`);
    expect(await refusal(seat.sql(lines(1, [[ARTIST, -100]], 2)))).toBe('ledger_entry_complete');
  });
});

describe('a close and a transaction of its month', () => {
  test('the close waits for the transaction', async () => {
    await first.query(`begin; ${SALE}`);
    expect(await afterwards(closing('2026-11'))).toBe('accepted');
  });

  test('the transaction waits for the close, and is refused', async () => {
    await first.query(`begin; ${closing('2026-11')}`);
    expect(await afterwards(SALE)).toBe('ledger_transaction_period_open');
  });

  test('the transaction waits for a close that does not happen, and is posted', async () => {
    await first.query(`begin; ${closing('2026-11')}`);
    const waiting = refusal(second.query(SALE));
    await untilWaiting(seat, second);
    await first.query('rollback');
    expect(await waiting).toBe('accepted');
  });

  test('what the close itself posts is taken until the month is closed', async () => {
    await seat.sql(closing('2026-11'));
    await seat.sql(ofTheClose(2));
    await seat.sql(`update period set status = 'closed', closed_at = now(), inputs_digest = repeat('0', 64)
      where month = '2026-11-01'`);
    expect(await refusal(seat.sql(ofTheClose(3)))).toBe('ledger_transaction_period_open');
  });
});

describe('without the lock on the month', () => {
  test('a transaction gets into it while it closes', async () => {
    await seat.admin(`do $do$ begin
      execute replace(pg_get_functiondef('ledger_transaction_begin'::regproc), 'for share', '');
    end $do$`);
    await first.query(`begin; ${closing('2026-11')}`);
    expect(await refusal(second.query(SALE))).toBe('accepted');
    await first.query('commit');
  });
});
