import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { User } from '@backline/core/accounts';
import type { Track } from '@backline/core/catalog';
import { day, err, month, ok } from '@backline/core/kernel';
import { type DayHold, type Difference, type HoldId, artistAccount, credit, debit } from '@backline/core/payout';
import { commit } from '../suites/harness.ts';
import {
  AVAILABLE,
  beginClosing,
  earning,
  openMonth,
  requestOf,
  transactionId,
  transferTo,
} from '../suites/ledger-samples.ts';
import { countsOf } from '../suites/play-counts.ts';
import {
  AWKWARD_TEXT,
  NOW,
  addArtist,
  addPlays,
  addTrack,
  addUser,
  at,
  catchUp,
  playOf,
  rejudge,
} from '../suites/samples.ts';
import { openTestDatabase } from '../support/postgres.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.database.ensurePartitions(NOW);
});
afterAll(() => database.drop());

const harness = () => ({ ports: database.database.ports, published: async () => [] });

/** Past all that guards the tables. */
const tamper = (sql: string): Promise<unknown> => database.sql(`set session_replication_role = replica; ${sql}`);

const OCTOBER = month('2026-10');

let fan: User;
let track: Track;
const played = () => `track ${track.id}, day 2026-10-05, verdict`;

beforeEach(async () => {
  await tamper(`truncate users, track, play, play_key, verdict_change, play_rollup_day, play_rollup_month, listener_plays,
    period, ledger_account cascade`);
  fan = await addUser(harness());
  track = await addTrack(harness(), await addArtist(harness()));
  await openMonth(harness());
  await commit(database.database.ports.uow, ({ ledger }) => ledger.post([earning(1, 100n)]));
  const plays = [1, 2, 3].map((hour) => playOf(hour, fan, track, { startedAt: at(`2026-10-05T0${hour}:00:00Z`) }));
  await addPlays(harness(), plays);
  await catchUp(harness(), 3);
  await rejudge(harness(), [[plays[0]!, 'held']]);
  await addPlays(harness(), [playOf(4, fan, track, { startedAt: at('2026-10-05T04:00:00Z') })]);
});

const differences = () => database.database.ports.ledgerAudit.differences();
const ofRollups = () => database.database.ports.ledgerAudit.rollupDifferences(OCTOBER);

const difference = (
  check: Difference['check'],
  where: string,
  expected: string | number | bigint,
  found: string | number | bigint,
): Difference => ({ check, where, expected: String(expected), found: String(found) });

/** A transaction that is not what was asked for when it was posted. */
const rewritten = (number: number) => ({
  check: 'transaction-digest',
  where: `transaction ${transactionId(number)}`,
  expected: expect.any(String),
  found: expect.any(String),
});

