import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Member, join, logIn, publish, subscribe } from '../../support/people.ts';
import { readPdf } from '../../support/pdf.ts';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Program, endPrograms, eventually, runToEnd, startApp } from '../../support/programs.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';

const MONTH = '2026-10';
const PER_PLAY = 8_000n;
/** 70 % of $10.00 less a card's usual fee of $0.59. */
const FAN_BRINGS = 6_587_000n;
const DAYS = Array.from({ length: 29 }, (_, index) => `2026-10-${String(index + 2).padStart(2, '0')}`);

let data: Scratch;
let database: TestDatabase;
let app: Program;
let [ada, ben]: Member[] = [];
let [heavy, light, guest]: Member[] = [];
/** Four of Ada's, two of Ben's. */
let tracks: readonly { readonly trackId: number; readonly by: Member }[] = [];

/** By track: how many plays are to be paid, as this test counts them itself. */
const payable = new Map<number, number>();

const environment = (at: string) => ({ DATABASE_URL: database.url, DATA_DIR: data.path, CLOCK_START: at });
const begin = async (at: string): Promise<void> => {
  app = await startApp('platform', environment(at));
};
const end = async (): Promise<void> => {
  app.signal('SIGTERM');
  expect(await app.ended).toBe(0);
};
const ops = async (at: string, ...words: readonly string[]) => {
  const { status, stdout } = await runToEnd('ops', environment(at), words);
  return { status, document: JSON.parse(stdout) };
};

/** By the operator's command, with nothing but the files. */
const verified = async (documents: readonly string[]) => {
  const files = documents.map((document, index) => {
    const file = joinPath(data.path, `${index}.json`);
    writeFileSync(file, document);
    return file;
  });
  const { status, stdout } = await runToEnd('ops', { NODE_ENV: 'production' }, ['statement', 'verify', ...files]);
  return { status, document: JSON.parse(stdout) };
};

const keptStatements = () => database.sql('select artist_id, content, digest from statement order by 1');
const keptEntries = () => database.sql('select * from ledger_entry order by 1, 2');

type Play = {
  readonly playId: string;
  readonly trackId: number;
  readonly startedAt: string;
  readonly msPlayed: number;
};

/** Of one track on one day, 40 s apart, so that none sounds while another does. */
const listening = (day: string, hour: number, trackId: number, count: number, msPlayed = 31_000): readonly Play[] =>
  Array.from({ length: count }, (_, index) => ({
    playId: randomUUID(),
    trackId,
    startedAt: new Date(Date.parse(`${day}T${String(hour).padStart(2, '0')}:00:00Z`) + index * 40_000).toISOString(),
    msPlayed,
  }));

/** In an order that has nothing to do with when they were heard, every seventh twice. */
const shuffled = (plays: readonly Play[]): readonly Play[] =>
  [...plays, ...plays.filter((_, index) => index % 7 === 0)].sort((a, b) => (hash(a.playId) < hash(b.playId) ? -1 : 1));
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const report = async (by: Member, plays: readonly Play[]): Promise<void> => {
  const token = await logIn(app, by.email);
  const all = shuffled(plays);
  for (let from = 0; from < all.length; from += 100) {
    const { status } = await app.call('POST', '/streams/batch', {
      token,
      json: { plays: all.slice(from, from + 100) },
    });
    expect(status).toBe(200);
  }
};

const expectPaid = (trackId: number, count: number): void =>
  void payable.set(trackId, (payable.get(trackId) ?? 0) + count);

const nominalOf = (artist: Member): bigint =>
  tracks
    .filter(({ by }) => by === artist)
    .reduce((sum, { trackId }) => sum + BigInt(payable.get(trackId) ?? 0) * PER_PLAY, 0n);

const statementOf = async ({ email }: Member, accept = 'application/json') => {
  const token = await logIn(app, email);
  return app.call('GET', `/payouts/statements/${MONTH}`, { token, headers: { Accept: accept } });
};

const sum = (amounts: readonly string[]): bigint => amounts.reduce((total, amount) => total + BigInt(amount), 0n);

