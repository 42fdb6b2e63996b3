import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getTrackHold, listJudgedPlays, reportPlays } from '@backline/contracts/http';
import { type Bench, describeWithFfmpeg, ffmpegBench } from '../../support/ffmpeg.ts';
import { audioForm, expectContract } from '../../support/http.ts';
import { type Member, join, subscribe } from '../../support/people.ts';
import { type TestDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Program, endPrograms, eventually, runToEnd, startApp } from '../../support/programs.ts';
import { type Scratch, scratchDirectory } from '../../support/scratch.ts';
import { song, tuneOf } from '../../support/songs.ts';

const TUNE = { seconds: 45, rate: 44_100, number: 3 };

describeWithFfmpeg('a copy of another artist’s recording', () => {
  let data: Scratch;
  let database: TestDatabase;
  let bench: Bench;
  let app: Program;
  let [owner, thief, fan]: Member[] = [];
  let [original, copy, other]: number[] = [];

  const environment = () => ({ DATABASE_URL: database.url, DATA_DIR: data.path });
  const ops = async (...words: readonly string[]) => {
    const { status, stdout } = await runToEnd('ops', environment(), words);
    return { status, document: JSON.parse(stdout) };
  };
  const publish = async (by: Member, bytes: Uint8Array, title: string): Promise<number> => {
    const { status, body } = await app.call('POST', '/tracks', { token: by.token, form: audioForm(bytes, { title }) });
    expect(status).toBe(201);
    return body.trackId;
  };
  const isReady = async (trackId: number): Promise<boolean> =>
    (await app.call('GET', `/tracks/${trackId}`)).body.status === 'ready';
  const holdOn = async (trackId: number, by: Member) => {
    const answer = await app.call('GET', `/tracks/${trackId}/hold`, { token: by.token });
    expectContract(getTrackHold, answer);
    return answer;
  };
  const play = async (trackId: number): Promise<{ readonly payable: boolean; readonly reason: string | null }> => {
    const startedAt = new Date().toISOString();
    const answer = await app.call('POST', '/streams/batch', {
      token: fan!.token,
      json: { plays: [{ playId: randomUUID(), trackId, startedAt, msPlayed: 45_000 }] },
    });
    expectContract(reportPlays, answer);
    return answer.body.results[0];
  };

  beforeAll(async () => {
    [data, bench] = [scratchDirectory(), ffmpegBench()];
    database = await freshDatabase();
    app = await startApp('platform', environment());
    [owner, thief, fan] = [await join(app, 'ARTIST'), await join(app, 'ARTIST'), await join(app, 'FAN')];
    await subscribe(app, fan!);
    const wav = song([tuneOf(TUNE)], { rate: TUNE.rate, channels: 1 });
    const from = bench.write('tune.wav', wav);
    const coded = ['-af', 'volume=-4dB', '-b:a', '64k', '-metadata', 'title=Mine', '-metadata', 'artist=Me'];
    original = await publish(owner!, wav, 'Dawn');
    copy = await publish(thief!, bench.make('copy.mp3', ['-ss', '3', '-i', from, ...coded]), 'Dusk');
    other = await publish(thief!, song([tuneOf({ ...TUNE, number: 5 })], { rate: TUNE.rate, channels: 1 }), 'Noon');
    for (const id of [original, copy, other]) await eventually(() => isReady(id));
  }, 180_000);
  afterAll(async () => {
    await endPrograms();
    await database.drop();
    bench.remove();
    data.remove();
  }, 30_000);

  test('is held, with the reason and the other track, for whoever uploaded it to see', async () => {
    await eventually(async () => (await holdOn(copy!, thief!)).body.hold !== null);
    expect((await holdOn(copy!, thief!)).body.hold).toMatchObject({
      code: 'same-recording',
      asTrackId: original,
      explanation: expect.stringContaining(String(original)),
      decision: null,
    });
    expect((await holdOn(original!, owner!)).body).toEqual({ hold: null });
    expect((await holdOn(other!, thief!)).body).toEqual({ hold: null });
    expect((await holdOn(copy!, owner!)).status).toBe(404);
  }, 60_000);

  test('can be heard, and is not paid until an operator releases it', async () => {
    for (const member of [thief!, fan!])
      expect((await app.call('GET', `/tracks/${copy}/stream`, { token: member.token })).status).toBe(200);
    expect(await play(copy!)).toMatchObject({ payable: false, reason: 'held' });
    const judged = await app.call('GET', '/payouts/plays', { token: thief!.token });
    expectContract(listJudgedPlays, judged);
    expect(judged.body.items).toMatchObject([{ reason: 'held', hold: { code: 'same-recording', refused: false } }]);

    const { status, document } = await ops('holds', 'list', '--undecided');
    expect({ status, holds: document.holds }).toMatchObject({
      status: 0,
      holds: [{ trackId: copy, reason: { asTrackId: original }, since: null }],
    });
    expect(await ops('holds', 'release', document.holds[0].id, '--by', 'Ann')).toMatchObject({
      status: 0,
      document: { playsChanged: 1 },
    });
    expect((await holdOn(copy!, thief!)).body.hold).toMatchObject({ decision: 'released' });
    expect((await app.call('GET', '/payouts/plays', { token: thief!.token })).body.items).toMatchObject([
      { payable: true, hold: null },
    ]);
    expect((await ops('verify')).status).toBe(0);
  }, 60_000);
});
