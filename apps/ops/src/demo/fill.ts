import { type Platform, TOKENS, type SandboxDesk } from '@backline/composition';
import type { Core } from '@backline/core';
import type { Role, User } from '@backline/core/accounts';
import { DAY_MS, type Instant, type Result, after, day, invariant } from '@backline/core/kernel';
import { demoSongs } from './demo-songs.ts';
import { type HeardTrack, listeningDay } from './listening.ts';
import { seededRandom } from './random.ts';

export const DEMO_PASSWORD = 'Backline-demo-2026x';

const FANS = ['Ada', 'Ben', 'Chloé', 'Dmitri', 'Esra', 'Femi'];
const SEED = 20_261_122;

/** When the demo happens; `moveTo` sets the platform's clock. */
export type Month = { readonly from: Instant; readonly until: Instant; readonly moveTo: (at: Instant) => void };

type Account = { readonly userId: number; readonly email: string | null; readonly name: string | null };
type Track = HeardTrack & { readonly title: string; readonly artist: string };

/** The provider at whose desk the fans pay. */
type Sandbox = Pick<SandboxDesk, 'pay' | 'renewDue'>;

export type Filled = {
  readonly artists: readonly (Account & { readonly earnedMicros: string })[];
  readonly fans: readonly Account[];
  readonly tracks: readonly Track[];
  readonly plays: number;
};

/** Artists, songs, subscribers and their month of plays; null, and nothing changed, where there is anything already. */
export const fillDemo = async (platform: Platform, sandbox: Sandbox, month: Month): Promise<Filled | null> => {
  const core = platform.container.get(TOKENS.core);
  const { catalog } = platform.container.get(TOKENS.ports);
  const anything = demanded(await catalog.tracks({}, { limit: 1, after: null }));
  if (anything.items.length > 0) return null;

  month.moveTo(month.from);
  const artists = await registerAll(core, [...new Set(demoSongs.map(({ artist }) => artist))], 'ARTIST');
  const fans = await registerAll(core, FANS, 'FAN');
  const tracks = await publishAll(core, artists);
  for (const fan of fans) await subscribe(platform, sandbox, fan);
  const plays = await listen(platform, sandbox, month, fans, tracks);
  await core.payout.advanceRollup();

  const earned = await Promise.all(artists.map(({ id }) => core.payout.earningsOf(id)));
  return {
    artists: artists.map((artist, index) => ({
      ...accountOf(artist),
      earnedMicros: String(earned[index]?.earned.micros),
    })),
    fans: fans.map(accountOf),
    tracks,
    plays,
  };
};

const demanded = <T>(result: Result<T, { readonly code: string }>): T => {
  if (!result.ok) throw new Error(`the demo was refused: ${result.error.code}`);
  return result.value;
};

const registerAll = async (core: Core, names: readonly string[], role: Role): Promise<readonly User[]> => {
  const users: User[] = [];
  for (const [index, displayName] of names.entries()) {
    const email = `demo-${role.toLowerCase()}-${index + 1}@example.com`;
    users.push(demanded(await core.accounts.register({ email, password: DEMO_PASSWORD, role, displayName })));
  }
  return users;
};

const publishAll = async (core: Core, artists: readonly User[]): Promise<readonly Track[]> => {
  const tracks: Track[] = [];
  for (const song of demoSongs) {
    const artist = artists.find(({ profile }) => profile.displayName === song.artist);
    invariant(artist !== undefined, `${song.artist} is registered`);
    const staged = demanded(await core.catalog.stageAudio(chunksOf(song.render())));
    const form = { tags: song.tags, releasedOn: day(song.releasedOn) };
    const trackId = demanded(await core.catalog.publishTrack(artist.id, staged, form));
    tracks.push({ trackId, title: song.title, artist: song.artist, durationMs: song.durationMs });
  }
  return tracks;
};

const CHUNK_BYTES = 64 * 1024;

const chunksOf = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES);
};

const subscribe = async ({ container }: Platform, sandbox: Sandbox, fan: User): Promise<void> => {
  const { sessionId } = demanded(await container.get(TOKENS.core).subscriptions.startCheckout(fan.id));
  demanded(await sandbox.pay(sessionId));
};

/** Day after day, as their players would report it; subscriptions renew on the way. */
const listen = async (
  { container }: Platform,
  sandbox: Sandbox,
  { from, until, moveTo }: Month,
  fans: readonly User[],
  tracks: readonly HeardTrack[],
): Promise<number> => {
  const core = container.get(TOKENS.core);
  const ids = container.get(TOKENS.ids);
  const random = seededRandom(SEED);
  let plays = 0;
  for (let morning = from; morning < until; morning = after(morning, DAY_MS)) {
    const evening = after(morning, DAY_MS);
    moveTo(evening);
    await sandbox.renewDue(evening);
    for (const [fan, { id }] of fans.entries()) {
      const reports = listeningDay({ day: morning, fan, tracks, random, ids });
      plays += (await core.playback.recordPlays(id, reports)).filter(({ outcome }) => outcome === 'accepted').length;
    }
  }
  return plays;
};

const accountOf = (user: User): Account => ({ userId: user.id, email: user.email, name: user.profile.displayName });
