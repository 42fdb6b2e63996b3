import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Environment, endPrograms, eventually, runToEnd, startApp, startProgram } from '../../support/programs.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';

let data: Scratch;
let database: TestDatabase;
let env: Environment;

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  env = { DATABASE_URL: database.url, DATA_DIR: data.path, CLOCK_START: '2027-03-20T12:00:00Z' };
});

afterAll(async () => {
  await endPrograms();
  await database.drop();
  data.remove();
}, 30_000);

const ops = async (...words: readonly string[]) => {
  const { status, stdout } = await runToEnd('ops', env, words);
  return { status, document: stdout === '' ? null : JSON.parse(stdout) };
};

const rate = { from: '2027-05-01', micros: '4200', name: 'A report', url: 'https://example.com/report' };

const addRate = (changed: Partial<typeof rate> = {}) => {
  const { from, micros, name, url } = { ...rate, ...changed };
  const source = ['--source-name', name, '--source-url', url];
  return ops('rate', 'add', '--effective-from', from, '--reference-micros', micros, ...source);
};

const sum = (amounts: readonly string[]): bigint => amounts.reduce((all, amount) => all + BigInt(amount), 0n);

describe('ops', () => {
  test('demo fills an empty database, and what artists earned is what their plays come to', async () => {
    const { status, document } = await ops('demo');
    expect(status).toBe(0);
    expect(document.plays).toBeGreaterThan(0);
    const payable = await database.sql(
      "select artist_id, count(*) as plays from play where verdict = 'payable' group by 1 order by 1",
    );
    const expected = payable.map((row) => [Number(row['artist_id']), String(8_000n * BigInt(String(row['plays'])))]);
    const told = document.artists.map(({ userId, earnedMicros }: never) => [userId, earnedMicros]);
    expect(told.sort(([a]: number[], [b]: number[]) => (a ?? 0) - (b ?? 0))).toEqual(expected);

    const app = await startApp('http', env);
    for (const { email, earnedMicros } of document.artists) {
      const json = { email, password: document.password };
      const { accessToken: token } = (await app.call('POST', '/auth/login', { json })).body;
      expect((await app.call('GET', '/payouts', { token })).body.earnedMicros).toBe(earnedMicros);
    }
    app.signal('SIGTERM');
    expect(await app.ended).toBe(0);
  }, 120_000);

  test('demo refuses a database that holds anything, and changes nothing', async () => {
    const plays = await database.sql('select count(*) from play');
    expect(await ops('demo')).toMatchObject({ status: 1, document: { error: expect.stringContaining('not empty') } });
    expect(await database.sql('select count(*) from play')).toEqual(plays);
  }, 60_000);

  test('close-period closes the demo’s month once, and verify finds that all agrees', async () => {
    // The demo's clock stands at 20 March 2027, and its month of plays began in February.
    const first = '2027-02';
    expect(await ops('verify')).toEqual({ status: 0, document: { differences: [] } });
    expect(await ops('solvency', first)).toMatchObject({ status: 1 });
    expect(await ops('close-period', '2027-03')).toMatchObject({
      status: 1,
      document: { code: 'too_early' },
    });
    expect(await ops('close-period', first)).toMatchObject({ status: 0, document: { period: first, closed: 'now' } });
    expect(await ops('close-period', first)).toMatchObject({ status: 0, document: { closed: 'before' } });
    expect(await ops('solvency', first)).toMatchObject({ status: 0, document: { period: first, currency: 'USD' } });
    const [artist] = await database.sql('select artist_id from statement order by 1 limit 1');
    expect(await ops('statement', String(artist?.['artist_id']), first)).toMatchObject({
      status: 0,
      document: { period: first, sequence: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await ops('verify')).toEqual({ status: 0, document: { differences: [] } });
  }, 120_000);

  test('transfer-earnings makes available what has waited, and says what it sent', async () => {
    const april = { ...env, CLOCK_START: '2027-04-20T12:00:00Z' };
    const run = async () => {
      const { status, stdout } = await runToEnd('ops', april, ['transfer-earnings']);
      return { status, document: JSON.parse(stdout) };
    };
    const none = { settled: 0, failed: 0, waiting: 0, notOnboarded: 0, short: false };
    const first = await run();
    expect(first).toEqual({ status: 0, document: { released: expect.any(Number), ...none } });
    expect(first.document.released).toBeGreaterThan(0);
    expect(await run()).toEqual({ status: 0, document: { released: 0, ...none } });
    expect(await ops('verify')).toEqual({ status: 0, document: { differences: [] } });
  }, 60_000);

  test.each([
    ['an option that transfer-earnings does not have', ['transfer-earnings', '--all'], 2],
    ['a month that is none', ['close-period', '2027-13'], 2],
    ['no month', ['close-period'], 2],
    ['two months', ['solvency', '2027-01', '2027-02'], 2],
    ['an artist by name', ['statement', 'Ann', '2027-01'], 2],
    ['a statement that there is not', ['statement', '999999', '2027-01'], 1],
  ])('%s is refused', async (_, words, status) => {
    expect(await ops(...words)).toMatchObject({ status, document: { error: expect.any(String) } });
  });

  test('webhooks list shows the inbox, webhooks replay gives an event a job again', async () => {
    const all = await ops('webhooks', 'list');
    expect(all.status).toBe(0);
    expect(all.document.events.length).toBeGreaterThan(0);
    const [{ id, doneAt }] = all.document.events;
    expect(doneAt).not.toBeNull();
    expect((await ops('webhooks', 'list', '--undone')).document).toEqual({ events: [] });

    expect(await ops('webhooks', 'replay', id)).toMatchObject({ status: 0, document: { replayed: id } });
    const undone = await ops('webhooks', 'list', '--undone');
    expect(undone.document.events.map((event: { id: string }) => event.id)).toEqual([id]);

    const worker = await startProgram('worker', env);
    await eventually(async () => (await ops('webhooks', 'list', '--undone')).document.events.length === 0);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
  }, 60_000);

  test.each([
    ['an event that there is not', ['webhooks', 'replay', 'evt_none'], 1, 'evt_none'],
    ['no event', ['webhooks', 'replay'], 2, 'one event'],
    ['an option that there is not', ['webhooks', 'list', '--done'], 2, '--undone'],
  ])('webhooks refuses %s', async (_, words, status, named) => {
    expect(await ops(...words)).toMatchObject({ status, document: { error: expect.stringContaining(named) } });
  });

  test('rate add records a rate, and rate list shows it', async () => {
    expect(await addRate()).toMatchObject({
      status: 0,
      document: {
        added: { effectiveFrom: '2027-05-01', referenceMicros: '4200', perPlayMicros: '8400', multiplier: 2 },
      },
    });
    const { status, document } = await ops('rate', 'list');
    expect(status).toBe(0);
    expect(document.rates.map(({ perPlayMicros }: never) => perPlayMicros)).toEqual(['8000', '8400']);
  }, 30_000);

  test.each([
    ['a month that has a rate', {}, 1],
    ['a month that has begun', { from: '2027-03-01' }, 1],
    ['no money', { from: '2027-06-01', micros: '0' }, 1],
    ['a day in the middle of a month', { from: '2027-06-02' }, 2],
    ['a month that there is not', { from: '2027-13-01' }, 2],
    ['a broken number', { from: '2027-06-01', micros: '4200.5' }, 2],
    ['no source', { from: '2027-06-01', name: '' }, 2],
    ['a source that is no address', { from: '2027-06-01', url: 'the papers' }, 2],
  ] as const)(
    'rate add refuses %s',
    async (_name, changed, status) => {
      const refused = await addRate(changed);
      expect(refused).toMatchObject({ status, document: { error: expect.any(String) } });
      expect(await database.sql('select from rate_version')).toHaveLength(2);
    },
    30_000,
  );

  test('plays reverse takes back once what the close has counted, and verify finds that all agrees', async () => {
    const [busiest] = await database.sql(`select listener_id, count(*)::int as plays from play
      where verdict = 'payable' and started_at < '2027-03-01' group by 1 order by 2 desc, 1 limit 1`);
    const listener = String(busiest?.['listener_id']);
    const words = ['plays', 'reverse', listener, '2027-02', '--by', 'Ann', '--reason', 'a farm of bots'];
    const { status, document } = await ops(...words);
    expect(status).toBe(0);
    expect(document).toMatchObject({ playedIn: '2027-02', by: 'Ann', reason: 'a farm of bots' });
    expect(sum(document.plays.map(({ plays }: { plays: number }) => plays))).toBe(BigInt(Number(busiest?.['plays'])));
    const taken = document.takenBack.flatMap((share: { balanceMicros: string; deferredMicros: string }) => [
      share.balanceMicros,
      share.deferredMicros,
    ]);
    expect(-sum(taken)).toBe(sum(document.plays.map(({ amountMicros }: { amountMicros: string }) => amountMicros)));
    expect(await ops(...words)).toMatchObject({ status: 1, document: { error: expect.stringContaining('reversed') } });
    expect(await ops('verify')).toEqual({ status: 0, document: { differences: [] } });
  }, 120_000);

  test.each([
    ['an open month', ['1', '2027-03', '--by', 'Ann', '--reason', 'x'], 1],
    ['a listener by name', ['Bob', '2027-02', '--by', 'Ann', '--reason', 'x'], 2],
    ['no reason', ['1', '2027-02', '--by', 'Ann'], 2],
    ['a track by title', ['1', '2027-02', 'Song', '--by', 'Ann', '--reason', 'x'], 2],
    ['a word too many', ['1', '2027-02', '3', '4', '--by', 'Ann', '--reason', 'x'], 2],
  ])(
    'plays reverse refuses %s',
    async (_, words, status) => {
      expect(await ops('plays', 'reverse', ...words)).toMatchObject({
        status,
        document: { error: expect.any(String) },
      });
    },
    30_000,
  );

  test('holds list shows what is held, holds refuse and release decide it once', async () => {
    const day = `(select listener_id, (started_at at time zone 'UTC')::date as day, count(*)::int as plays from play
      where verdict = 'payable' and started_at >= '2027-03-01' group by 1, 2 order by 3 desc, 1, 2 limit 1)`;
    const [{ plays }] = (await database.sql(`select plays from ${day} as busiest`)) as [{ plays: number }];
    const raise = (id: string, date: string) =>
      database.sql(`insert into hold (id, listener_id, day, reason, policy_version, raised_at)
        select '${id}', listener_id, ${date}, '{"code": "many-plays", "plays": 636, "allowed": 400}', 1, now()
        from ${day} as busiest`);
    const [busy, quiet] = ['1', '2'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [
      string,
      string,
    ];
    await raise(busy, 'day');
    await raise(quiet, `'2027-01-01'`);
    const listed = await ops('holds', 'list', '--undecided');
    expect(listed).toMatchObject({ status: 0, document: { holds: [{ decided: null }, { decided: null }] } });
    expect(listed.document.holds[0].reason).toEqual({ code: 'many-plays', plays: 636, allowed: 400 });

    expect(await ops('holds', 'refuse', busy, '--by', 'Ann')).toMatchObject({
      status: 0,
      document: { id: busy, playsChanged: plays, decided: { decision: 'refused', by: 'Ann' } },
    });
    expect(await ops('holds', 'release', busy, '--by', 'Bob')).toMatchObject({
      status: 1,
      document: { error: 'the hold was refused before' },
    });
    expect(await ops('holds', 'release', quiet, '--by', 'Bob')).toMatchObject({
      status: 0,
      document: { playsChanged: 0, decided: { decision: 'released' } },
    });
    expect((await ops('holds', 'list', '--undecided')).document).toEqual({ holds: [] });
    expect((await ops('holds', 'list')).document.holds).toHaveLength(2);
    expect(await ops('verify')).toMatchObject({ status: 0 });
  }, 120_000);

  test.each([
    ['a hold that there is not', ['holds', 'release', '99999999-0000-4000-8000-000000000000', '--by', 'Ann'], 1],
    ['no hold', ['holds', 'refuse', '--by', 'Ann'], 2],
    ['nobody who decides', ['holds', 'release', '99999999-0000-4000-8000-000000000000'], 2],
    ['an option that there is not', ['holds', 'list', '--all'], 2],
  ])(
    'holds refuses %s',
    async (_, words, status) => {
      expect(await ops(...words)).toMatchObject({ status, document: { error: expect.any(String) } });
    },
    30_000,
  );

  test('a command that there is not has status 2', async () => {
    expect(await ops('fly')).toEqual({ status: 2, document: null });
    expect(await ops('rate', 'list', '--all')).toMatchObject({ status: 2, document: { error: expect.any(String) } });
  }, 30_000);
});
