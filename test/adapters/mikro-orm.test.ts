import { afterAll, beforeAll } from '@jest/globals';
import type { PlatformEvent } from '@backline/core';
import { storeSuites } from '../suites/stores.ts';
import { NOW } from '../suites/samples.ts';
import { openTestDatabase } from '../support/postgres.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.database.ensurePartitions(NOW);
});
afterAll(() => database.drop());

/** As after the migrations; triggers that forbid it are passed by. */
const EMPTY = `
  set session_replication_role = replica;
  truncate users, session, refresh_token, track, track_processing, rendition, track_waveform, track_fingerprint, track_fingerprint_term, last_good_list, impression,
    track_plays, play, play_key, verdict_change, play_rollup_day,
    play_rollup_month, listener_plays, subscription, paid_span, checkout, receipt, webhook_event, period, ledger_account,
    graphile_worker._private_jobs cascade;
  delete from rate_version where id > 1;
  alter sequence user_id_seq restart;
  alter sequence track_id_seq restart;`;

storeSuites('postgres', async () => {
  await database.sql(EMPTY);
  return {
    ports: database.database.ports,
    published: async () =>
      (await database.sql('select payload from graphile_worker._private_jobs')).map(
        ({ payload }) => payload as PlatformEvent,
      ),
  };
});
