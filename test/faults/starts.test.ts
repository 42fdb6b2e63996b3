import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join, publish } from '../support/people.ts';
import { type TestDatabase, freshDatabase } from '../support/postgres.ts';
import { type Environment, endPrograms, freePort, runToEnd, startApp } from '../support/programs.ts';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';

let data: Scratch;
let database: TestDatabase;

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
});

afterAll(async () => {
  await endPrograms();
  await database.drop();
  data.remove();
}, 30_000);

const folder = (name: string): string => joinPath(data.path, name);

/** One line that names the setting, and nothing of where in the program it was found. */
const expectRefused = async (env: Environment, naming: RegExp): Promise<void> => {
  const { status, stdout, stderr } = await runToEnd('platform', {
    DATABASE_URL: database.url,
    DATA_DIR: folder('refused'),
    ...env,
  });
  expect({ status, stdout, lines: stderr.split('\n').length }).toEqual({ status: 1, stdout: '', lines: 2 });
  expect(stderr).toMatch(naming);
  expect(stderr).not.toMatch(/\n\s+at |node:|file:|s3cret/);
};

describe('a setting that makes no sense stops the start', () => {
  const secret = 'x'.repeat(32);
  const stripe = {
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
    STRIPE_PRICE_ID: 'price_1',
  };
  const production = { NODE_ENV: 'production', JWT_SECRET: secret, ...stripe };

  test.each<readonly [string, Environment, RegExp]>([
    ['a port that is no number', { PORT: 'http' }, /^PORT /],
    ['a port that is too high', { PORT: '65536' }, /^PORT /],
    ['no URL of a database', { DATABASE_URL: 'localhost:s3cret' }, /^DATABASE_URL /],
    ['a database of another kind', { DATABASE_URL: 'mysql://me:s3cret@localhost/x' }, /^DATABASE_URL /],
    ['a schema that is no name', { DATABASE_URL: 'postgres://me:s3cret@localhost/x?schema=a"b' }, /DATABASE_URL/],
    ['a secret that is too short', { JWT_SECRET: 's3cret' }, /^JWT_SECRET /],
    ['a clock that starts never', { CLOCK_START: 'yesterday' }, /^CLOCK_START /],
    ['a day that does not exist', { CLOCK_START: '2026-02-31T25:00:00Z' }, /^CLOCK_START /],
    ['a log level that there is not', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL /],
    ['a public URL that is none', { PUBLIC_URL: 'app.example.com' }, /^PUBLIC_URL /],
    ['pictures without an account', { CLOUDINARY_API_BASE: 'http://127.0.0.1:1' }, /^CLOUDINARY_URL /],
    ['an account that is none', { CLOUDINARY_URL: 'https://api.cloudinary.com' }, /^CLOUDINARY_URL /],
    [
      'pictures sent in the open',
      { CLOUDINARY_URL: 'cloudinary://1:s@c', CLOUDINARY_API_BASE: 'http://example.com' },
      /^CLOUDINARY_API_BASE /,
    ],
    ['a location that is none', { MEDIA_X_ACCEL: 'masters/' }, /^MEDIA_X_ACCEL /],
    ['an origin with a path', { CORS_ORIGINS: 'https://app.example.com/x' }, /^CORS_ORIGINS /],
    ['proxies that are no number', { TRUSTED_PROXIES: '-1' }, /^TRUSTED_PROXIES /],
    ['production without a database', { ...production, DATABASE_URL: '' }, /^DATABASE_URL /],
    ['production without a secret', { ...production, JWT_SECRET: '' }, /^JWT_SECRET /],
    ['production without payments', { ...production, STRIPE_SECRET_KEY: '' }, /^STRIPE_SECRET_KEY /],
    [
      'production whose Stripe is another',
      { ...production, STRIPE_API_BASE: 'http://127.0.0.1:1' },
      /^STRIPE_API_BASE /,
    ],
    ['a key without a webhook secret', { ...stripe, STRIPE_WEBHOOK_SECRET: '' }, /^STRIPE_WEBHOOK_SECRET /],
    ['a webhook secret that is none', { ...stripe, STRIPE_WEBHOOK_SECRET: 's3cret' }, /^STRIPE_WEBHOOK_SECRET /],
    ['a key without a price', { ...stripe, STRIPE_PRICE_ID: '' }, /^STRIPE_PRICE_ID /],
    ['a publishable key', { ...stripe, STRIPE_SECRET_KEY: 'pk_test_1' }, /^STRIPE_SECRET_KEY /],
    ['a price without a key', { STRIPE_PRICE_ID: 'price_1' }, /^STRIPE_SECRET_KEY /],
    [
      'a Stripe to which the key would go in the clear',
      { ...stripe, STRIPE_API_BASE: 'http://example.com' },
      /^STRIPE_API_BASE /,
    ],
    ['production at another time', { ...production, CLOCK_START: '2026-11-01T00:00:00Z' }, /^CLOCK_START /],
  ])('%s', (_name, env, naming) => expectRefused(env, naming), 30_000);

  test('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expectRefused({ PORT: String(port) }, new RegExp(`^PORT ${port} is taken`)).finally(() => server.close());
  }, 30_000);

  test('a database that is not there', async () => {
    const url = new URL(database.url);
    url.port = String(await freePort());
    url.password = 's3cret';
    await expectRefused({ DATABASE_URL: url.href }, /DATABASE_URL/);
  });

  test('a database that takes another password', async () => {
    const url = new URL(database.url);
    url.password = 's3cret';
    await expectRefused({ DATABASE_URL: url.href }, /DATABASE_URL/);
  });

  test('a data folder that is a file', async () => {
    writeFileSync(folder('file'), '');
    await expectRefused({ DATA_DIR: folder('file') }, /DATA_DIR/);
  });
});

