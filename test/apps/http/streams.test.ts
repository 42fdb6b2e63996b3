import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getEarnings, listJudgedPlays, listPlays, reportPlay, reportPlays } from '@backline/contracts/http';
import { DAY_MS, instant } from '@backline/core/kernel';
import { steppingClock } from '@backline/memory';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';

describe('plays over HTTP', () => {
  const clock = steppingClock(instant(Date.parse('2026-11-20T12:00:00Z')));
  let app: HttpApp;
  let artist: Person;
  let fan: Person;
  let stranger: Person;
  let trackId: number;

  beforeAll(async () => {
    app = await openHttpApp({ ports: { clock } });
    artist = await app.person('ARTIST', 'Ada');
    fan = await app.person('FAN');
    stranger = await app.person('FAN');
    trackId = (await app.publish(artist, 'Song')).trackId;
    await app.subscribe(fan);
    clock.advance(1_000);
  });
  afterAll(() => app.close());

  const at = (offsetMs = 0): string => new Date(clock.now() + offsetMs).toISOString();
  const play = (changes: object = {}) => ({
    playId: randomUUID(),
    trackId,
    startedAt: at(),
    msPlayed: 31_000,
    ...changes,
  });
  const report = (json: unknown, person = fan) => app.call('POST', '/streams', { token: person.token, json });

  test('a play is accepted once, however its id is spelt', async () => {
    clock.advance(60_000);
    const one = play();
    const accepted = await report({ ...one, playId: one.playId.toUpperCase() });
    expectContract(reportPlay, accepted);
    expect(accepted).toMatchObject({ status: 201, body: { playId: one.playId, payable: true, reason: null } });
    const again = await report(one);
    expectContract(reportPlay, again);
    expect(again).toMatchObject({ status: 200, body: accepted.body });
    expectProblem(await report(one, stranger), 409, 'play-id-taken');
  });

  test('a play that is not paid says why', async () => {
    clock.advance(60_000);
    expect((await report(play({ msPlayed: 29_999 }))).body).toMatchObject({ payable: false, reason: 'too-short' });
    expect((await report(play(), artist)).body).toMatchObject({ payable: false, reason: 'self-play' });
    expect((await report(play(), stranger)).body).toMatchObject({ payable: false, reason: 'unfunded' });
  });

  test('a play of no track, or of no time of ours, is refused', async () => {
    expectProblem(await report(play({ trackId: 999_999 })), 404, 'unknown-track');
    for (const startedAt of [at(-60 * DAY_MS - 1_000), at(121_000)])
      expect(expectProblem(await report(play({ startedAt })), 400, 'invalid-input')).toEqual(['startedAt']);
    expect((await report(play({ startedAt: at(-60 * DAY_MS) }))).status).toBe(201);
  });

  test.each([
    ['a playId of another version', { playId: '00000000-0000-1000-8000-000000000000' }, ['playId']],
    ['a trackId of 2⁵³', { trackId: 2 ** 53 }, ['trackId']],
    ['a trackId as text', { trackId: '1' }, ['trackId']],
    ['a negative time', { msPlayed: -1 }, ['msPlayed']],
    ['more than a day', { msPlayed: DAY_MS + 1 }, ['msPlayed']],
    ['a fraction', { msPlayed: 1.5 }, ['msPlayed']],
    ['a leap second', { startedAt: '2026-06-30T23:59:60Z' }, ['startedAt']],
    ['another zone', { startedAt: '2026-11-20T12:00:00+01:00' }, ['startedAt']],
    ['a listener', { listenerId: 1 }, ['listenerId']],
    ['a verdict', { payable: true }, ['payable']],
  ])('a play with %s is refused by name and not kept', async (_, changes, named) => {
    const before = (await app.call('GET', '/users/me', { token: fan.token })).body.listeningStats.totalStreams;
    const answer = await report(play(changes));
    expectContract(reportPlay, answer);
    expect(expectProblem(answer, 400, 'invalid-input')).toEqual(named);
    const after = (await app.call('GET', '/users/me', { token: fan.token })).body.listeningStats.totalStreams;
    expect(after).toBe(before);
  });

  test('a batch answers in its order, what is refused beside what is taken', async () => {
    clock.advance(120_000);
    const first = play();
    const plays = [
      first,
      play({ startedAt: at(-1_000), msPlayed: 500 }),
      first,
      play({ trackId: 999_999 }),
      play({ startedAt: at(200_000) }),
      play({ startedAt: at(-61 * DAY_MS) }),
    ];
    const answer = await app.call('POST', '/streams/batch', { token: fan.token, json: { plays } });
    expectContract(reportPlays, answer);
    expect(answer.body.results).toEqual([
      { playId: plays[0]?.playId, outcome: 'accepted', payable: true, reason: null },
      { playId: plays[1]?.playId, outcome: 'accepted', payable: false, reason: 'too-short' },
      { playId: plays[0]?.playId, outcome: 'duplicate', payable: true, reason: null },
      { playId: plays[3]?.playId, outcome: 'rejected', reason: 'unknown-track' },
      { playId: plays[4]?.playId, outcome: 'rejected', reason: 'started-in-the-future' },
      { playId: plays[5]?.playId, outcome: 'rejected', reason: 'started-too-long-ago' },
    ]);
  });

  test('a batch is taken whole or refused whole by its form', async () => {
    const batch = (plays: unknown) => app.call('POST', '/streams/batch', { token: fan.token, json: { plays } });
    const before = (await app.call('GET', '/users/me', { token: fan.token })).body.listeningStats.totalStreams;
    expect(expectProblem(await batch([play(), play({ msPlayed: 'x' })]), 400, 'invalid-input')).toEqual([
      'plays[1].msPlayed',
    ]);
    expect(expectProblem(await batch([]), 400, 'invalid-input')).toEqual(['plays']);
    expect(expectProblem(await batch(Array.from({ length: 501 }, () => play())), 400, 'invalid-input')).toEqual([
      'plays',
    ]);
    const after = (await app.call('GET', '/users/me', { token: fan.token })).body.listeningStats.totalStreams;
    expect(after).toBe(before);
    const most = await batch(Array.from({ length: 500 }, (_, index) => play({ startedAt: at(-index), msPlayed: 1 })));
    expect(most.body.results).toHaveLength(500);
  });

  test("lists the caller's own plays, newest first, each once", async () => {
    const listener = await app.person('FAN');
    const sent = Array.from({ length: 7 }, (_, index) => play({ startedAt: at(-index * 60_000) }));
    await app.call('POST', '/streams/batch', { token: listener.token, json: { plays: sent.toReversed() } });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await app.call('GET', `/streams?limit=3${cursor}`, { token: listener.token });
      expectContract(listPlays, page);
      seen.push(...page.body.items.map(({ playId }: { playId: string }) => playId));
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(sent.map(({ playId }) => playId));
    const bad = await app.call('GET', '/streams?cursor=e30', { token: listener.token });
    expect(expectProblem(bad, 400, 'invalid-input')).toEqual(['cursor']);
  });

  test('an artist sees what counted and why, and never who listened', async () => {
    const singer = await app.person('ARTIST');
    const song = await app.publish(singer, 'Judged');
    clock.advance(600_000);
    await report(play({ trackId: song.trackId }));
    await report(play({ trackId: song.trackId }), stranger);

    const earnings = await app.call('GET', '/payouts', { token: singer.token });
    expectContract(getEarnings, earnings);
    expect(earnings.body).toMatchObject({
      currency: 'USD',
      earnedMicros: '8000',
      paidMicros: '0',
      balanceMicros: '8000',
      openPeriod: { period: '2026-11', payablePlays: 1, accruedMicros: '8000' },
      rate: { perPlayMicros: '8000', referencePerPlayMicros: '4000', multiplier: 2 },
    });

    const judged = await app.call('GET', '/payouts/plays?period=2026-11', { token: singer.token });
    expectContract(listJudgedPlays, judged);
    expect(judged.body.items.map(({ reason }: { reason: string | null }) => reason).toSorted()).toEqual(
      [null, 'unfunded'].toSorted(),
    );
    expect(judged.text).not.toMatch(/listener|email|@/);
    expect(judged.body.items[0].day).toBe('2026-11-20');
    expect((await app.call('GET', '/payouts/plays?period=2026-10', { token: singer.token })).body.items).toEqual([]);
    const foreign = await app.call('GET', `/payouts/plays?trackId=${trackId}`, { token: singer.token });
    expect(foreign).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  });

  test.each([
    ['period=2026-13', ['period']],
    ['trackId=0', ['trackId']],
    ['cursor=e30', ['cursor']],
    ['listenerId=1', ['listenerId']],
  ])('GET /payouts/plays?%s is refused by name', async (query, named) => {
    const answer = await app.call('GET', `/payouts/plays?${query}`, { token: artist.token });
    expect(expectProblem(answer, 400, 'invalid-input')).toEqual(named);
  });

  test('payouts are for artists, plays for who signs in', async () => {
    for (const path of ['/payouts', '/payouts/plays']) {
      expectProblem(await app.call('GET', path, { token: fan.token }), 403, 'artists-only');
      expectProblem(await app.call('GET', path), 401, 'unauthorized');
    }
    expectProblem(await app.call('GET', '/streams'), 401, 'unauthorized');
    expectProblem(await app.call('POST', '/streams', { json: play() }), 401, 'unauthorized');
  });
});
