import { beforeEach, describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { type Fingerprint, type TrackId } from '@backline/core/catalog';
import { ok } from '@backline/core/kernel';
import { memoryAudioRenderer } from '@backline/memory';
import { wav } from '../../examples/wav.ts';
import { recoded, soundOf } from '../../support/fingerprints.ts';
import { type Platform, eventsOf, join, platform, valueOf } from '../platform.ts';

const SONG = soundOf(1);

describe('findCopies', () => {
  let it: Platform;
  let [ada, ben]: UserId[] = [];
  let sound: Fingerprint = SONG;
  let songs = 1;
  beforeEach(async () => {
    it = platform({ audioRenderer: { ...memoryAudioRenderer(), fingerprint: async () => ok(sound) } });
    ada = (await join(it, 'ada@example.com', 'ARTIST')).id;
    ben = (await join(it, 'ben@example.com', 'ARTIST')).id;
  });
  const publish = async (artist: UserId): Promise<TrackId> => {
    const staged = valueOf(await it.core.catalog.stageAudio(wav((songs += 1))));
    return valueOf(await it.core.catalog.publishTrack(artist, staged, { title: 'Song' }));
  };
  const process = async (id: TrackId, as: Fingerprint): Promise<void> => {
    sound = as;
    expect(await it.core.catalog.processTrack(id)).toEqual(ok('settled'));
  };

  test('the later of two is the copy, whichever was listened to first', async () => {
    const [original, copy] = [await publish(ada!), await publish(ben!)];
    await process(copy, recoded(SONG, 2));
    expect(await it.core.catalog.findCopies(copy)).toEqual([]);
    await process(original, SONG);
    const found = [{ trackId: copy, ofTrackId: original }];
    expect(await it.core.catalog.findCopies(original)).toEqual(found);
    expect(await it.core.catalog.findCopies(copy)).toEqual(found);
  });

  test('is told once it is known what a track sounds like', async () => {
    const id = await publish(ada!);
    await process(id, SONG);
    expect(eventsOf(it, 'catalog.track_fingerprinted')).toMatchObject([{ trackId: id }]);
  });

  test('of several earlier ones the first is the original', async () => {
    const [first, second, third] = [await publish(ada!), await publish(ada!), await publish(ben!)];
    for (const id of [first, second, third]) await process(id, SONG);
    expect(await it.core.catalog.findCopies(third)).toEqual([{ trackId: third, ofTrackId: first }]);
    expect(await it.core.catalog.findCopies(second)).toEqual([{ trackId: third, ofTrackId: second }]);
  });

  test('nobody copies what is their own, or sounds otherwise, or is gone', async () => {
    const [own, again, other, gone] = [
      await publish(ada!),
      await publish(ada!),
      await publish(ben!),
      await publish(ben!),
    ];
    await process(own, SONG);
    await process(again, SONG);
    await process(other, soundOf(2));
    await process(gone, SONG);
    valueOf(await it.core.catalog.removeTrack(ben!, gone));
    for (const id of [own, again, other, gone]) expect(await it.core.catalog.findCopies(id)).toEqual([]);
  });

  test('a removed track’s is forgotten with its files', async () => {
    const id = await publish(ada!);
    await process(id, SONG);
    valueOf(await it.core.catalog.removeTrack(ada!, id));
    valueOf(await it.core.catalog.discardRenditions(id));
    await it.ports.uow.run(async ({ fingerprints }) => ok(expect(await fingerprints.find(id)).toBeNull()));
  });
});
