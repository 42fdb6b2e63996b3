import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { acceptSplit, declineSplit, getSplit, setSplit } from '@backline/contracts/http';
import { instant } from '@backline/core/kernel';
import { steppingClock } from '@backline/memory';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';

describe('splits over HTTP', () => {
  let app: HttpApp;
  let artist: Person;
  let drummer: Person;
  let trackId: number;

  beforeAll(async () => {
    app = await openHttpApp({ ports: { clock: steppingClock(instant(Date.parse('2026-11-20T12:00:00Z'))) } });
    artist = await app.person('ARTIST');
    drummer = await app.person('FAN');
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    trackId = (await app.publish(artist, 'Shared')).trackId;
  });

  const shares = (mine = 6_000, theirs = 4_000) => [
    { userId: artist.userId, basisPoints: mine },
    { userId: drummer.userId, basisPoints: theirs },
  ];
  const put = (json: object, by = artist) => app.call('PUT', `/tracks/${trackId}/splits`, { token: by.token, json });
  const get = (by: Person) => app.call('GET', `/tracks/${trackId}/splits`, { token: by.token });
  const answer = (splitId: number, what: string, by: Person) =>
    app.call('POST', `/splits/${splitId}/${what}`, { token: by.token });

  test('a track is its artist’s alone until a split is set', async () => {
    const whole = await get(artist);
    expectContract(getSplit, whole);
    expect(whole.body).toEqual({
      effectiveFrom: null,
      shares: [{ userId: artist.userId, basisPoints: 10_000, splitId: null, accepted: true, declined: false }],
    });
  });

  test('the owner’s share is accepted with it, the collaborator’s when they say so; declining keeps it', async () => {
    const set = await put({ effectiveFrom: '2026-12-01', shares: shares() });
    expectContract(setSplit, set);
    expect(set.status).toBe(200);
    const [mine, theirs] = set.body.shares;
    expect([mine.accepted, theirs.accepted]).toEqual([true, false]);
    expect((await put({ effectiveFrom: '2026-12-01', shares: shares() })).body).toEqual(set.body);

    const declined = await answer(theirs.splitId, 'decline', drummer);
    expectContract(declineSplit, declined);
    expect(declined.body.shares[1]).toMatchObject({ accepted: false, declined: true });
    const accepted = await answer(theirs.splitId, 'accept', drummer);
    expectContract(acceptSplit, accepted);
    expect(accepted.body.shares[1]).toMatchObject({ accepted: true, declined: false });
    expect((await answer(theirs.splitId, 'accept', drummer)).body).toEqual(accepted.body);
    expectProblem(await answer(theirs.splitId, 'decline', drummer), 409, 'share-accepted');
    expect((await get(drummer)).body).toEqual(accepted.body);
  });

  test('who has nothing to do with it learns nothing of it', async () => {
    const stranger = await app.person('ARTIST');
    const { body } = await put({ effectiveFrom: '2026-12-01', shares: shares() });
    expectProblem(await get(stranger), 404, 'not-found');
    expectProblem(await put({ effectiveFrom: '2026-12-01', shares: shares() }, stranger), 404, 'not-found');
    for (const what of ['accept', 'decline']) {
      expectProblem(await answer(body.shares[0].splitId, what, stranger), 404, 'not-found');
      expectProblem(await answer(999_999, what, drummer), 404, 'not-found');
    }
    expectProblem(await app.call('PUT', `/tracks/${trackId}/splits`, { json: {} }), 401, 'unauthorized');
  });

  test.each<[string, () => object, readonly string[]]>([
    ['shares that are not the whole', () => ({ shares: shares(6_000, 3_999) }), ['shares']],
    [
      'a user twice',
      () => ({ shares: [shares()[0], shares()[0]].map((each) => ({ ...each, basisPoints: 5_000 })) }),
      ['shares'],
    ],
    [
      'somebody who does not exist',
      () => ({ shares: [shares()[0], { userId: 999_999, basisPoints: 4_000 }] }),
      ['shares[1].userId'],
    ],
    [
      'a share of nothing',
      () => ({ shares: [...shares(10_000 - 4_000), { userId: 3, basisPoints: 0 }] }),
      ['shares[2].basisPoints'],
    ],
    ['a month that is over', () => ({ effectiveFrom: '2026-10-01' }), ['effectiveFrom']],
    ['a day in a month', () => ({ effectiveFrom: '2026-12-02' }), ['effectiveFrom']],
    ['nobody', () => ({ shares: [] }), ['shares']],
  ])('%s is refused by name, and nothing is kept', async (_, changes, named) => {
    const refused = await put({ effectiveFrom: '2026-12-01', shares: shares(), ...changes() });
    expect(expectProblem(refused, 400, 'invalid-input')).toEqual(named);
    expect((await get(artist)).body.effectiveFrom).toBeNull();
  });
});
