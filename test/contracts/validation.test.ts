import {
  type Route,
  inputValidator,
  jsonValidator,
  listPlays,
  listTracks,
  logIn,
  PlayReport,
  publishTrack,
  register,
  reportPlay,
  reportPlays,
  routes,
  startCheckout,
  streamTrack,
  updateProfile,
  updateTrack,
} from '@backline/contracts/http';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Check } from 'typebox/value';

type Raw = Parameters<ReturnType<typeof inputValidator<Route>>>[0];

const refusedBy = (route: Route, raw: Raw) => {
  const result = inputValidator(route)(raw);
  return result.ok ? [] : result.errors;
};
const refusedFields = (route: Route, raw: Raw) => refusedBy(route, raw).map(({ field }) => field);

const play = {
  playId: '018f4e6c-2b1a-7c3d-9e4f-5a6b7c8d9e0f',
  trackId: 9,
  startedAt: '2026-11-22T08:30:00Z',
  msPlayed: 31_000,
};
const fan = { email: 'fan1@example.com', password: 'FanPass123', role: 'FAN' };
const parsed = (text: string): unknown => JSON.parse(text);

describe('bodies that are refused name the field', () => {
  test.each<[string, Route, unknown, string[]]>([
    ['nothing at all', register, undefined, ['body']],
    ['null', register, null, ['body']],
    ['a list', register, [fan], ['body']],
    ['a number', register, 7, ['body']],
    ['every field missing', register, {}, ['email', 'password', 'role']],
    ['an unknown field', register, { ...fan, admin: true }, ['admin']],
    ['an unknown role', register, { ...fan, role: 'ADMIN' }, ['role']],
    ['wrong types', register, { email: 1, password: [], role: {} }, ['email', 'password', 'role']],
    ['null for text', register, { ...fan, displayName: null }, ['displayName']],
    ['no at-sign', register, { ...fan, email: 'fan1.example.com' }, ['email']],
    ['two at-signs', register, { ...fan, email: 'a@b@c' }, ['email']],
    ['an address of 255', register, { ...fan, email: `${'a'.repeat(243)}@example.com` }, ['email']],
    ['a password of 129', register, { ...fan, password: 'a1'.repeat(65) }, ['password']],
    ['an empty password', logIn, { email: 'a@b', password: '' }, ['password']],
    ['NUL in a name', register, { ...fan, displayName: 'a\u0000b' }, ['displayName']],
    ['NUL in a password', register, { ...fan, password: 'a1234567\u0000' }, ['password']],
    ['a lone high surrogate', register, { ...fan, displayName: 'a\ud800' }, ['displayName']],
    ['a lone low surrogate', updateProfile, { bio: '\udc00b' }, ['bio']],
    ['a blank name', updateProfile, { displayName: ' \u00a0' }, ['displayName']],
    ['a bio of 2,001', updateProfile, { bio: 'b'.repeat(2_001) }, ['bio']],
    [
      '__proto__ as JSON has it',
      register,
      parsed(`{"__proto__": ${JSON.stringify(fan)}}`),
      ['email', 'password', 'role', '__proto__'],
    ],
    ['constructor', register, { ...fan, constructor: { prototype: {} } }, ['constructor']],
    ['toString', register, { ...fan, toString: 1 }, ['toString']],
    ['a negative time heard', reportPlay, { ...play, msPlayed: -1 }, ['msPlayed']],
    ['more than a day heard', reportPlay, { ...play, msPlayed: 86_400_001 }, ['msPlayed']],
    ['half a millisecond', reportPlay, { ...play, msPlayed: 0.5 }, ['msPlayed']],
    ['a number as text', reportPlay, { ...play, trackId: '9' }, ['trackId']],
    ['an id of 0', reportPlay, { ...play, trackId: 0 }, ['trackId']],
    ['an id of 2^53', reportPlay, { ...play, trackId: 2 ** 53 }, ['trackId']],
    [
      'an id of 1e309',
      reportPlay,
      parsed(`{"playId":"${play.playId}","trackId":1e309,"startedAt":"${play.startedAt}","msPlayed":1}`),
      ['trackId'],
    ],
    ['NaN', reportPlay, { ...play, msPlayed: Number.NaN }, ['msPlayed']],
    ['a UUID of version 1', reportPlay, { ...play, playId: '018f4e6c-2b1a-1c3d-9e4f-5a6b7c8d9e0f' }, ['playId']],
    ['a UUID in braces', reportPlay, { ...play, playId: `{${play.playId}}` }, ['playId']],
    ['a UUID and a line break', reportPlay, { ...play, playId: `${play.playId}\n` }, ['playId']],
    ['30 February', reportPlay, { ...play, startedAt: '2026-02-30T00:00:00Z' }, ['startedAt']],
    ['a leap second', reportPlay, { ...play, startedAt: '2016-12-31T23:59:60Z' }, ['startedAt']],
    ['a local time', reportPlay, { ...play, startedAt: '2026-11-22T08:30:00' }, ['startedAt']],
    ['an offset', reportPlay, { ...play, startedAt: '2026-11-22T08:30:00+02:00' }, ['startedAt']],
    ['year 0', reportPlay, { ...play, startedAt: '0000-01-01T00:00:00Z' }, ['startedAt']],
    ['no plays', reportPlays, { plays: [] }, ['plays']],
    ['501 plays', reportPlays, { plays: Array.from({ length: 501 }, () => play) }, ['plays']],
    ['plays that are none', reportPlays, { plays: {} }, ['plays']],
    [
      'the fourth play',
      reportPlays,
      { plays: [play, play, play, { ...play, playId: 'x', who: 1 }] },
      ['plays[3].who', 'plays[3].playId'],
    ],
    ['21 tags', updateTrack, { tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, ['tags']],
    ['a tag of 51', updateTrack, { tags: ['ok', 'x'.repeat(51)] }, ['tags[1]']],
    ['31 April', updateTrack, { releasedOn: '2026-04-31' }, ['releasedOn']],
    ['no title', updateTrack, { title: null }, ['title']],
  ])('%s', (_, route, body, fields) => {
    expect(refusedFields(route, { params: { trackId: '1' }, body })).toEqual(fields);
  });

  test('at most 20 of them', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, 1]));
    expect(refusedFields(register, { body: many })).toHaveLength(20);
  });

  test('an unknown name is shortened, and can break no log line', () => {
    const [refused] = refusedBy(updateProfile, { body: { [`a\n\u0000\ud800${'x'.repeat(1_000)}`]: 1 } });
    expect(refused?.field).toMatch(/^a\ufffd{3}x{60}$/u);
  });
});

