import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listJudgedPlays, reportPlays } from '@backline/contracts/http';
import { HOUR_MS, instant } from '@backline/core/kernel';
import { steppingClock } from '@backline/memory';
import { type HttpApp, type Person, expectContract, openHttpApp } from '../../support/http.ts';

/** At most 10 plays of each are paid a day, and more than 100 of one artist are looked at. */
const TRACKS = 11;

describe('holds over HTTP', () => {
  const clock = steppingClock(instant(Date.parse('2026-11-20T08:00:00Z')));
  let app: HttpApp;
  let artist: Person;
  let fan: Person;
  const trackIds: number[] = [];

  beforeAll(async () => {
    app = await openHttpApp({ ports: { clock } });
    artist = await app.person('ARTIST', 'Ada');
    fan = await app.person('FAN');
    for (let number = 0; number < TRACKS; number += 1)
      trackIds.push((await app.publish(artist, `Song ${number}`)).trackId);
    await app.subscribe(fan);
    clock.advance(3 * HOUR_MS);
    [artist, fan] = [await app.signIn(artist), await app.signIn(fan)];
    const plays = Array.from({ length: 105 }, (_, index) => ({
      playId: randomUUID(),
      trackId: trackIds[index % TRACKS],
      startedAt: new Date(clock.now() - 2 * HOUR_MS + index * 40_000).toISOString(),
      msPlayed: 31_000,
    }));
    const reported = await app.call('POST', '/streams/batch', { token: fan.token, json: { plays } });
    expectContract(reportPlays, reported);
    expect(reported.body.results.every(({ payable }: { payable: boolean }) => payable)).toBe(true);
  });
  afterAll(() => app.close());

  const judged = async () => {
    const answer = await app.call('GET', '/payouts/plays?limit=100', { token: artist.token });
    expectContract(listJudgedPlays, answer);
    expect(answer.text).not.toMatch(/listener|email|@/);
    return answer.body.items;
  };
  const accrued = async () =>
    (await app.call('GET', '/payouts', { token: artist.token })).body.openPeriod.accruedMicros;

  test('the artist sees why plays are held, and that they are paid once they are released', async () => {
    expect((await judged())[0]).toMatchObject({ payable: true, reason: null, hold: null });
    expect(await accrued()).toBe(String(105 * 8_000));

    expect(await app.core.payout.raiseHolds()).toBe(1);
    expect((await judged())[0]).toMatchObject({
      payable: false,
      reason: 'held',
      hold: {
        code: 'mostly-one-artist',
        explanation: expect.stringMatching(/105 plays.* 105 .*100.*80 %/),
        refused: false,
      },
    });
    expect(await accrued()).toBe('0');

    const [hold] = await app.ports.holdReader.holds({ undecided: true }, 1);
    await app.core.payout.settleHold(hold!.id, { decision: 'released', by: 'Ann' });
    expect((await judged())[0]).toMatchObject({ payable: true, reason: null, hold: null });
    expect(await accrued()).toBe(String(105 * 8_000));
  });
});
