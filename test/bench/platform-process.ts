import { writeFileSync } from 'node:fs';
import { TOKENS, configFromEnvironment, openPlatform } from '@backline/composition';
import type { Email, SessionId, User, UserId } from '@backline/core/accounts';
import { DAY_MS, MINUTE_MS, after, before, ok } from '@backline/core/kernel';
import type { Subscription, SubscriptionId } from '@backline/core/subscriptions';
import { LIMITS, startHttp } from '@backline/http';
import { startWorker } from '@backline/worker';

/** The platform as it is, without rate limits, after filling it; BENCH_OUT gets the tokens of its fans and its tracks. */
const FANS = 2_000;
const TRACKS = Number(process.env['BENCH_TRACKS'] ?? 100);
const TRACK_BYTES = 5_000_000;

const platform = await openPlatform(configFromEnvironment());
const core = platform.container.get(TOKENS.core);
const ports = platform.container.get(TOKENS.ports);
const { uow } = platform.container.get(TOKENS.database).ports;
const now = ports.clock.now();

const noise = (seed: number): Uint8Array => {
  const bytes = Buffer.alloc(TRACK_BYTES);
  let state = seed + 1;
  for (let at = 44; at + 4 <= bytes.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt32LE(state, at);
  }
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(TRACK_BYTES - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(44_100, 24);
  bytes.writeUInt32LE(176_400, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(TRACK_BYTES - 44, 40);
  return bytes;
};

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

const publish = async (): Promise<readonly { readonly trackId: number; readonly audio: string }[]> => {
  const artist = demanded(
    await core.accounts.register({
      email: 'artist@bench.example',
      password: 'Benchmark2026',
      role: 'ARTIST',
      displayName: 'Bench',
    }),
  );
  const tracks = [];
  for (let number = 0; number < TRACKS; number += 1) {
    const staged = demanded(
      await core.catalog.stageAudio(
        (async function* () {
          yield noise(number);
        })(),
      ),
    );
    const trackId = demanded(
      await core.catalog.publishTrack(artist.id, staged, { title: `Noise ${number}`, tags: ['noise'] }),
    );
    tracks.push({ trackId, audio: (await ports.catalog.playable(trackId))?.audio ?? '' });
  }
  return tracks;
};

const fans = await joinFans();
const tracks = await publish();
const tokens = fans.map((userId) =>
  ports.accessTokens.issue(
    { userId, role: 'FAN', sessionId: ports.ids.uuid() as SessionId, expiresAt: after(now, 14 * MINUTE_MS) },
    now,
  ),
);
writeFileSync(process.env['BENCH_OUT'] ?? '/dev/stdout', JSON.stringify({ tokens, tracks }));

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