describe('words', () => {
  test('say what is wanted and never what was sent', () => {
    const sent = 'never-shown';
    const refused = refusedBy(register, { body: { email: sent, password: { sent }, role: sent, displayName: [sent] } });
    expect(refused).toHaveLength(4);
    expect(JSON.stringify(refused)).not.toContain(sent);
  });

  test('a missing field is required', () => {
    expect(refusedBy(logIn, { body: { email: 'a@b' } })).toEqual([{ field: 'password', message: 'is required' }]);
  });

  test('limits are told', () => {
    expect(refusedBy(listTracks, { query: { limit: '101' } })).toEqual([
      { field: 'limit', message: 'must be a whole number from 1 to 100' },
    ]);
  });

  const wordless = (schema: unknown, path: string): readonly string[] => {
    if (typeof schema !== 'object' || schema === null) return [];
    const { errorMessage, properties, items } = schema as {
      errorMessage?: string;
      properties?: object;
      items?: object;
    };
    const inner = Object.entries(properties ?? {}).flatMap(([name, part]) => wordless(part, `${path}.${name}`));
    return [
      ...(errorMessage === undefined ? [path] : []),
      ...inner,
      ...(items === undefined ? [] : wordless(items, `${path}[]`)),
    ];
  };

  test('are there for every field that a caller may send', () => {
    const parts = routes.flatMap(({ operationId, route }) =>
      [route.params, route.query, route.headers, route.body, route.form, route.multipart?.fields].flatMap((part) =>
        part === undefined ? [] : wordless(part, operationId),
      ),
    );
    expect(parts).toEqual([]);
    expect(wordless({ errorMessage: 'x', properties: { a: {} } }, 'planted')).toEqual(['planted.a']);
  });
});

