import {
  choice,
  decimal,
  formed,
  integer,
  line,
  list,
  named,
  nullable,
  object,
  opaque,
  optional,
  secret,
  yesOrNo,
} from './fields.ts';
import { Subscription } from './payments.ts';
import { Earnings } from './payouts.ts';
import { Biography, Profile } from './profiles.ts';
import { problem, route } from './route.ts';
import { HeardPlay, LoggedPlay } from './streams.ts';
import { Track } from './track.ts';
import { Count, Currency, DisplayName, Id, Micros, Time, Url } from './wire.ts';

export const Role = choice(['FAN', 'ARTIST']);

const MAX_EMAIL = 254;

const Email = formed(
  '^[^\\s\\u0000-\\u001f\\u007f\\ud800-\\udfff@]+@[^\\s\\u0000-\\u001f\\u007f\\ud800-\\udfff@]+$',
  MAX_EMAIL,
  `an e-mail address of at most ${MAX_EMAIL} characters`,
  { description: 'Compared case-insensitively.', examples: ['fan1@example.com'] },
);

const Password = secret(1, 128);
const RefreshToken = opaque(512);

const Registered = named('Registered', { userId: Id, email: Email, role: Role });

const TokenPair = named('TokenPair', {
  accessToken: opaque(4_096),
  refreshToken: RefreshToken,
  tokenType: choice(['Bearer']),
  expiresIn: integer(1, 86_400, { description: "Seconds of the access token's life." }),
});

const Me = named('Me', {
  userId: Id,
  email: Email,
  role: Role,
  subscriptionActive: yesOrNo(),
  profile: object({ displayName: nullable(DisplayName), bio: nullable(Biography), avatarUrl: nullable(Url) }),
  listeningStats: named('ListeningStats', { totalStreams: Count, recentStreams: list(HeardPlay, 0, 10) }),
  artistStats: nullable(
    named('ArtistStats', {
      trackCount: Count,
      totalPayout: decimal(-1e15, 1e15, { description: 'All that was ever earned, in whole cents, for display.' }),
      totalPayoutMicros: Micros,
      currency: Currency,
    }),
  ),
});

const MANY = 10_000_000;

const AccountExport = named(
  'AccountExport',
  {
    exportedAt: Time,
    account: object({ userId: Id, email: Email, role: Role, createdAt: Time }),
    profile: Profile,
    sessions: list(object({ createdAt: Time, expiresAt: Time, revokedAt: nullable(Time) }), 0, MANY),
    subscription: Subscription,
    plays: list(LoggedPlay, 0, MANY),
    tracks: list(Track, 0, MANY),
    earnings: nullable(Earnings),
  },
  { description: "All that is kept of the caller. `tracks` and `earnings` are an artist's: empty and null for a fan." },
);

export const register = route({
  method: 'post',
  path: '/auth/register',
  summary: 'Opens an account',
  tag: 'Accounts',
  auth: 'public',
  body: object({ email: Email, password: Password, role: Role, displayName: optional(DisplayName) }),
  responses: { 201: Registered, 409: problem },
});

export const logIn = route({
  method: 'post',
  path: '/auth/login',
  summary: 'Signs in; a wrong address and a wrong password are answered alike',
  tag: 'Accounts',
  auth: 'public',
  body: object({ email: line(1, MAX_EMAIL), password: Password }),
  responses: { 200: TokenPair, 401: problem },
});

export const refreshSession = route({
  method: 'post',
  path: '/auth/refresh',
  summary: 'Trades a refresh token for new tokens; one that was used before ends the session',
  tag: 'Accounts',
  auth: 'public',
  body: object({ refreshToken: RefreshToken }),
  responses: { 200: TokenPair, 401: problem },
});

export const logOut = route({
  method: 'post',
  path: '/auth/logout',
  summary: 'Ends the session; an unknown token ends nothing, and nobody is told',
  tag: 'Accounts',
  auth: 'public',
  body: object({ refreshToken: RefreshToken }),
  responses: { 204: 'empty' },
});

export const getMe = route({
  method: 'get',
  path: '/users/me',
  summary: 'The caller: account, profile, listening and, for an artist, earnings',
  tag: 'Accounts',
  auth: 'signed-in',
  responses: { 200: Me },
});

export const exportMe = route({
  method: 'get',
  path: '/users/me/export',
  summary: 'All that is kept of the caller',
  tag: 'Accounts',
  auth: 'signed-in',
  responses: { 200: AccountExport },
});

export const eraseMe = route({
  method: 'delete',
  path: '/users/me',
  summary: 'Ends sign-in and erases personal data; what was earned stays in the ledger, the person unnamed',
  tag: 'Accounts',
  auth: 'signed-in',
  body: object({ password: Password }),
  responses: { 204: 'empty', 403: problem },
});
