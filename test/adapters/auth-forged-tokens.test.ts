import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Claims, SessionId, UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { MINUTE_MS, SECOND_MS, after, before, instant } from '@backline/core/kernel';
import { hmacStreamLinks, jwtAccessTokens, opaqueSecretTokens } from '@backline/auth';
import { describe, expect, jest, test } from '@jest/globals';

const jwt = createRequire(import.meta.resolve('@backline/auth'))('jsonwebtoken') as { verify: () => unknown };

const SECRET = 'a secret of this test and of nothing else';
const OLD_SECRET = 'the secret that this test used before it';
const OPTIONS = {
  keys: [
    { kid: 'new', secret: SECRET },
    { kid: 'old', secret: OLD_SECRET },
  ],
  issuer: 'backline',
  audience: 'backline-api',
};
const NOW = instant(Date.parse('2026-11-20T12:00:00Z'));
const NOW_S = NOW / SECOND_MS;
const SESSION = '018f4a3c-0000-7000-8000-00000000c0de' as SessionId;
const CLAIMS: Claims = {
  userId: 7 as UserId,
  role: 'ARTIST',
  sessionId: SESSION,
  expiresAt: after(NOW, 15 * MINUTE_MS),
};

type Json = Readonly<Record<string, unknown>>;

const HEADER: Json = { alg: 'HS256', typ: 'at+jwt', kid: 'new' };
const PAYLOAD: Json = {
  sub: '7',
  role: 'ARTIST',
  sid: SESSION,
  iss: 'backline',
  aud: 'backline-api',
  iat: NOW_S,
  exp: NOW_S + 900,
  jti: '0d7a4f5e-5d1c-4c1e-9d65-2f8f6f5f1a11',
};

const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
const hmac = (hash: string, secret: string, text: string): string =>
  createHmac(hash, secret).update(text).digest('base64url');

const signed = (header: string, payload: string, { hash = 'sha256', secret = SECRET } = {}): string => {
  const text = `${base64url(header)}.${base64url(payload)}`;
  return `${text}.${hmac(hash, secret, text)}`;
};
const jwtOf = (header: Json, payload: unknown, key = {}): string =>
  signed(JSON.stringify(header), JSON.stringify(payload), key);
const withHeader = (change: Json, key = {}): string => jwtOf({ ...HEADER, ...change }, PAYLOAD, key);
const withPayload = (change: Json): string => jwtOf(HEADER, { ...PAYLOAD, ...change });

const unsigned = (header: Json): string =>
  `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(PAYLOAD))}.`;

const GOOD = jwtOf(HEADER, PAYLOAD);
const [goodHeader = '', goodPayload = '', goodSignature = ''] = GOOD.split('.');

const asymmetric = (alg: string): string => {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const text = `${base64url(JSON.stringify({ ...HEADER, alg }))}.${base64url(JSON.stringify(PAYLOAD))}`;
  return `${text}.${base64url(sign('sha256', Buffer.from(text), privateKey))}`;
};

/** Another spelling of the same signature: the last character carries two bits that decode to nothing. */
const spareBitsChanged = (token: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const respelt = token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) ^ 1];
  expect(Buffer.from(respelt.split('.')[2]!, 'base64url')).toEqual(Buffer.from(goodSignature, 'base64url'));
  return respelt;
};