describe('several processes', () => {
  test('migrate one empty database at once', async () => {
    const empty = await freshDatabase();
    const env = { DATABASE_URL: empty.url, DATA_DIR: folder('both') };
    const apps = await Promise.all([startApp('platform', env), startApp('http', env), startApp('platform', env)]);
    const artist = await join(apps[0], 'ARTIST');
    const trackId = await publish(apps[1], artist);
    expect((await apps[2].call('GET', `/tracks/${trackId}`)).status).toBe(200);
    expect(await empty.sql('select name, count(*) from schema_migration group by 1 having count(*) > 1')).toEqual([]);
    expect(await empty.sql('select from rate_version')).toHaveLength(1);
    for (const app of apps) app.signal('SIGTERM');
    expect(await Promise.all(apps.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    await empty.drop();
  }, 60_000);

  test('in schemas of their own in one database know nothing of one another', async () => {
    const one = await freshDatabase();
    const inSchema = (schema: string): Environment => ({
      DATABASE_URL: `${one.url}?schema=${schema}`,
      DATA_DIR: folder(schema),
    });
    const [red, blue] = await Promise.all([
      startApp('platform', inSchema('red')),
      startApp('platform', inSchema('blue')),
    ]);
    const trackId = await publish(red, await join(red, 'ARTIST'));
    expect((await red.call('GET', `/tracks/${trackId}`)).status).toBe(200);
    expect((await blue.call('GET', `/tracks/${trackId}`)).status).toBe(404);
    expect(await one.sql(`select from red.users`)).toHaveLength(1);
    expect(await one.sql(`select from blue.users`)).toHaveLength(0);
    const inPublic = "select tablename from pg_tables where schemaname = 'public'";
    expect(await one.sql(inPublic)).toEqual([]);
    for (const app of [red, blue]) app.signal('SIGTERM');
    expect(await Promise.all([red.ended, blue.ended])).toEqual([0, 0]);
    await one.drop();
  }, 60_000);
});

describe('signals', () => {
  test('a second one ends the program at once, with status 1', async () => {
    const app = await startApp('platform', { DATABASE_URL: database.url, DATA_DIR: folder('signals') });
    app.signal('SIGINT');
    app.signal('SIGTERM');
    expect(await app.ended).toBe(1);
  }, 30_000);

  test('the same secret is used after a restart, and no other folder has it', async () => {
    const env = { DATABASE_URL: database.url, DATA_DIR: folder('signals') };
    const first = await startApp('http', env);
    const { token } = await join(first, 'FAN');
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = await startApp('http', env);
    expect((await second.call('GET', '/users/me', { token })).status).toBe(200);
    const other = await startApp('http', { ...env, DATA_DIR: folder('other') });
    expect((await other.call('GET', '/users/me', { token })).status).toBe(401);
  }, 30_000);
});
