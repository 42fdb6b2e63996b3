import { beforeEach, describe, expect, test } from '@jest/globals';
import { rememberedReads } from '@backline/composition';
import type { TrackId } from '@backline/core/catalog';
import { err, ok } from '@backline/core/kernel';
import { type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { NOW, trackOf, userOf } from '../../suites/samples.ts';

const TRACK = 1 as TrackId;

/** Reads counted on their way to a store that another process may change, too. */
const open = async (clock: SteppingClock) => {
  const ports = memoryPorts({ clock });
  await ports.uow.run(async ({ users, tracks }) => {
    await users.insert(userOf(1));
    await tracks.insert(trackOf(1, userOf(1).id));
    return ok(null);
  });
  let reads = 0;
  const catalog: typeof ports.catalog = {
    ...ports.catalog,
    playable: (id) => {
      reads += 1;
      return ports.catalog.playable(id);
    },
  };
  return { elsewhere: ports.uow, here: rememberedReads({ ...ports, catalog }, clock), reads: () => reads };
};

const removing: Parameters<Awaited<ReturnType<typeof open>>['elsewhere']['run']>[0] = async ({ tracks }) => {
  const track = await tracks.find(TRACK);
  await tracks.save({ ...track!, removedAt: NOW });
  return ok(null);
};

describe('remembered reads', () => {
  let clock: SteppingClock;
  beforeEach(() => {
    clock = steppingClock(NOW);
  });

  test('ask the store once for what is asked again within a second', async () => {
    const { here, reads } = await open(clock);
    await Promise.all([here.catalog.playable(TRACK), here.catalog.playable(TRACK)]);
    clock.advance(999);
    expect(await here.catalog.playable(TRACK)).toMatchObject({ trackId: TRACK });
    expect(reads()).toBe(1);
    await here.catalog.playable(2 as TrackId);
    expect(reads()).toBe(2);
  });

  test('see at once what this process commits', async () => {
    const { here } = await open(clock);
    expect(await here.catalog.playable(TRACK)).not.toBeNull();
    await here.uow.run(removing);
    expect(await here.catalog.playable(TRACK)).toBeNull();
  });

  test('see after a second what another process commits', async () => {
    const { here, elsewhere } = await open(clock);
    expect(await here.catalog.playable(TRACK)).not.toBeNull();
    await elsewhere.run(removing);
    clock.advance(1_000);
    expect(await here.catalog.playable(TRACK)).toBeNull();
  });

  test('a read that began before a commit is not remembered after it', async () => {
    const { here } = await open(clock);
    let early: Promise<unknown> = Promise.resolve();
    await here.uow.run(async (stores) => {
      early = here.catalog.playable(TRACK);
      return removing(stores);
    });
    await early;
    expect(await here.catalog.playable(TRACK)).toBeNull();
  });

  test('a read that failed is asked again, and a unit of work that failed is passed on', async () => {
    const ports = memoryPorts({ clock });
    let calls = 0;
    const here = rememberedReads(
      {
        ...ports,
        catalog: {
          ...ports.catalog,
          playable: async () => {
            calls += 1;
            throw new Error('the database is away');
          },
        },
      },
      clock,
    );
    await expect(here.catalog.playable(TRACK)).rejects.toThrow('away');
    await expect(here.catalog.playable(TRACK)).rejects.toThrow('away');
    expect(calls).toBe(2);
    expect(await here.uow.run(async () => err('no'))).toEqual(err('no'));
  });
});