const FORGED: Readonly<Record<string, string>> = {
  'alg none, no signature': unsigned({ ...HEADER, alg: 'none' }),
  'alg None, no signature': unsigned({ ...HEADER, alg: 'None' }),
  'alg none, the signature kept': withHeader({ alg: 'none' }),
  'HS256 with the signature cut off': unsigned(HEADER),
  'no alg': signed(JSON.stringify({ typ: 'at+jwt', kid: 'new' }), JSON.stringify(PAYLOAD)),
  'alg that is a list': withHeader({ alg: ['HS256'] }),
  'alg in lower case': withHeader({ alg: 'hs256' }),
  'HS384 with the right secret': withHeader({ alg: 'HS384' }, { hash: 'sha384' }),
  'HS512 with the right secret': withHeader({ alg: 'HS512' }, { hash: 'sha512' }),
  'RS256 with a key of the forger': asymmetric('RS256'),
  'PS256 with a key of the forger': asymmetric('PS256'),
  'ES256 with a key of the forger': asymmetric('ES256'),
  'RS256 said, HMAC made': withHeader({ alg: 'RS256' }),
  'another secret': withHeader({}, { secret: 'another secret, and as long as it must be' }),
  'the empty secret': withHeader({}, { secret: '' }),
  'the other key’s secret under this key’s id': withHeader({}, { secret: OLD_SECRET }),
  'no kid': signed(JSON.stringify({ alg: 'HS256', typ: 'at+jwt' }), JSON.stringify(PAYLOAD)),
  'unknown kid': withHeader({ kid: 'newer' }),
  'empty kid': withHeader({ kid: '' }),
  'kid that climbs to a file': withHeader({ kid: '../../../../dev/null' }, { secret: '' }),
  'kid that is a query': withHeader({ kid: "new' UNION SELECT 'x" }),
  'kid __proto__': withHeader({ kid: '__proto__' }, { secret: '' }),
  'kid constructor': withHeader({ kid: 'constructor' }),
  'kid that is a list': withHeader({ kid: ['new'] }),
  'crit that asks for something unknown': withHeader({ crit: ['exp-in-hours'], 'exp-in-hours': true }),
  'crit that is empty': withHeader({ crit: [] }),
  'b64 false': withHeader({ b64: false, crit: ['b64'] }),
  'jwk of the forger': withHeader({ jwk: { kty: 'oct', k: base64url(SECRET) } }),
  'jku of the forger': withHeader({ jku: 'https://forger.example/keys' }),
  'typ JWT': withHeader({ typ: 'JWT' }),
  'typ of a refresh token': withHeader({ typ: 'rt+jwt' }),
  'no typ': signed(JSON.stringify({ alg: 'HS256', kid: 'new' }), JSON.stringify(PAYLOAD)),
  'a header that is null': signed('null', JSON.stringify(PAYLOAD)),
  'a header that is a list': signed(JSON.stringify([HEADER]), JSON.stringify(PAYLOAD)),
  'a header that is no JSON': signed('{"alg":"HS256"', JSON.stringify(PAYLOAD)),
  'a header with __proto__': signed(
    '{"alg":"HS256","typ":"at+jwt","kid":"new","__proto__":{"admin":true}}',
    JSON.stringify(PAYLOAD),
  ),
  'a payload that is a bare string': jwtOf(HEADER, 'ARTIST 7'),
  'a payload that is null': jwtOf(HEADER, null),
  'a payload that is null, typ JWT': jwtOf({ ...HEADER, typ: 'JWT' }, null),
  'a payload that is a number': jwtOf(HEADER, 7),
  'a payload that is a list': jwtOf(HEADER, [PAYLOAD]),
  'a payload that is no JSON': signed(JSON.stringify(HEADER), '{"sub":"7"'),
  'an empty payload': signed(JSON.stringify(HEADER), ''),
  'no exp': withPayload({ exp: undefined }),
  'exp that is text': withPayload({ exp: String(NOW_S + 900) }),
  'exp in milliseconds': withPayload({ exp: (NOW_S + 900) * 1_000 }),
  'exp that is a fraction': withPayload({ exp: NOW_S + 899.5 }),
  'exp beyond every number': signed(
    JSON.stringify(HEADER),
    JSON.stringify(PAYLOAD).replace(`"exp":${NOW_S + 900}`, '"exp":1e999'),
  ),
  'exp a second too far': withPayload({ exp: NOW_S + 901 }),
  'exp now': withPayload({ iat: NOW_S - 900, exp: NOW_S }),
  'exp a second ago': withPayload({ iat: NOW_S - 800, exp: NOW_S - 1 }),
  'exp before iat': withPayload({ iat: NOW_S + 20, exp: NOW_S + 10, nbf: NOW_S + 400 }),
  'no iat': withPayload({ iat: undefined }),
  'iat that is text': withPayload({ iat: String(NOW_S) }),
  'iat negative': withPayload({ iat: -1 }),
  'iat further ahead than clocks are apart': withPayload({ iat: NOW_S + 31 }),
  'iat further ahead, nbf not': withPayload({ iat: NOW_S + 31, nbf: NOW_S }),
  'iat that is a fraction, nbf not': withPayload({ iat: NOW_S - 0.5, exp: NOW_S + 899, nbf: NOW_S }),
  'nbf further ahead than clocks are apart': withPayload({ nbf: NOW_S + 31 }),
  'nbf that is text': withPayload({ nbf: '0' }),
  'nbf null': withPayload({ nbf: null }),
  'no jti': withPayload({ jti: undefined }),
  'empty jti': withPayload({ jti: '' }),
  'jti that is a number': withPayload({ jti: 1 }),
  'no iss': withPayload({ iss: undefined }),
  'another iss': withPayload({ iss: 'forger' }),
  'iss that is a list': withPayload({ iss: ['backline'] }),
  'no aud': withPayload({ aud: undefined }),
  'another aud': withPayload({ aud: 'backline-refresh' }),
  'several aud': withPayload({ aud: ['backline-api', 'backline-refresh'] }),
  'no sub': withPayload({ sub: undefined }),
  'sub that is a number': withPayload({ sub: 7 }),
  'sub 0': withPayload({ sub: '0' }),
  'sub negative': withPayload({ sub: '-7' }),
  'sub with a leading zero': withPayload({ sub: '07' }),
  'sub with a plus': withPayload({ sub: '+7' }),
  'sub with a line end': withPayload({ sub: '7\n' }),
  'sub in exponents': withPayload({ sub: '1e3' }),
  'sub that is a fraction': withPayload({ sub: '7.0' }),
  'sub 2^53': withPayload({ sub: '9007199254740992' }),
  'sub beyond 64 bits': withPayload({ sub: '99999999999999999999' }),
  'sub that is another person’s in a list': withPayload({ sub: ['7'] }),
  'no role': withPayload({ role: undefined }),
  'role ADMIN': withPayload({ role: 'ADMIN' }),
  'role in lower case': withPayload({ role: 'artist' }),
  'role that is a list': withPayload({ role: ['ARTIST'] }),
  'no sid': withPayload({ sid: undefined }),
  'sid that is no UUID': withPayload({ sid: "x' OR 1=1" }),
  'sid in capitals': withPayload({ sid: SESSION.toUpperCase() }),
  'the payload changed, the signature kept': [
    goodHeader,
    base64url(JSON.stringify({ ...PAYLOAD, sub: '8' })),
    goodSignature,
  ].join('.'),
  'the signature of another token': [goodHeader, goodPayload, withPayload({ sub: '8' }).split('.')[2]].join('.'),
  'the spare bits of the signature changed': spareBitsChanged(GOOD),
  'the signature padded': `${GOOD}=`,
  'the signature in plain base64': [
    goodHeader,
    goodPayload,
    `${Buffer.from(goodSignature, 'base64url').toString('base64')}`,
  ].join('.'),
  'the signature in hex': [goodHeader, goodPayload, Buffer.from(goodSignature, 'base64url').toString('hex')].join('.'),
  'two parts': `${goodHeader}.${goodPayload}`,
  'four parts': `${GOOD}.${goodSignature}`,
  'five parts, as an encrypted token has': `${GOOD}.a.b`,
  'a space before': ` ${GOOD}`,
  'a line end after': `${GOOD}\n`,
  'NUL after': `${GOOD}\0`,
  'with the word Bearer': `Bearer ${GOOD}`,
  '4,097 characters, else in order': withPayload({ pad: 'x'.repeat(4_097) }),
  'one megabyte, else in order': withPayload({ pad: 'x'.repeat(1_000_000) }),
  'one megabyte of dots': '.'.repeat(1_000_000),
  'JSON, as the flattened serialisation has it': JSON.stringify({
    protected: goodHeader,
    payload: goodPayload,
    signature: goodSignature,
  }),
  'a refresh token': opaqueSecretTokens().mint(),
  'a stream link under the same secret': hmacStreamLinks({ secret: SECRET }).sign({
    trackId: 9 as TrackId,
    listenerId: 7 as UserId,
    sessionId: SESSION,
    expiresAt: CLAIMS.expiresAt,
  }),
  nothing: '',
};

