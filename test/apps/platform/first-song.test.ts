import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { wav } from '../../support/audio-fixtures.ts';
import { audioForm } from '../../support/http.ts';
import { type Member, PASSWORD, join, logIn, subscribe } from '../../support/people.ts';
import { png } from '../../support/pictures.ts';
import { processesIn } from '../../support/processes.ts';
import { type Program, endPrograms, runToEnd, startApp } from '../../support/programs.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';

let data: Scratch;
let app: Program;
let artist: Member;
let fan: Member;
let trackId: number;
const playId = randomUUID();
const audio = wav({ seconds: 45, info: { IGNR: 'Folk' } });

beforeAll(async () => {
  data = scratchDirectory();
  app = await startApp('platform', { DATA_DIR: data.path });
}, 60_000);

afterAll(async () => {
  await endPrograms();
  data.remove();
}, 30_000);

const databaseProcesses = (): readonly number[] => processesIn(joinPath(data.path, 'postgres'));

describe('the first song, from an empty folder', () => {
  test('the program says where it listens and what to try', () => {
    expect(app.stdout()).toMatch(new RegExp(`^Backline listens on http://127\\.0\\.0\\.1:${app.port}\\. Try: .+\\n$`));
  });

  test('people register, log in and have a picture', async () => {
    artist = await join(app, 'ARTIST');
    fan = await join(app, 'FAN');
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(png(8, 8))]), 'avatar.png');
    const { status, body } = await app.call('POST', '/profile/avatar', { token: artist.token, form });
    expect(status).toBe(200);
    const picture = await fetch(body.avatarUrl);
    expect(picture.headers.get('content-type')).toMatch(/^image\//);
  });

  test('a song is uploaded and found with a typo', async () => {
    const form = audioForm(audio, { title: 'Evergreen Harbour' });
    const { status, body } = await app.call('POST', '/tracks', { token: artist.token, form });
    expect(status).toBe(201);
    expect(body).toMatchObject({ title: 'Evergreen Harbour', genre: 'Folk', durationMs: 45_000, status: 'processing' });
    trackId = body.trackId;
    const found = await app.call('GET', '/tracks?query=evergren%20harbor');
    expect(found.body.items).toMatchObject([{ trackId }]);
  });

  test('a fan who pays hears it; one who has not is told how', async () => {
    const refused = await app.call('GET', `/tracks/${trackId}/stream`, { token: fan.token });
    expect(refused.status).toBe(402);
    expect(refused.body.checkout).toBe('/payments/checkout');
    await subscribe(app, fan);

    const range = { Range: 'bytes=100000-100099' };
    const part = await fetch(`http://127.0.0.1:${app.port}/tracks/${trackId}/stream`, {
      headers: { ...range, Authorization: `Bearer ${fan.token}` },
    });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100000-100099/${audio.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(Buffer.from(audio.subarray(100_000, 100_100)));

    const link = await app.call('POST', `/tracks/${trackId}/stream-url`, { token: fan.token });
    const whole = await fetch(link.body.url);
    expect(whole.status).toBe(200);
    expect(Buffer.from(await whole.arrayBuffer()).equals(Buffer.from(audio))).toBe(true);
  });

  test('a play of 31 s earns 8,000 micros', async () => {
    const json = { playId, trackId, startedAt: new Date().toISOString(), msPlayed: 31_000 };
    const reported = await app.call('POST', '/streams', { token: fan.token, json });
    expect(reported).toMatchObject({ status: 201, body: { playId, payable: true, reason: null } });
    await expectEarned();
  });

  test('an operator asks it while it runs, and it runs on', async () => {
    const { status, stdout } = await runToEnd('ops', { DATA_DIR: data.path }, ['rate', 'list']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).rates).toMatchObject([{ referenceMicros: '4000', perPlayMicros: '8000' }]);
    expect((await app.call('GET', '/health/ready')).status).toBe(200);
    await expectEarned();
  });

  test('SIGTERM ends it with status 0, and its database with it', async () => {
    expect(databaseProcesses().length).toBeGreaterThan(0);
    app.signal('SIGTERM');
    expect(await app.ended).toBe(0);
    expect(databaseProcesses()).toEqual([]);
    expect(app.stderr()).toBe('');
  }, 15_000);

  test('started again, it has everything', async () => {
    app = await startApp('platform', { DATA_DIR: data.path });
    await expectEarned();
    const again = await app.call('POST', '/streams', {
      token: fan.token,
      json: { playId, trackId, startedAt: new Date().toISOString(), msPlayed: 31_000 },
    });
    expect(again).toMatchObject({ status: 200, body: { playId, payable: true } });
    const heard = await app.call('GET', `/tracks/${trackId}/stream`, { token: await logIn(app, fan.email) });
    expect(heard.headers['content-length']).toBe(String(audio.length));
    await expectEarned();
  }, 30_000);

  test('its log holds no password and no token', () => {
    const log = app.stdout() + readFileSync(joinPath(data.path, 'postgres.log'), 'utf8');
    expect(log).not.toContain(PASSWORD);
    expect(log).not.toContain(fan.token);
  });
});

/** Of `totalPayout` cents are shown, and 0.8 cents are none. */
const expectEarned = async (): Promise<void> => {
  const payouts = await app.call('GET', '/payouts', { token: artist.token });
  expect(payouts).toMatchObject({
    status: 200,
    body: { earnedMicros: '8000', balanceMicros: '8000', openPeriod: { payablePlays: 1, accruedMicros: '8000' } },
  });
  const me = await app.call('GET', '/users/me', { token: artist.token });
  expect(me.body.artistStats).toMatchObject({ trackCount: 1, totalPayout: 0, totalPayoutMicros: '8000' });
  const listener = await app.call('GET', '/users/me', { token: fan.token });
  expect(listener.body).toMatchObject({ subscriptionActive: true, listeningStats: { totalStreams: 1 } });
};
