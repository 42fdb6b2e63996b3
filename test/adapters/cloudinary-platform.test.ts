import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, createCore } from '@backline/core';
import { cloudinaryImages } from '@backline/cloudinary';
import type { ImageRef, UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { HOUR_MS, MINUTE_MS, ok } from '@backline/core/kernel';
import { type MemoryPorts, memoryImageStore, memoryPorts, steppingClock } from '@backline/memory';
import { PASSWORD, START, join, valueOf } from '../core/platform.ts';
import { wav } from '../examples/wav.ts';
import { type CloudinaryStandIn, cloudinaryStandIn } from '../support/cloudinary-stand-in.ts';
import { png } from '../support/pictures.ts';

const clock = steppingClock(START);
let standIn: CloudinaryStandIn;
let ports: MemoryPorts;
let core: Core;
let artist: UserId;
let local: ReturnType<typeof memoryImageStore>;
let handled: number;

beforeEach(async () => {
  standIn = await cloudinaryStandIn();
  local = memoryImageStore();
  handled = 0;
  const images = await cloudinaryImages({
    ...standIn,
    local,
    apiBase: standIn.url,
    clock,
    warn: () => undefined,
    times: { callMs: 300, openMs: 1 },
  });
  ports = memoryPorts({ clock, images });
  core = createCore(ports);
  artist = (await join({ core, ports, clock }, 'artist@example.com', 'ARTIST')).id;
});
afterEach(() => standIn.close());

/** The worker's jobs, each as often as it takes; how many are left to be tried again. */
const workOff = async (): Promise<number> => {
  const left: ReturnType<MemoryPorts['published']>[number][] = [];
  const run = async (event: (typeof left)[number]): Promise<boolean> => {
    switch (event.type) {
      case 'accounts.avatar_pending':
        return (await core.accounts.settleAvatar(event.userId, event.avatar)).ok;
      case 'catalog.artwork_pending':
        return (await core.catalog.settleArtwork(event.trackId, event.artwork)).ok;
      case 'accounts.avatar_replaced':
      case 'catalog.artwork_replaced':
        return ports.images.remove(event.previous).then(...DONE);
      case 'accounts.user_erased':
        return event.avatar === null ? true : ports.images.remove(event.avatar).then(...DONE);
      case 'catalog.track_removed':
        return event.artwork === null ? true : ports.images.remove(event.artwork).then(...DONE);
      default:
        return true;
    }
  };
  const due = waiting;
  waiting = [];
  for (;;) {
    const event = due.shift() ?? ports.published()[handled++];
    if (event === undefined) break;
    if (!(await run(event))) left.push(event);
  }
  handled = ports.published().length;
  waiting = left;
  return left.length;
};
const DONE = [() => true, () => false] as const;
let waiting: ReturnType<MemoryPorts['published']>[number][] = [];
beforeEach(() => {
  waiting = [];
});

const avatar = async (): Promise<ImageRef | null> =>
  (await ports.uow.run(async ({ users }) => ok((await users.find(artist))?.profile.avatar ?? null))).value;
const replaceAvatar = async (side = 8): Promise<ImageRef> =>
  valueOf(await core.accounts.replaceAvatar(artist, png(side, side)));
const publish = async (): Promise<TrackId> => {
  const staged = valueOf(await core.catalog.stageAudio(wav(1)));
  return valueOf(await core.catalog.publishTrack(artist, staged, { title: 'Song', artwork: png(8, 8) }));
};
const artwork = async (id: TrackId): Promise<ImageRef | null> =>
  (await ports.uow.run(async ({ tracks }) => ok((await tracks.find(id))?.artwork ?? null))).value;

describe('pictures of a platform with Cloudinary', () => {
  test('an avatar is there at once, nothing of it stays here, and the one before it is deleted', async () => {
    const first = await replaceAvatar();
    expect(ports.images.isSettled(first)).toBe(true);
    expect(await avatar()).toBe(first);
    const second = await replaceAvatar();
    expect(standIn.pictures.size).toBe(2);
    expect(await workOff()).toBe(0);
    expect([...standIn.pictures.keys()]).toEqual([`backline/${second.split(':')[1]}`]);
  });

  test('away for an hour it loses nothing: what was put meanwhile is shown from here, and goes there then', async () => {
    standIn.set('down');
    const kept = await replaceAvatar();
    expect(ports.images.isSettled(kept)).toBe(false);
    const id = await publish();
    for (let minutes = 0; minutes < HOUR_MS / MINUTE_MS; minutes += 20) {
      clock.advance(20 * MINUTE_MS);
      expect(await workOff()).toBe(2);
      expect([await avatar(), await local.open(kept)]).toEqual([kept, expect.anything()]);
    }
    standIn.set('well');
    await untilDone();
    expect(standIn.pictures.size).toBe(2);
    expect(ports.images.isSettled((await avatar())!)).toBe(true);
    expect(ports.images.isSettled((await artwork(id))!)).toBe(true);
    expect(await local.open(kept)).toBeNull();
  });

  test('replaced or erased while it is away, only what is shown goes there, and nothing stays here', async () => {
    standIn.set('down');
    const first = await replaceAvatar();
    const second = await replaceAvatar();
    await workOff();
    expect(await local.open(first)).toBeNull();
    standIn.set('well');
    await untilDone();
    expect(standIn.pictures.size).toBe(1);
    standIn.set('down');
    const third = await replaceAvatar();
    valueOf(await core.accounts.eraseAccount(artist, PASSWORD));
    await workOff();
    standIn.set('well');
    await untilDone();
    expect(standIn.pictures.size).toBe(0);
    for (const ref of [second, third]) expect(await local.open(ref)).toBeNull();
  });

  test('an answer that is lost, a job that is done twice, and one that dies before it is written down: one picture', async () => {
    standIn.set('forgets to answer');
    const kept = await replaceAvatar();
    standIn.set('well');
    const dies = createCore({
      ...ports,
      uow: { run: (async () => Promise.reject(new Error('killed'))) as never },
    });
    await expect(dies.accounts.settleAvatar(artist, kept)).rejects.toThrow('killed');
    for (let time = 0; time < 2; time += 1) valueOf(await core.accounts.settleAvatar(artist, kept));
    const shown = (await avatar())!;
    expect(ports.images.isSettled(shown)).toBe(true);
    await untilDone();
    valueOf(await core.accounts.settleAvatar(artist, kept));
    expect([...standIn.pictures.keys()]).toEqual([`backline/${shown.split(':')[1]}`]);
  });

  test('an artwork goes with its track', async () => {
    const id = await publish();
    await untilDone();
    expect(standIn.pictures.size).toBe(1);
    valueOf(await core.catalog.removeTrack(artist, id));
    await untilDone();
    expect(standIn.pictures.size).toBe(0);
  });
});

const untilDone = async (): Promise<void> => {
  for (let round = 0; round < 20 && (await workOff()) > 0; round += 1) await new Promise((go) => setTimeout(go, 5));
  expect(await workOff()).toBe(0);
};
