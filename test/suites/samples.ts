import { setTimeout } from 'node:timers/promises';
import type { Email, User, UserId } from '@backline/core/accounts';
import type { MediaKey, Track, TrackId } from '@backline/core/catalog';
import { DAY_MS, type Instant, after, instant } from '@backline/core/kernel';
import type { Play, PlayId, Verdict } from '@backline/core/playback';
import type { CustomerId, Subscription, SubscriptionId } from '@backline/core/subscriptions';
import { type Harness, commit } from './harness.ts';

/** The middle of a month, so that the day before and the day after are of the same one. */
export const NOW = instant(Date.parse('2026-11-15T12:00:00Z'));

export const at = (text: string): Instant => instant(Date.parse(text));

/** Composed, decomposed, right-to-left, beyond the basic plane, joined, and SQL's and JSON's own characters. */
export const AWKWARD_TEXT = `Zoë / Zoe\u0308 — אבג 🎸👩‍🎤 '"\\%_;-- $1 {"a":1} \u2028`;

export const uuid = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

export const userOf = (id: number, changes: Partial<User> = {}): User => ({
  id: id as UserId,
  email: `user${id}@example.com` as Email,
  role: 'FAN',
  passwordHash: `hash of ${id}`,
  profile: { displayName: null, bio: null, avatar: null },
  createdAt: NOW,
  erasedAt: null,
  ...changes,
});

export const addUser = ({ ports }: Harness, changes: Partial<User> = {}): Promise<User> =>
  commit(ports.uow, async ({ users }) => {
    const user = userOf(changes.id ?? (await users.nextId()), changes);
    const inserted = await users.insert(user);
    if (!inserted.ok) throw new Error(inserted.error.code);
    return user;
  });

export const addArtist = (harness: Harness, displayName: string | null = null): Promise<User> =>
  addUser(harness, { role: 'ARTIST', profile: { displayName, bio: null, avatar: null } });

export const trackOf = (id: number, artistId: UserId, changes: Partial<Track> = {}): Track => ({
  id: id as TrackId,
  artistId,
  title: `Track ${id}`,
  genre: null,
  tags: [],
  releasedOn: null,
  audio: {
    key: `audio/${id}` as MediaKey,
    codec: 'FLAC',
    contentType: 'audio/flac',
    durationMs: 180_000,
    bitrateKbps: 900,
    sampleRateHz: 44_100,
    channels: 2,
    sizeBytes: 20_000_000,
    sha256: id.toString(16).padStart(64, '0'),
  },
  artwork: null,
  loudnessLufs: null,
  status: 'ready',
  createdAt: NOW,
  removedAt: null,
  ...changes,
});

export const addTrack = ({ ports }: Harness, artist: User, changes: Partial<Track> = {}): Promise<Track> =>
  commit(ports.uow, async ({ tracks }) => {
    const track = trackOf(changes.id ?? (await tracks.nextId()), artist.id, changes);
    const inserted = await tracks.insert(track);
    if (!inserted.ok) throw new Error(inserted.error.code);
    return track;
  });

export const remove = ({ ports }: Harness, track: Track): Promise<void> =>
  commit(ports.uow, ({ tracks }) => tracks.save({ ...track, removedAt: NOW }));

type PlayChanges = Partial<Omit<Play, 'judgment' | 'firstVerdict'>> & { readonly verdict?: Verdict };

/** Payable unless said otherwise. */
export const playOf = (
  number: number,
  listener: Pick<User, 'id'>,
  track: Track,
  { verdict = 'payable', ...changes }: PlayChanges = {},
): Play => ({
  playId: uuid(number) as PlayId,
  listenerId: listener.id,
  trackId: track.id,
  artistId: track.artistId,
  trackDurationMs: track.audio.durationMs,
  startedAt: after(NOW, number * 60_000),
  msPlayed: 31_000,
  reportedAt: NOW,
  judgment: { verdict, occupying: verdict === 'payable', policyVersion: 1 },
  firstVerdict: verdict,
  ...changes,
});

export const addPlays = ({ ports }: Harness, plays: readonly Play[]): Promise<void> =>
  commit(ports.playLog, async (stores) => {
    await stores.plays.lock([...new Set(plays.map(({ listenerId }) => listenerId))]);
    await stores.plays.append(plays);
  });

export const rejudge = ({ ports }: Harness, changes: readonly (readonly [Play, Verdict])[]): Promise<void> =>
  commit(ports.playLog, async ({ plays }) => {
    await plays.lock([...new Set(changes.map(([{ listenerId }]) => listenerId))]);
    await plays.rejudge(
      changes.map(([play, verdict]) => ({ play, judgment: { verdict, occupying: false, policyVersion: 2 } })),
    );
  });

export const advance = ({ ports }: Harness): Promise<number> => commit(ports.uow, ({ rollup }) => rollup.advance());

export const CUSTOMER = 'cus_1' as CustomerId;

export const subscriptionOf = (id: string, userId: UserId, changes: Partial<Subscription> = {}): Subscription => ({
  id: id as SubscriptionId,
  userId,
  status: 'active',
  currentPeriodStart: NOW,
  currentPeriodEnd: after(NOW, 30 * DAY_MS),
  cancelAtPeriodEnd: false,
  pastDueSince: null,
  endedAt: null,
  payUrl: null,
  paid: [{ from: NOW, until: null }],
  ...changes,
});

/** Advances until so many plays and changed verdicts were moved: what else runs on the same server may delay it. */
export const catchUp = async (harness: Harness, expected: number): Promise<void> => {
  let moved = 0;
  for (let attempt = 0; attempt < MAX_ADVANCES && moved < expected; attempt += 1) {
    if (attempt > 0) await setTimeout(PAUSE_MS);
    moved += await advance(harness);
  }
  moved += await advance(harness);
  if (moved !== expected) throw new Error(`the rollup moved ${moved}, not ${expected}`);
};

const MAX_ADVANCES = 200;
const PAUSE_MS = 20;
