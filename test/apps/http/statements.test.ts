import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getStatement, listStatements } from '@backline/contracts/http';
import type { UserId } from '@backline/core/accounts';
import { DAY_MS, MINUTE_MS, USD, after, instant, isoText, micros, money, month } from '@backline/core/kernel';
import { verifyStatements } from '@backline/core/payout';
import { type InvoiceId, usualFee } from '@backline/core/subscriptions';
import { type SteppingClock, steppingClock } from '@backline/memory';
import { sha256 } from '../../arbitraries/statement-chain.ts';
import { type HttpApp, type Person, expectContract, expectProblem, openHttpApp } from '../../support/http.ts';
import { readPdf } from '../../support/pdf.ts';
import { commit } from '../../suites/harness.ts';

const PERIOD = '2026-10';
const DOCUMENT = 'application/vnd.backline.statement+json';
const PATH = `/payouts/statements/${PERIOD}`;

describe('statements over HTTP', () => {
  let clock: SteppingClock;
  let app: HttpApp;
  let artist: Person;
  let other: Person;
  let fan: Person;
  let [song, tune]: number[] = [];
  let token: string;

  const signIn = async ({ email }: Person): Promise<string> =>
    (await app.call('POST', '/auth/login', { json: { email, password: 'Correct1horse' } })).body.accessToken;

  /** A minute apart, ten a day. */
  const hear = async (trackId: number, count: number, from: string): Promise<void> => {
    const plays = Array.from({ length: count }, (_, index) => ({
      playId: randomUUID(),
      trackId,
      startedAt: isoText(after(instant(Date.parse(from)), Math.floor(index / 10) * DAY_MS + (index % 10) * MINUTE_MS)),
      msPlayed: 31_000,
    }));
    const { body } = await app.call('POST', '/streams/batch', { token: await signIn(fan), json: { plays } });
    for (const { outcome } of body.results) expect(outcome).toBe('accepted');
  };
  const receive = async ({ userId }: Person, from: string, until: string): Promise<void> => {
    const paid = money(10_000_000n, USD);
    const [serviceFrom, serviceUntil] = [instant(Date.parse(from)), instant(Date.parse(until))];
    const none = micros(0n);
    await commit(app.ports.uow, ({ receipts }) =>
      receipts.save({
        invoiceId: `in_${userId}` as InvoiceId,
        userId: userId as UserId,
        subscriptionId: null,
        paid,
        tax: none,
        fee: usualFee(paid),
        refunded: none,
        disputed: none,
        lines: [{ amount: paid.micros, serviceFrom, serviceUntil }],
        paidAt: serviceFrom,
      }),
    );
  };
  const closeAt = async (period: string, at: string): Promise<void> => {
    clock.advance(Date.parse(at) - clock.now());
    expect(await app.core.payout.closePeriod(month(period))).toMatchObject({ ok: true, value: { now: true } });
  };
  const read = (accept?: string, path = PATH) =>
    app.call('GET', path, { token, ...(accept === undefined ? {} : { headers: { Accept: accept } }) });

  beforeAll(async () => {
    clock = steppingClock(instant(Date.parse('2026-10-10T00:00:00Z')));
    app = await openHttpApp({ ports: { clock } });
    artist = await app.person('ARTIST', 'Zoë 夜');
    other = await app.person('ARTIST');
    fan = await app.person('FAN');
    await app.subscribe(fan);
    await receive(fan, '2026-10-01', '2026-11-01');
    song = (await app.publish(artist, 'Evergreen "Harbour"')).trackId;
    tune = (await app.publish(artist, '=SUM(A1)')).trackId;
    clock.advance(10 * DAY_MS);
    await hear(song!, 25, '2026-10-11T08:00:00Z');
    await hear(tune!, 11, '2026-10-11T09:00:00Z');
    await hear(tune!, 1, '2026-10-11T09:20:00Z');
    await closeAt(PERIOD, '2026-11-10T00:00:00Z');
    await hear(song!, 2, '2026-10-30T08:00:00Z');
    await closeAt('2026-11', '2026-12-10T00:00:00Z');
    token = await signIn(artist);
  }, 60_000);
  afterAll(() => app.close());

  test('are listed, the latest first, each with what it came to', async () => {
    const answer = await read(undefined, '/payouts/statements');
    expectContract(listStatements, answer);
    expect(answer.body).toMatchObject({
      items: [
        { period: '2026-11', sequence: 2, totalMicros: '16000', closedAt: '2026-12-10T00:00:00.000Z' },
        { period: PERIOD, sequence: 1, totalMicros: '288000', balanceMicros: '288000', deferredMicros: '0' },
      ],
      nextCursor: null,
    });
    const first = await read(undefined, '/payouts/statements?limit=1');
    expect(first.body.items).toMatchObject([{ period: '2026-11' }]);
    const next = await read(undefined, `/payouts/statements?limit=1&cursor=${first.body.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ period: PERIOD }], nextCursor: null });
    expect(expectProblem(await read(undefined, '/payouts/statements?cursor=x'), 400, 'invalid-input')).toEqual([
      'cursor',
    ]);
  });

  test.each([undefined, '*/*', 'application/json', 'text/csv;q=0.5, application/json'])(
    'one is JSON for a caller that accepts %s',
    async (accept) => {
      const answer = await read(accept);
      expectContract(getStatement, answer);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.headers.vary).toMatch(/Accept/);
      expect(answer.body).toMatchObject({
        period: PERIOD,
        currency: 'USD',
        totalMicros: '288000',
        previousDigest: null,
        lines: [
          {
            trackId: song,
            title: 'Evergreen "Harbour"',
            payablePlays: 25,
            perPlayMicros: '8000',
            shareBasisPoints: 10_000,
            amountMicros: '200000',
          },
          { trackId: tune, payablePlays: 11, plays: [{ unpaid: [{ reason: 'daily-cap', plays: 1 }] }] },
        ],
        balance: { openingMicros: '0', fundedMicros: '288000', closingMicros: '288000' },
        transfers: [],
      });
      const total = answer.body.lines.reduce(
        (sum: bigint, { amountMicros }: { amountMicros: string }) => sum + BigInt(amountMicros),
        0n,
      );
      expect(String(total)).toBe(answer.body.totalMicros);
    },
  );

  test('what came too late for its month is in the next, and says of which month it is', async () => {
    const { body } = await read(undefined, '/payouts/statements/2026-11');
    expect(body.lines).toMatchObject([{ trackId: song, payablePlays: 2, plays: [{ playedIn: PERIOD }] }]);
    expect(body.previousDigest).toBe((await read()).body.digest);
  });

  test.each([
    ['text/csv', PATH],
    ['image/png', `${PATH}?format=csv`],
  ])('a table for one that accepts %s at %s', async (accept, path) => {
    const { status, headers, text } = await read(accept, path);
    expect({ status, type: headers['content-type'], name: headers['content-disposition'] }).toEqual({
      status: 200,
      type: 'text/csv; charset=utf-8; header=present',
      name: `attachment; filename="statement-${artist.userId}-${PERIOD}.csv"`,
    });
    expect(text).toMatch(/^kind,period,.*\r\n/);
    expect(text).toContain(`funded,${PERIOD},${song},"Evergreen ""Harbour""",,,,,,10000,USD,0.200000,\r\n`);
    expect(text).toContain(`'=SUM(A1)`);
    expect(text).toContain(`balance-closing,${PERIOD},,,,,,,,,USD,0.288000,\r\n`);
  });

  test.each([
    [DOCUMENT, PATH],
    ['text/html', `${PATH}?format=document`],
  ])('the statement itself for one that accepts %s at %s, as its digest was taken of it', async (accept, path) => {
    const { headers, text } = await read(accept, path);
    expect(headers['content-type']).toBe(DOCUMENT);
    expect(headers['content-disposition']).toContain(`statement-${artist.userId}-${PERIOD}.json`);
    expect(verifyStatements([text], sha256)).toEqual({
      problems: [],
      chains: [{ artistId: artist.userId, from: 1, until: 1 }],
    });
    expect(JSON.parse(text).digest).toBe((await read()).body.digest);
  });

  test.each([
    ['application/pdf', PATH],
    ['application/json', `${PATH}?format=pdf`],
  ])('a PDF for one that accepts %s at %s', async (accept, path) => {
    const answer = await fetch(`${app.url}${path}`, { headers: { Authorization: `Bearer ${token}`, Accept: accept } });
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toContain('.pdf"');
    const { pages, attachments } = await readPdf(new Uint8Array(await answer.arrayBuffer()));
    const { body } = await read();
    expect(pages[0]).toContain('Zoë 夜');
    expect(pages.join('\n')).toContain(body.digest);
    expect(pages.join('\n')).toContain('0.288000');
    expect(Object.values(attachments)).toEqual([(await read(DOCUMENT)).text]);
  });

  test('nothing for one that accepts none of these', async () => {
    expectProblem(await read('image/png'), 406, 'not-acceptable');
    expect(expectProblem(await read(undefined, `${PATH}?format=xml`), 400, 'invalid-input')).toEqual(['format']);
  });

  test.each(['2026-12', '2026-09', '9999-12'])('there is none of %s', async (period) => {
    expectProblem(await read(undefined, `/payouts/statements/${period}`), 404, 'not-found');
  });

  test('a month that there is not is refused', async () => {
    expectProblem(await read(undefined, '/payouts/statements/2026-13'), 400, 'invalid-input');
  });

  test("nobody sees another's", async () => {
    const theirs = await app.call('GET', PATH, { token: await signIn(other) });
    expectProblem(theirs, 404, 'not-found');
    const listed = await app.call('GET', '/payouts/statements', { token: await signIn(other) });
    expect(listed.body).toEqual({ items: [], nextCursor: null });
    expectProblem(await app.call('GET', PATH, { token: await signIn(fan) }), 403, 'artists-only');
    expectProblem(await app.call('GET', PATH), 401, 'unauthorized');
  });
});
