import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { MINUTE_MS, SECOND_MS, after, instant } from '@backline/core/kernel';
import { fixedClock } from '@backline/memory';
import { sandboxPayments, signatureHeader } from '@backline/sandbox-payments';
import { scratchDirectory } from '../support/scratch.ts';

const SECRET = 'a secret of the sandbox';
const now = instant(Date.parse('2026-11-20T12:00:00.900Z'));

const scratch = scratchDirectory();
afterAll(scratch.remove);
const { verifier } = sandboxPayments({
  directory: scratch.path,
  publicUrl: 'http://127.0.0.1:3000',
  signingSecret: SECRET,
  clock: fixedClock(now),
  ids: { uuid: () => randomUUID() },
  deliver: async () => true,
});
const verify = (body: Uint8Array, header: string) => verifier.verify(body, header, now);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const eventText = (fields: object = {}): string =>
  JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'invoice.paid',
    created: 1_790_000_000,
    data: { object: { id: 'in_1', object: 'invoice' } },
    ...fields,
  });
const body = bytes(eventText());
const good = signatureHeader(body, SECRET, now);
const [time = '', v1 = ''] = good.split(',');
const zeroes = `v1=${'0'.repeat(64)}`;
const signedAhead = (ms: number) => verify(body, signatureHeader(body, SECRET, after(now, ms)));

describe("the sandbox's signature header", () => {
  test.each([
    ['the good one last', `${time},${zeroes},${v1}`],
    ['the good one first', `${v1},${zeroes},${time}`],
    ['an old scheme beside it', `${time},v0=${'0'.repeat(64)},${v1}`],
    ['a broken one beside it', `${time},v1=zz,v1=,${v1}`],
  ])('is taken with %s', (_what, header) => {
    expect(verify(body, header)).toMatchObject({ ok: true });
  });

  test.each([
    ['empty', '', 'missing'],
    ['only a time', time, 'missing'],
    ['only an old scheme', good.replace('v1=', 'v0='), 'missing'],
    ['no time', v1, 'malformed'],
    ['two times', `${time},t=1,${v1}`, 'malformed'],
    ['a time that is none', `t=1e9,${v1}`, 'malformed'],
    ['over 2,048 characters', `${good}${',v1=00'.repeat(400)}`, 'malformed'],
    ['another time', `t=${Number(time.slice(2)) + 1},${v1}`, 'forged'],
    ['upper case', `${time},v1=${v1.slice(3).toUpperCase()}`, 'forged'],
    ['cut short', good.slice(0, -1), 'forged'],
    ['zeroes', `${time},${zeroes}`, 'forged'],
  ])('is refused: %s', (_what, header, reason) => {
    expect(verify(body, header)).toMatchObject({ ok: false, error: { reason } });
  });

  test('allows 2 seconds of disagreement between clocks', () => {
    expect(signedAhead(2 * SECOND_MS)).toMatchObject({ ok: true });
    expect(signedAhead(4 * SECOND_MS)).toMatchObject({ ok: false, error: { reason: 'stale' } });
    expect(signedAhead(MINUTE_MS)).toMatchObject({ ok: false, error: { reason: 'stale' } });
  });

  test.each([
    ['not UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['no JSON', bytes('{')],
    ['nothing', bytes('')],
    ['a byte order mark', bytes(`\uFEFF${eventText()}`)],
    ['no event', bytes(eventText({ object: 'charge' }))],
    ['an id that is none', bytes(eventText({ id: 'evt 1\u0000' }))],
    ['a time past all dates', bytes(eventText({ created: 1e300 }))],
    ['no object', bytes(eventText({ data: {} }))],
    ['another object than its type says', bytes(eventText({ data: { object: { id: 'in_1', object: 'charge' } } }))],
  ])('a good one does not help what is %s', (_what, sent) => {
    const verified = verify(sent, signatureHeader(sent, SECRET, now));
    expect(verified).toMatchObject({ ok: false, error: { reason: 'malformed' } });
  });

  test('a type that is not acted on is taken without an object', () => {
    const sent = bytes(eventText({ type: 'customer.created', data: { object: { id: 'cus_1', object: 'customer' } } }));
    expect(verify(sent, signatureHeader(sent, SECRET, now))).toMatchObject({
      ok: true,
      value: { type: 'customer.created', object: null },
    });
  });
});
