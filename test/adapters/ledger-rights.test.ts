import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate, parseDatabaseUrl } from '@backline/mikro-orm';
import { type Seat, openSeat, refusal } from '../support/ledger-seat.ts';
import { SEEDED_LEDGER, STRIPE, lines } from '../support/ledger-sql.ts';

/** SQLSTATE of insufficient_privilege. */
const NO_RIGHT = '42501';

describe('where the ledger has an owner of its own, the role of the app', () => {
  let seat: Seat;
  beforeAll(async () => {
    seat = await openSeat('guarded by rights');
    await seat.sql(SEEDED_LEDGER);
  });
  afterAll(() => seat.drop());

  test.each([
    ['disables a trigger', 'alter table ledger_entry disable trigger all'],
    ['drops a trigger', 'drop trigger ledger_entry_post on ledger_entry'],
    ['drops a constraint', 'alter table ledger_balance drop constraint ledger_balance_overdraft_check'],
    ['passes by all triggers', 'set session_replication_role = replica'],
    ['adds a trigger', 'create trigger mine before insert on ledger_entry for each row execute function mine()'],
    ['adds a rule', 'create rule mine as on insert to ledger_entry do instead nothing'],
    [
      'replaces a guard',
      `create or replace function ledger_refuse_change() returns trigger language plpgsql as $$ begin return null; end $$`,
    ],
    ['takes the search path off a guard', 'alter function ledger_transaction_check() reset search_path'],
    ['becomes the owner', 'set role backline_ledger_$role'],
    ['takes a table', 'alter table ledger_entry owner to current_user'],
    ['changes a column that only a trigger does', `update period set closing_xid = '1' where status = 'open'`],
    ['locks a balance in another way', 'select from ledger_balance for update'],
    ['changes who a share is of', 'update split_share set user_id = 1'],
    ['changes the amount of a transfer', 'update payout_transfer set net_micros = 1'],
  ])('never %s', async (_what, sql) => {
    await seat.admin(
      'create or replace function mine() returns trigger language plpgsql as $$ begin return null; end $$',
    );
    expect(await refusal(seat.sql(sql.replace('$role', seat.role)))).toBe(NO_RIGHT);
  });

  test('gets no right that it gives to itself', async () => {
    await seat.sql('grant update, delete, truncate on ledger_entry, ledger_balance to current_user').catch(() => null);
    expect(await refusal(seat.sql('update ledger_balance set balance_micros = 7'))).toBe(NO_RIGHT);
  });

  test('changes no balance through a trigger of its own', async () => {
    const through = `
      create temporary table mine (id int);
      create function pg_temp.raise_balance() returns trigger language plpgsql as $$
        begin update ledger_balance set balance_micros = 1000; return null; end $$;
      create trigger mine after insert on mine for each row execute function pg_temp.raise_balance();
      insert into mine values (1);`;
    expect(await refusal(seat.sql(through))).toBe(NO_RIGHT);
  });

  test('is a member of nothing', async () => {
    expect(
      await seat.sql(`select from pg_auth_members where member = current_user::regrole
        and coalesce((to_jsonb(pg_auth_members) ->> 'set_option')::boolean, true)`),
    ).toEqual([]);
  });

  test('reads all that a backup has to', async () => {
    expect(
      await seat.sql(`select relname from pg_class where relnamespace = 'public'::regnamespace
        and case relkind when 'S' then not has_sequence_privilege(oid, 'select')
          when 'r' then not has_table_privilege(oid, 'select') else false end`),
    ).toEqual([]);
  });

  test('still does what it has to', async () => {
    expect(await seat.sql(`select name, balance_micros from ledger_lock(array['stripe_balance'], 'USD')`)).toEqual([
      { name: 'stripe_balance', balance_micros: '100' },
    ]);
  });
});

describe('installations beside one another', () => {
  test('in two schemas of one database have one owner of their ledgers, and neither reaches the other', async () => {
    const seat = await openSeat('guarded by rights', 'one');
    try {
      expect(await migrate({ ...parseDatabaseUrl(seat.url), schema: 'two' }, async () => undefined)).toEqual([]);
      const owners = await seat.sql(
        `select distinct relnamespace::regnamespace::text as schema, relowner::regrole::text as owner
         from pg_class where relname in ('ledger_entry', 'statement') order by 1`,
      );
      expect(owners).toEqual(['one', 'two'].map((schema) => ({ schema, owner: `backline_ledger_${seat.role}` })));
      await seat.sql(`set search_path = one; ${SEEDED_LEDGER.replaceAll('public.', 'one.')}`);
      expect(await seat.sql('select from two.ledger_entry')).toEqual([]);
      expect(await seat.sql('select from one.ledger_entry')).toHaveLength(2);
      expect(
        await refusal(seat.sql(`set search_path = two; ${lines(1, [[STRIPE, 7]], 3).replaceAll('public.', 'one.')}`)),
      ).toBe('ledger_entry_complete');
    } finally {
      await seat.drop();
    }
  });
});

describe('where the role of the app may not make roles', () => {
  test('the ledger is its own property, guarded by the same triggers, and the operator is told at each start', async () => {
    const seat = await openSeat('owner');
    try {
      expect(await seat.sql(`select distinct tableowner from pg_tables where schemaname = 'public'`)).toEqual([
        { tableowner: seat.role },
      ]);
      expect(await migrate(parseDatabaseUrl(seat.url), async () => undefined)).toEqual([
        expect.stringContaining('only their triggers guard them'),
      ]);
    } finally {
      await seat.drop();
    }
  });
});
