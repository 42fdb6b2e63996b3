import { writeFileSync } from 'node:fs';
import { TOKENS, configFromEnvironment, openPlatform } from '@backline/composition';
import type { Email, SessionId, User, UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { DAY_MS, MINUTE_MS, after, before, ok } from '@backline/core/kernel';
import type { Subscription, SubscriptionId } from '@backline/core/subscriptions';
import { LIMITS, startHttp } from '@backline/http';
import { startWorker } from '@backline/worker';
import { noisyWav } from './noise.ts';

/** The platform as it is, without rate limits, after filling it; BENCH_OUT gets the tokens of its fans and its tracks. */
const FANS = 2_000;
const TRACKS = Number(process.env['BENCH_TRACKS'] ?? 100);
const TRACK_BYTES = 5_000_000;

const platform = await openPlatform(configFromEnvironment());
const core = platform.container.get(TOKENS.core);
const ports = platform.container.get(TOKENS.ports);
const { uow } = platform.container.get(TOKENS.database).ports;
const now = ports.clock.now();

const demanded = <T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly code: string } },
): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};

const fanOf = (id: UserId): User => ({
  id,
  email: `fan${id}@bench.example` as Email,
  role: 'FAN',
  passwordHash: 'none',
  profile: { displayName: null, bio: null, avatar: null },
  createdAt: now,
  erasedAt: null,
});

const subscriptionOf = (userId: UserId): Subscription => ({
  id: `sub_${userId}` as SubscriptionId,
  userId,
  status: 'active',
  currentPeriodStart: before(now, DAY_MS),
  currentPeriodEnd: after(now, 30 * DAY_MS),
  cancelAtPeriodEnd: false,
  pastDueSince: null,
  endedAt: null,
  payUrl: null,
  paid: [{ from: before(now, 60 * DAY_MS), until: null }],
});

const joinFans = async (): Promise<readonly UserId[]> => {
  const ids: UserId[] = [];
  for (let fan = 0; fan < FANS; fan += 1) {
    await uow.run(async ({ users, subscriptions }) => {
      const id = await users.nextId();
      await users.insert(fanOf(id));
      await subscriptions.save(subscriptionOf(id));
      ids.push(id);
      return ok(null);
    });
  }
  return ids;
};

type Published = { readonly trackId: number; readonly audio: string; readonly link: string };

/** A fan who has signed in and may hear everything: links live and die with a session. */
const linker = async (): Promise<(trackId: TrackId) => string> => {
  const person = { email: 'linked@bench.example', password: 'Benchmark2026' };
  const { id } = demanded(await core.accounts.register({ ...person, role: 'FAN', displayName: 'Linked' }));
  await uow.run(async ({ subscriptions }) => ok(await subscriptions.save(subscriptionOf(id))));
  const { accessToken } = demanded(await core.accounts.logIn(person.email, person.password));
  const claims = ports.accessTokens.verify(accessToken, ports.clock.now());
  if (claims === null) throw new Error('a token that is no good from its first moment');
  const { userId: listenerId, sessionId } = claims;
  return (trackId) => ports.streamLinks.sign({ trackId, listenerId, sessionId, expiresAt: after(now, 5 * MINUTE_MS) });
};

const publish = async (): Promise<readonly Published[]> => {
  const linkTo = await linker();
  const artist = demanded(
    await core.accounts.register({
      email: 'artist@bench.example',
      password: 'Benchmark2026',
      role: 'ARTIST',
      displayName: 'Bench',
    }),
  );
  const tracks: Published[] = [];
  for (let number = 0; number < TRACKS; number += 1) {
    const staged = demanded(
      await core.catalog.stageAudio(
        (async function* () {
          yield noisyWav(TRACK_BYTES, number);
        })(),
      ),
    );
    const trackId = demanded(
      await core.catalog.publishTrack(artist.id, staged, { title: `Noise ${number}`, tags: ['noise'] }),
    );
    tracks.push({ trackId, audio: (await ports.catalog.playable(trackId))?.audio ?? '', link: linkTo(trackId) });
  }
  return tracks;
};

const tokenOf = (userId: UserId, role: 'FAN' | 'ARTIST'): string =>
  ports.accessTokens.issue(
    { userId, role, sessionId: ports.ids.uuid() as SessionId, expiresAt: after(now, 15 * MINUTE_MS) },
    now,
  );

const artist = async (name: string): Promise<{ readonly userId: UserId; readonly token: string }> => {
  const email = `${name}@bench.example`;
  const { id } = demanded(
    await core.accounts.register({ email, password: 'Benchmark2026', role: 'ARTIST', displayName: name }),
  );
  return { userId: id, token: tokenOf(id, 'ARTIST') };
};

const fans = await joinFans();
const filled = {
  tracks: await publish(),
  tokens: fans.map((userId) => tokenOf(userId, 'FAN')),
  artists: { few: await artist('few'), many: await artist('many') },
};
writeFileSync(process.env['BENCH_OUT'] ?? '/dev/stdout', JSON.stringify(filled));

const worker = await startWorker(platform);
const http = await startHttp(platform, {
  ...LIMITS,
  requestsPerMinute: 1e9,
  failedLoginsPerAccount: 1e9,
  failedLoginsPerAddress: 1e9,
});
process.once('SIGTERM', () => {
  void http
    .stop()
    .then(worker.stop)
    .then(platform.close)
    .then(() => process.exit(0));
});
