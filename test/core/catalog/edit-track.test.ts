import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { day, err, ok } from '@backline/core/kernel';
import { wav } from '../../examples/wav.ts';
import { type Platform, START, eventsOf, join, platform, subscribe, valueOf } from '../platform.ts';

const NOT_FOUND = err({ code: 'track_not_found' });

const published = async (): Promise<Platform & { readonly artist: UserId; readonly track: TrackId }> => {
  const it = platform();
  const artist = (await join(it, 'artist1@example.com', 'ARTIST')).id;
  return { ...it, artist, track: await publish(it, artist, 60) };
};

const publish = async ({ core }: Platform, artist: UserId, seconds: number): Promise<TrackId> => {
  const staged = valueOf(await core.catalog.stageAudio(wav(seconds)));
  return valueOf(await core.catalog.publishTrack(artist, staged, { title: 'Dawn', genre: 'Folk' }));
};

describe('editTrack', () => {
  test('changes what is named, and leaves the rest', async () => {
    const { core, ports, artist, track } = await published();
    const changes = { title: 'Dusk', tags: ['Night', 'night '], releasedOn: day('2026-01-02') };
    expect(await core.catalog.editTrack(artist, track, changes)).toEqual(ok(null));
    const edited = { title: 'Dusk', genre: 'Folk', tags: ['night'], releasedOn: '2026-01-02' };
    expect(await ports.catalog.track(track)).toMatchObject(edited);
    await core.catalog.editTrack(artist, track, { genre: null });
    expect(await ports.catalog.track(track)).toMatchObject({ ...edited, genre: null });
  });

  test("another artist's track is as if there were none", async () => {
    const it = await published();
    const other = (await join(it, 'artist2@example.com', 'ARTIST')).id;
    expect(await it.core.catalog.editTrack(other, it.track, { title: 'Mine' })).toEqual(NOT_FOUND);
    expect(await it.core.catalog.removeTrack(other, it.track)).toEqual(NOT_FOUND);
    expect(await it.core.catalog.editTrack(it.artist, 12_345 as TrackId, {})).toEqual(NOT_FOUND);
    expect(await it.ports.catalog.track(it.track)).toMatchObject({ title: 'Dawn' });
  });
});

describe('removeTrack', () => {
  test('takes it out of the catalogue, and announces the files that must follow', async () => {
    const it = await published();
    const { audio } = (await it.ports.catalog.playable(it.track))!;
    expect(await it.core.catalog.removeTrack(it.artist, it.track)).toEqual(ok(null));
    expect(await it.ports.catalog.track(it.track)).toBeNull();
    expect(await it.core.catalog.removeTrack(it.artist, it.track)).toEqual(NOT_FOUND);
    expect(await it.core.catalog.editTrack(it.artist, it.track, { title: 'Back' })).toEqual(NOT_FOUND);
    expect(eventsOf(it, 'catalog.track_removed')).toEqual([
      { type: 'catalog.track_removed', trackId: it.track, audio, artwork: null, occurredAt: START },
    ]);
  });

  test('leaves what it earned', async () => {
    const it = await published();
    const fan = await join(it, 'fan1@example.com');
    await subscribe(it, fan);
    const play = { playId: it.ports.ids.uuid() as never, trackId: it.track, startedAt: START, msPlayed: 31_000 };
    await it.core.playback.recordPlays(fan.id, [play]);
    await it.core.catalog.removeTrack(it.artist, it.track);
    expect((await it.core.payout.earningsOf(it.artist)).earned.micros).toBe(8_000n);
  });

  test("of an erased artist's tracks removes all, and no other's", async () => {
    const it = await published();
    await publish(it, it.artist, 61);
    const other = (await join(it, 'artist2@example.com', 'ARTIST')).id;
    await publish(it, other, 62);
    await it.core.catalog.removeAllTracksOf(it.artist);
    expect(await it.ports.catalog.trackCountOf(it.artist)).toBe(0);
    expect(await it.ports.catalog.trackCountOf(other)).toBe(1);
    expect(eventsOf(it, 'catalog.track_removed')).toHaveLength(2);
    await it.core.catalog.removeAllTracksOf(it.artist);
    expect(eventsOf(it, 'catalog.track_removed')).toHaveLength(2);
  });
});