describe('the audit', () => {
  test('finds nothing where all agrees, the rollup being behind', async () => {
    expect(await differences()).toEqual([]);
    expect(await ofRollups()).toEqual([]);
  });

  test('a balance that was changed', async () => {
    await tamper('update ledger_balance set balance_micros = 101 where no_overdraft');
    expect(await differences()).toEqual([difference('balance', `account ${AVAILABLE} USD`, 100, 101)]);
  });

  test('a balance that was lost', async () => {
    await tamper('delete from ledger_balance where no_overdraft');
    expect(await differences()).toEqual([difference('balance', `account ${AVAILABLE} USD`, 100, 'none')]);
  });

  test('a line that was changed: everywhere that it shows', async () => {
    await tamper(`update ledger_entry set amount_micros = 99 where side = 'credit'`);
    expect(await differences()).toEqual([
      difference('trial-balance', 'currency USD', 100, 99),
      difference('transaction-balance', `transaction ${transactionId(1)}, currency USD`, 100, 99),
      rewritten(1),
      difference('balance', `account ${AVAILABLE} USD`, 99, 100),
    ]);
  });

  test('two lines that were changed alike, and their balances with them', async () => {
    await tamper('update ledger_entry set amount_micros = 99; update ledger_balance set balance_micros = 99');
    expect(await differences()).toEqual([rewritten(1)]);
  });

  test('lines that changed sides, which makes an overdraft', async () => {
    await tamper(`update ledger_entry set side = case side when 'debit' then 'credit' else 'debit' end;
      update ledger_balance set balance_micros = -100 where not no_overdraft`);
    expect(await differences()).toEqual([
      rewritten(1),
      difference('balance', `account ${AVAILABLE} USD`, -100, 100),
      difference('overdraft', `account ${AVAILABLE} USD`, 'not below 0', -100),
    ]);
  });

  test('another event of a transaction', async () => {
    await tamper(`update ledger_transaction set source_id = 'other'`);
    expect(await differences()).toEqual([rewritten(1)]);
  });

  test('a line that was lost', async () => {
    await tamper('delete from ledger_entry; update ledger_balance set balance_micros = 0');
    expect(await differences()).toEqual([
      difference('transaction-balance', `transaction ${transactionId(1)}, lines`, 2, 0),
      rewritten(1),
    ]);
  });

  test('nothing where texts are awkward', async () => {
    await commit(database.database.ports.uow, ({ ledger }) =>
      ledger.post([earning(2, 5n, { event: { sourceId: AWKWARD_TEXT, kind: `\u0001\t\n\u007f\u0085/` } })]),
    );
    expect(await differences()).toEqual([]);
  });

  test('a reversal that is not the opposite', async () => {
    await commit(database.database.ports.uow, ({ ledger }) => ledger.post([earning(2, 50n)]));
    await tamper(
      `update ledger_transaction set reverses_txn_id = '${transactionId(1)}' where id = '${transactionId(2)}'`,
    );
    const where = `transaction ${transactionId(2)} reverses ${transactionId(1)}, account`;
    expect(await differences()).toEqual([
      rewritten(2),
      difference('reversal', `${where} ${AVAILABLE}`, 0, -150),
      difference('reversal', `${where} stripe_balance`, 0, 150),
    ]);
  });

  test('a debt that is in the ledger and in no deferral, and the other way about', async () => {
    const deferred = artistAccount('artist_deferred', fan.id);
    await commit(database.database.ports.uow, ({ ledger }) =>
      ledger.post([requestOf(2, [debit('royalty_shortfall', 30n), credit(deferred, 30n)])]),
    );
    expect(await differences()).toEqual([difference('deferral', `account ${deferred} USD`, 30, 0)]);
    await tamper(`insert into deferral (transaction_id, user_id, origin, track_id, currency, deferred_micros)
      values ('${transactionId(2)}', ${fan.id}, '2026-11-01', ${track.id}, 'USD', 30),
        ('${transactionId(2)}', ${track.artistId}, '2026-11-01', ${track.id}, 'USD', 5)`);
    expect(await differences()).toEqual([
      difference('deferral', `account artist_deferred:${track.artistId} USD`, 0, 5),
    ]);
  });

  test('a transfer that was never booked, one that is no longer there, and what is under way', async () => {
    const artist = { ...fan, id: track.artistId };
    const begun = transferTo(artist, 50);
    await commit(database.database.ports.uow, ({ transfers }) => transfers.insert(begun));
    const place = `account payout_in_transit:${artist.id} USD`;
    expect(await differences()).toEqual([
      difference('transfer', place, 0, begun.net.micros),
      difference('transfer', `transfer ${begun.id}, booked`, 'begun', 'none'),
    ]);
    const event = { sourceType: 'transfer', sourceId: begun.id, kind: 'begun' } as const;
    const inTransit = artistAccount('payout_in_transit', artist.id);
    await commit(database.database.ports.uow, ({ ledger }) =>
      ledger.post([requestOf(3, [debit('stripe_balance', 25_120_000n), credit(inTransit, 25_120_000n)], { event })]),
    );
    expect(await differences()).toEqual([]);
    await tamper('delete from payout_transfer');
    expect(await differences()).toEqual([
      difference('transfer', place, 25_120_000, 0),
      difference('transfer', `transfer ${begun.id}, booked`, 'none', 'begun'),
    ]);
  });

  test('plays that are payable on a day that is held, until it is released', async () => {
    const { playLog } = database.database.ports;
    const id = '00000000-0000-4000-8000-000000000001' as HoldId;
    const hold: DayHold = {
      scope: { of: 'listening-day', listenerId: fan.id, day: day('2026-10-05') },
      reason: { code: 'many-plays', plays: 401, allowed: 400 },
      policyVersion: 1,
      decided: null,
    };
    await commit(playLog, ({ holds }) => holds.raise(hold, id, NOW));
    const where = `listener ${fan.id}, day 2026-10-05`;
    expect(await differences()).toEqual([difference('hold', where, 'no payable plays', 3)]);
    await commit(playLog, ({ holds }) => holds.decide(id, { decision: 'released', by: 'Ann', at: NOW }));
    expect(await differences()).toEqual([]);
  });

  test('a fraud that is in the ledger only, and one that is told otherwise', async () => {
    const [owed, source] = [artistAccount('artist_receivable', fan.id), transactionId(9)];
    const event = { sourceType: 'fraud', sourceId: source, kind: 'reversed' } as const;
    await commit(database.database.ports.uow, ({ ledger }) =>
      ledger.post([requestOf(2, [debit(owed, 30n), credit('royalty_reserve', 30n)], { event })]),
    );
    const where = `transaction ${transactionId(2)}, user ${fan.id}`;
    expect(await differences()).toEqual([difference('fraud', where, '-30 and deferred 0', 'none')]);
    await tamper(`insert into reversal values ('${source}', '${transactionId(2)}', ${fan.id}, '2026-09-01', 'USD', 'a', 'b', now());
      insert into reversed_plays values ('${source}', '2026-09-01', ${track.id}, null, ${fan.id}, '2026-09-01', 1, 30);
      insert into reversed_share values ('${source}', '2026-09-01', ${track.id}, ${fan.id}, -29, -2)`);
    expect(await differences()).toEqual([
      difference('fraud', `reversal ${source}, plays`, 30, 31),
      difference('fraud', where, '-30 and deferred 0', '-29 and deferred -2'),
    ]);
  });

  test('a statement that was changed, and one that does not follow', async () => {
    await tamper(`alter table statement drop constraint statement_digest_check,
        drop constraint statement_previous_unique, drop constraint statement_content_check;
      insert into statement (artist_id, period, content, digest, previous_digest)
      select 7, month::date, content, encode(sha256(convert_to(content, 'UTF8')), 'hex'), null
      from (values ('2026-09-01', '{"n":1}'), ('2026-10-01', '{"n":2}')) as s (month, content);
      update statement set content = '{"n":3}' where period = '2026-09-01'`);
    expect(await differences()).toMatchObject([
      { check: 'statement-chain', where: 'artist 7, period 2026-09, digest' },
      { check: 'statement-chain', where: 'artist 7, period 2026-10, previous', found: 'none' },
    ]);
  });

  test('a count of a day that was changed', async () => {
    await tamper(`update play_rollup_day set plays = plays + 1 where verdict = 'payable'`);
    const found = [difference('rollup-day', `${played()} payable`, 3, 4)];
    expect(await differences()).toEqual(found);
    expect(await ofRollups()).toEqual(found);
    expect(await database.database.ports.ledgerAudit.rollupDifferences(month('2026-11'))).toEqual([]);
  });

  test('a count of a day in which nothing was played', async () => {
    await tamper(
      `insert into play_rollup_day values (${track.id}, '2026-10-31', 'held', 2), (${track.id}, '2026-11-01', 'held', 2)`,
    );
    expect(await ofRollups()).toEqual([
      difference('rollup-day', `track ${track.id}, day 2026-10-31, verdict held`, 0, 2),
    ]);
    expect(await differences()).toHaveLength(2);
  });

  test('a count of a month, of a track and of a listener', async () => {
    await tamper(`update play_rollup_month set plays = plays - 1; update track_plays set plays = plays + 2;
      delete from listener_plays`);
    expect(await differences()).toEqual([
      difference('rollup-month', `artist ${track.artistId}, month 2026-10, verdict payable`, 3, 2),
      difference('track-plays', `track ${track.id}`, 4, 6),
      difference('listener-plays', `listener ${fan.id}`, 4, 1),
    ]);
  });

  test('a verdict that was changed without a word', async () => {
    await tamper(`update play set verdict = 'payable' where verdict = 'held'`);
    expect(await ofRollups()).toEqual([
      difference('rollup-day', `${played()} held`, 0, 1),
      difference('rollup-day', `${played()} payable`, 4, 3),
      difference('rollup-month', `artist ${track.artistId}, month 2026-10, verdict held`, 0, 1),
      difference('rollup-month', `artist ${track.artistId}, month 2026-10, verdict payable`, 4, 3),
    ]);
  });

  test('a play that was lost', async () => {
    await tamper(`delete from play where started_at = '2026-10-05T02:00:00Z'`);
    expect((await differences()).map(({ check, where }) => `${check}: ${where}`)).toEqual([
      `rollup-day: ${played()} payable`,
      `rollup-month: artist ${track.artistId}, month 2026-10, verdict payable`,
      `track-plays: track ${track.id}`,
      `listener-plays: listener ${fan.id}`,
    ]);
  });
});

describe('the counts of a close', () => {
  test('wait for whoever was recording plays when the closing began', async () => {
    await openMonth(harness(), OCTOBER);
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    await slow.query(`begin; insert into play (play_id, listener_id, track_id, artist_id, track_duration_ms, started_at,
        ms_played, reported_at, verdict, first_verdict, occupying, policy_version)
      values (gen_random_uuid(), ${fan.id}, ${track.id}, ${track.artistId}, 180000, '2026-10-06T00:00:00Z', 31000, now(),
        'payable', 'payable', true, 1)`);
    await beginClosing(harness(), OCTOBER);
    const { playCounts } = database.database.ports;
    expect(await playCounts.eachOf(OCTOBER, () => undefined)).toEqual(err({ code: 'counts_unsettled' }));
    await slow.query('commit');
    await slow.end();
    const counts = await countsOf(harness(), OCTOBER);
    expect(counts.map(({ verdict, plays }) => [verdict, plays])).toEqual([
      ['held', 1],
      ['payable', 4],
    ]);
    expect(await playCounts.eachOf(OCTOBER, () => undefined)).toEqual(ok(null));
  });
});