describe('jwtAccessTokens', () => {
  test('takes the token that the forged ones differ from, made by hand', () => {
    expect(jwtAccessTokens(OPTIONS).verify(GOOD, NOW)).toEqual(CLAIMS);
  });

  test.each(Object.entries(FORGED))('does not take %s', (_, token) => {
    const tokens = jwtAccessTokens(OPTIONS);
    expect(tokens.verify(token, NOW)).toBeNull();
    expect(tokens.verify(GOOD, NOW)).toEqual(CLAIMS);
    expect(tokens.verify(token, NOW)).toBeNull();
  });

  test('writes what the contract names and nothing more', () => {
    const [header, payload] = jwtAccessTokens(OPTIONS)
      .issue(CLAIMS, NOW)
      .split('.')
      .map((part, index) => (index < 2 ? JSON.parse(Buffer.from(part, 'base64url').toString()) : null));
    expect(header).toEqual(HEADER);
    expect(payload).toEqual({ ...PAYLOAD, jti: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  test('a key taken out of first place still verifies, one taken out altogether does not', () => {
    const [current, old] = OPTIONS.keys;
    const before = jwtAccessTokens({ ...OPTIONS, keys: [old!] }).issue(CLAIMS, NOW);
    expect(jwtAccessTokens(OPTIONS).verify(before, NOW)).toEqual(CLAIMS);
    expect(jwtAccessTokens({ ...OPTIONS, keys: [current!] }).verify(before, NOW)).toBeNull();
  });

  test('bears a clock 30 s ahead, whether it has seen the token or not', () => {
    const tokens = jwtAccessTokens(OPTIONS);
    const [early, tooEarly] = [before(NOW, 30 * SECOND_MS), before(NOW, 30 * SECOND_MS + 1)];
    expect(tokens.verify(GOOD, tooEarly)).toBeNull();
    expect(tokens.verify(GOOD, early)).toEqual(CLAIMS);
    expect(tokens.verify(GOOD, tooEarly)).toBeNull();
  });

  test('a token that it has seen is no better before its nbf', () => {
    const tokens = jwtAccessTokens(OPTIONS);
    const token = withPayload({ iat: NOW_S - 100, exp: NOW_S + 800, nbf: NOW_S });
    expect(tokens.verify(token, NOW)).not.toBeNull();
    expect(tokens.verify(token, before(NOW, 31 * SECOND_MS))).toBeNull();
  });

  test('checks a signature once for as long as the token is remembered', () => {
    const checked = jest.spyOn(jwt, 'verify');
    const tokens = jwtAccessTokens({ ...OPTIONS, remembered: 1 });
    for (let time = 0; time < 10; time += 1) tokens.verify(GOOD, NOW);
    expect(checked).toHaveBeenCalledTimes(1);
    tokens.verify(tokens.issue(CLAIMS, NOW), NOW);
    tokens.verify(GOOD, NOW);
    expect(checked).toHaveBeenCalledTimes(3);
    checked.mockRestore();
  });

  test('looks at the given time alone, even at the epoch, where the library would look at the machine’s clock', () => {
    const tokens = jwtAccessTokens(OPTIONS);
    const nowOnThisMachine = Math.floor(Date.now() / 1_000);
    const fresh = withPayload({ iat: nowOnThisMachine, exp: nowOnThisMachine + 900 });
    expect(tokens.verify(fresh, instant(0))).toBeNull();
    const ofTheEpoch = withPayload({ iat: 10, exp: 900 });
    expect(tokens.verify(ofTheEpoch, instant(0))).toEqual({ ...CLAIMS, expiresAt: 900_000 });
  });

  test('forgets the tokens least lately used, and still knows good from bad', () => {
    const tokens = jwtAccessTokens({ ...OPTIONS, remembered: 2 });
    const issued = Array.from({ length: 5 }, () => tokens.issue(CLAIMS, NOW));
    for (const token of [...issued, ...issued]) expect(tokens.verify(token, NOW)).toEqual(CLAIMS);
    for (const token of issued) expect(tokens.verify(token, CLAIMS.expiresAt)).toBeNull();
  });

  test('what one caller does to the claims, no other sees', () => {
    const tokens = jwtAccessTokens(OPTIONS);
    const claims = tokens.verify(GOOD, NOW);
    expect(() => Object.assign(claims!, { userId: 1 })).toThrow(TypeError);
    expect(tokens.verify(GOOD, NOW)).toEqual(CLAIMS);
  });

  test.each([
    ['31 characters', 'x'.repeat(31), 'has 31 bytes'],
    ['the empty text', '', 'has 0 bytes'],
    ['31 bytes', new Uint8Array(31), 'has 31 bytes'],
  ])('refuses a secret of %s and says so without showing it', (_, secret, message) => {
    const weak = { ...OPTIONS, keys: [{ kid: 'new', secret }] };
    expect(() => jwtAccessTokens(weak)).toThrow(message);
    expect(() => hmacStreamLinks({ secret })).toThrow(message);
    if (typeof secret === 'string' && secret !== '') expect(() => jwtAccessTokens(weak)).not.toThrow(secret);
  });

  test('counts a secret’s bytes, not its characters', () => {
    expect(() => jwtAccessTokens({ ...OPTIONS, keys: [{ kid: 'new', secret: 'é'.repeat(16) }] })).not.toThrow();
  });

  test.each([
    ['no key', { keys: [] }],
    ['one id for two keys', { keys: [...OPTIONS.keys, { kid: 'new', secret: OLD_SECRET }] }],
    ['an empty issuer', { issuer: '' }],
    ['an empty audience', { audience: '' }],
  ])('cannot be made with %s', (_, change) => {
    expect(() => jwtAccessTokens({ ...OPTIONS, ...change })).toThrow();
  });

  test('does not issue for more than 15 minutes', () => {
    const claims = { ...CLAIMS, expiresAt: after(CLAIMS.expiresAt, 1) };
    expect(() => jwtAccessTokens(OPTIONS).issue(claims, NOW)).toThrow('15 minutes');
  });
});

describe('hmacStreamLinks', () => {
  test.each([
    ['an access token under the same secret', GOOD],
    ['a link signed with the secret itself', linkSignedWith(SECRET)],
    ['one megabyte', 'A'.repeat(1_000_000)],
  ])('does not take %s', (_, token) => {
    expect(hmacStreamLinks({ secret: SECRET }).verify(token, NOW)).toBeNull();
  });

  test.each([
    ['a track 0', { trackId: 0 as TrackId }],
    ['a listener 2^53', { listenerId: (Number.MAX_SAFE_INTEGER + 1) as UserId }],
    ['a session that is no UUID', { sessionId: 'me' as SessionId }],
  ])('does not sign for %s', (_, change) => {
    const link = { trackId: 9 as TrackId, listenerId: 7 as UserId, sessionId: SESSION, expiresAt: NOW, ...change };
    expect(() => hmacStreamLinks({ secret: SECRET }).sign(link)).toThrow();
  });
});

function linkSignedWith(secret: string): string {
  const good = hmacStreamLinks({ secret: SECRET }).sign({
    trackId: 9 as TrackId,
    listenerId: 7 as UserId,
    sessionId: SESSION,
    expiresAt: CLAIMS.expiresAt,
  });
  const message = Buffer.from(good, 'base64url').subarray(0, 40);
  return Buffer.concat([message, createHmac('sha256', secret).update(message).digest()]).toString('base64url');
}