describe('text of queries, paths, forms and headers', () => {
  test.each<[string, Route, Raw, string[]]>([
    ['an unknown key', listTracks, { query: { page: '1' } }, ['page']],
    ['__proto__', listTracks, { query: parsed('{"__proto__": "1"}') as Record<string, string> }, ['__proto__']],
    ['a key given twice', listTracks, { query: { genre: ['a', 'b'] } }, ['genre']],
    ['a limit given twice', listPlays, { query: { limit: ['1', '1'] } }, ['limit']],
    ['limit 0', listPlays, { query: { limit: '0' } }, ['limit']],
    ['limit -1', listPlays, { query: { limit: '-1' } }, ['limit']],
    ['limit 1e1', listPlays, { query: { limit: '1e1' } }, ['limit']],
    ['limit 0x10', listPlays, { query: { limit: '0x10' } }, ['limit']],
    ['limit with a space', listPlays, { query: { limit: ' 1' } }, ['limit']],
    ['an empty limit', listPlays, { query: { limit: '' } }, ['limit']],
    ['a limit of 2^31', listPlays, { query: { limit: '2147483648' } }, ['limit']],
    ['an id of 2^53', listTracks, { query: { artistId: '9007199254740992' } }, ['artistId']],
    ['an id of 2^53 + 1', listTracks, { query: { artistId: '9007199254740993' } }, ['artistId']],
    ['a cursor of 2,049', listPlays, { query: { cursor: 'c'.repeat(2_049) } }, ['cursor']],
    ['another order', listTracks, { query: { sort: 'id; drop table' } }, ['sort']],
    ['NUL in a search', listTracks, { query: { query: '\u0000' } }, ['query']],
    ['a track that is no number', streamTrack, { params: { trackId: '1;2' }, query: {} }, ['trackId']],
    ['a title given twice', publishTrack, { fields: { title: ['a', 'b'] } }, ['title']],
    ['an unknown form field', publishTrack, { fields: { artistId: '3' } }, ['artistId']],
    ['an idempotency key with a space', startCheckout, { headers: { 'idempotency-key': 'a b' } }, ['idempotency-key']],
  ])('%s is refused', (_, route, raw, fields) => {
    expect(refusedFields(route, raw)).toEqual(fields);
  });

  test('a key given twice is told so', () => {
    expect(refusedBy(listTracks, { query: { genre: ['a', 'b'] } })[0]?.message).toBe('must be given once');
  });

  test('whole numbers are read and defaults filled in', () => {
    expect(inputValidator(listTracks)({ query: { artistId: '9007199254740991', sort: 'new' } })).toEqual({
      ok: true,
      value: { query: { limit: 20, artistId: Number.MAX_SAFE_INTEGER, sort: 'new' } },
    });
  });

  test('a single tag is a list of one', () => {
    expect(inputValidator(publishTrack)({ fields: { tags: 'folk' } })).toEqual({
      ok: true,
      value: { fields: { tags: ['folk'] } },
    });
  });

  test('headers that mean nothing here are left out, not refused', () => {
    const raw = { params: { trackId: '3' }, query: {}, headers: { host: 'h', range: 'bytes=0-' } };
    expect(inputValidator(streamTrack)(raw)).toEqual({
      ok: true,
      value: { params: { trackId: 3 }, query: {}, headers: { range: 'bytes=0-' } },
    });
  });
});

describe('what is taken', () => {
  test.each<[string, Route, unknown]>([
    ['a registration', register, fan],
    ['a password of 128 with any letters', register, { ...fan, password: '🎵é1'.repeat(42) }],
    ['any text as the address of a login', logIn, { email: "a@b' or 1=1", password: 'x' }],
    ['emoji count as one', updateProfile, { displayName: '🎵'.repeat(100) }],
    ['several lines', updateProfile, { bio: 'a\r\n\tb' }],
    ['null to clear', updateProfile, { displayName: null, bio: null }],
    ['a play', reportPlay, play],
    ['a play in UTC by offset', reportPlay, { ...play, startedAt: '2026-11-22T08:30:00.123456+00:00' }],
    ['a version 4 id in capitals', reportPlay, { ...play, playId: '018F4E6C-2B1A-4C3D-AE4F-5A6B7C8D9E0F' }],
    ['500 plays', reportPlays, { plays: Array.from({ length: 500 }, () => play) }],
    ['29 February', updateTrack, { releasedOn: '2024-02-29' }],
  ])('%s', (_, route, body) => {
    expect(refusedBy(route, { params: { trackId: '1' }, body })).toEqual([]);
  });
});

describe('any value', () => {
  const judge = jsonValidator(PlayReport);
  const valid = fc.record({
    playId: fc.uuid({ version: [4, 7] }),
    trackId: fc.integer({ min: 1 }),
    startedAt: fc
      .date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    msPlayed: fc.integer({ min: 0, max: 86_400_000 }),
  });
  const key = fc.oneof(fc.constantFrom('playId', 'trackId', 'startedAt', 'msPlayed', '__proto__'), fc.string());
  const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
  const changed = fc.tuple(valid, key, anything).map(([report, name, value]) => {
    const document = Object.assign(Object.create(null), report);
    document[name] = value;
    return document as unknown;
  });

  test('of a play is taken where it is one', () => {
    fc.assert(fc.property(valid, (report) => expect(judge(report)).toEqual({ ok: true, value: report })));
  });

  test('is judged as the schema does, and a refusal always says where', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 3, arbitrary: changed }, { weight: 1, arbitrary: anything }), (value) => {
        const result = judge(value);
        expect(result.ok).toBe(Check(PlayReport, value));
        if (result.ok) return;
        expect(result.errors.length).toBeGreaterThan(0);
        expect(result.errors).not.toContainEqual(expect.objectContaining({ message: 'is not as the contract says' }));
      }),
      { numRuns: 500 },
    );
  });

  test('however deep, is judged without a throw', () => {
    const deep = parsed(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(refusedFields(reportPlays, { body: { plays: [{ ...play, trackId: deep }] } })).toEqual(['plays[0].trackId']);
  });
});