beforeAll(async () => {
  data = scratchDirectory();
  database = await freshDatabase();
  await begin('2026-10-01T00:00:00Z');
  [ada, ben] = [await join(app, 'ARTIST'), await join(app, 'ARTIST')];
  [heavy, light, guest] = [await join(app, 'FAN'), await join(app, 'FAN'), await join(app, 'FAN')];
  for (const by of [ada!, ada!, ada!, ada!, ben!, ben!]) tracks = [...tracks, { trackId: await publish(app, by), by }];
  await subscribe(app, heavy!);
  await subscribe(app, light!);
  await end();
}, 120_000);

afterAll(async () => {
  await endPrograms();
  await database.drop();
  data.remove();
}, 30_000);

describe('a month', () => {
  test('is played: shuffled, doubled, over the daily cap, by one who hears more than they bring, and for nothing', async () => {
    await begin('2026-10-31T12:00:00Z');
    const heard = DAYS.flatMap((day) =>
      tracks.flatMap(({ trackId }, index) => {
        // On the tenth the first track is heard 15 times, of which ten are paid.
        const count = day === '2026-10-10' && index === 0 ? 15 : 8;
        expectPaid(trackId, Math.min(count, 10));
        return listening(day, index, trackId, count);
      }),
    );
    await report(heavy!, heard);
    await report(
      light!,
      DAYS.flatMap((day) =>
        tracks.slice(3, 5).flatMap(({ trackId }, index) => {
          expectPaid(trackId, 9);
          return [...listening(day, 10 + index, trackId, 9), ...listening(day, 20, trackId, 2, 29_999)];
        }),
      ),
    );
    await report(guest!, listening('2026-10-12', 1, tracks[0]!.trackId, 5));
    await report(ben!, listening('2026-10-12', 1, tracks[5]!.trackId, 5));
    for (const artist of [ada!, ben!]) await expectEarned(artist);
    await end();
  }, 120_000);

  test('is not closed on day 9, and nothing changed', async () => {
    expect(await ops('2026-11-09T12:00:00Z', 'close-period', MONTH)).toMatchObject({
      status: 1,
      document: { code: 'too_early', closableFrom: expect.anything() },
    });
    expect(await ops('2026-11-09T12:00:00Z', 'solvency', MONTH)).toMatchObject({ status: 1 });
    expect(await ops('2026-11-09T12:00:00Z', 'verify')).toEqual({ status: 0, document: { differences: [] } });
  }, 60_000);

  test('is closed on day 11, and again is the same', async () => {
    const closed = await ops('2026-11-11T12:00:00Z', 'close-period', MONTH);
    expect(closed).toMatchObject({ status: 0, document: { period: MONTH, closed: 'now' } });
    const [statements, booked] = [await keptStatements(), await keptEntries()];
    expect(statements).toHaveLength(2);
    const again = await ops('2026-11-12T12:00:00Z', 'close-period', MONTH);
    expect(again).toEqual({ status: 0, document: { ...closed.document, closed: 'before' } });
    expect([await keptStatements(), await keptEntries()]).toEqual([statements, booked]);
  }, 60_000);

  test('pays each artist exactly 8,000 micros a payable play, funded plus deferred', async () => {
    await begin('2026-11-12T13:00:00Z');
    for (const artist of [ada!, ben!]) {
      const { status, body } = await statementOf(artist);
      expect(status).toBe(200);
      const told = new Map(body.lines.map((line: never) => [line['trackId'], line['payablePlays']]));
      const own = tracks.filter(({ by }) => by === artist).map(({ trackId }) => [trackId, payable.get(trackId)]);
      expect(told).toEqual(new Map(own as [number, number][]));
      expect(BigInt(body.totalMicros)).toBe(nominalOf(artist));
      expect(BigInt(body.balance.fundedMicros) + BigInt(body.deferred.addedMicros)).toBe(nominalOf(artist));
      expect(BigInt(body.deferred.addedMicros)).toBeGreaterThan(0n);
    }
  }, 60_000);

  test('is told alike by users/me, payouts, CSV, PDF and the document, which verifies by itself', async () => {
    const documents: string[] = [];
    for (const artist of [ada!, ben!]) {
      await expectEarned(artist);
      const { body } = await statementOf(artist);
      const csv = (await statementOf(artist, 'text/csv')).text.split('\r\n').map((row) => row.split(','));
      const amounts = (kind: string): readonly string[] =>
        csv.filter(([first]) => first === kind).map((row) => row[11]!.replace('.', '').replace(/^0+(?=\d)/, ''));
      expect(sum(amounts('nominal'))).toBe(nominalOf(artist));
      expect(String(sum(amounts('funded')))).toBe(body.balance.fundedMicros);
      expect(String(sum(amounts('balance-closing')))).toBe(body.balanceMicros);

      const token = await logIn(app, artist.email);
      const pdf = await fetch(`http://127.0.0.1:${app.port}/payouts/statements/${MONTH}?format=pdf`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      const read = await readPdf(new Uint8Array(await pdf.arrayBuffer()));
      expect(read.pages.join('\n')).toContain(body.digest);
      const nominal = String(nominalOf(artist)).padStart(7, '0');
      expect(read.pages.join('\n')).toContain(`${nominal.slice(0, -6)}.${nominal.slice(-6)}`);
      const document = (await statementOf(artist, 'application/vnd.backline.statement+json')).text;
      expect(Object.values(read.attachments)).toEqual([document]);
      documents.push(document);
    }
    expect(await verified(documents)).toMatchObject({ status: 0, document: { verified: 2, problems: [] } });
    const forged = documents[0]!.replace('"8000"', '"8001"');
    expect(await verified([forged, documents[1]!])).toMatchObject({
      status: 1,
      document: { verified: 1, problems: [{ file: expect.stringMatching(/0\.json$/), code: 'digest' }, {}] },
    });
    expect((await verified(documents)).status).toBe(0);
    const missing = await runToEnd('ops', {}, ['statement', 'verify', joinPath(data.path, '0.json'), '/no/such/file']);
    expect([missing.status, JSON.parse(missing.stdout)]).toMatchObject([
      1,
      { verified: 1, problems: [{ file: '/no/such/file', error: expect.stringContaining('can not be read') }] },
    ]);
    expect(await verified([])).toMatchObject({ status: 2, document: { error: expect.stringContaining('files') } });
  }, 60_000);

  test('is explained by solvency: where the money came from, what was owed, and what is still', async () => {
    const { status, document } = await ops('2026-11-12T13:00:00Z', 'solvency', MONTH);
    expect(status).toBe(0);
    const statements = [(await statementOf(ada!)).body, (await statementOf(ben!)).body];
    const funded = sum(statements.map(({ balance }) => balance.fundedMicros));
    const deferred = sum(statements.map(({ deferred: owed }) => owed.closingMicros));
    const nominal = nominalOf(ada!) + nominalOf(ben!);
    const { solvency } = document;
    expect(BigInt(solvency.liability)).toBe(nominal);
    expect(BigInt(solvency.fund) + BigInt(solvency.reserveOut) - BigInt(solvency.reserveIn)).toBe(funded);
    expect(BigInt(solvency.fund)).toBeLessThanOrEqual(2n * FAN_BRINGS);
    expect(sum(solvency.deferredByOrigin.map(({ amount }: { amount: string }) => amount))).toBe(deferred);
    expect(funded + deferred).toBe(nominal);
    expect(BigInt(solvency.coverageBasisPoints)).toBe((funded * 10_000n) / nominal);
  }, 60_000);

  test('goes with the ledger, also with the worker at work', async () => {
    await eventually(
      async () => (await database.sql('select id from webhook_event where done_at is null')).length === 0,
    );
    expect(await ops('2026-11-12T13:00:00Z', 'verify')).toEqual({ status: 0, document: { differences: [] } });
    await end();
    expect(app.stderr()).toBe('');
  }, 60_000);
});

const expectEarned = async (artist: Member): Promise<void> => {
  const token = await logIn(app, artist.email);
  const nominal = String(nominalOf(artist));
  expect((await app.call('GET', '/users/me', { token })).body.artistStats.totalPayoutMicros).toBe(nominal);
  const { body } = await app.call('GET', '/payouts', { token });
  expect([body.earnedMicros, body.paidMicros, body.balanceMicros]).toEqual([nominal, '0', nominal]);
};
