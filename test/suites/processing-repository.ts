import { describe, expect, test } from '@jest/globals';
import type { ImageRef } from '@backline/core/accounts';
import {
  type MediaKey,
  type Overdue,
  PROCESSING_STEPS,
  type Processing,
  type Rendition,
  type Track,
  type TrackId,
  newProcessing,
} from '@backline/core/catalog';
import { after, before, ok } from '@backline/core/kernel';
import { type OpenHarness, commit, contend, eachTest } from './harness.ts';
import { NOW, addArtist, addTrack, remove } from './samples.ts';

const renditionOf = (changes: Partial<Rendition> = {}): Rendition => ({
  name: 'opus-160',
  key: 'derived/1' as MediaKey,
  kept: true,
  codec: 'Opus',
  contentType: 'audio/ogg',
  bitrateKbps: 155,
  sizeBytes: 2 ** 31 + 1,
  segments: null,
  ...changes,
});

const SEGMENTS = { initBytes: 700, startsAt: 1_000, sizesBytes: [90_000, 80_000], durationsMs: [6_000, 5_500] };
const PEAKS = Array.from({ length: 800 }, (_, point) => Math.round((point / 799) * 65_535) / 65_535);

const claim = (until: number) => ({ by: 'worker', until: after(NOW, until) });

/** What every ProcessingRepository promises, and what readers show of it. */
export const processingRepositorySuite = (adapter: string, open: OpenHarness): void => {
  describe(`ProcessingRepository on ${adapter}`, () => {
    const harness = eachTest(open);
    const uow = () => harness().ports.uow;
    const catalog = () => harness().ports.catalog;
    const find = (id: TrackId) => commit(uow(), ({ processings }) => processings.find(id));
    const save = (processing: Processing) => commit(uow(), ({ processings }) => processings.save(processing));
    const newTrack = async (changes: Partial<Track> = {}) => addTrack(harness(), await addArtist(harness()), changes);

    const overdue = (of: Partial<Overdue> = {}) =>
      commit(uow(), ({ processings }) =>
        processings.overdue({
          lapsedBefore: NOW,
          waitingSince: before(NOW, 1_000),
          deferredSince: before(NOW, 100),
          limit: 10,
          ...of,
        }),
      );
    const saved = async (changes: Partial<Processing>, track: Partial<Track> = {}): Promise<TrackId> => {
      const { id } = await newTrack(track);
      await save({ ...newProcessing(id, NOW), ...changes });
      return id;
    };

    test('finds none where none was saved', async () => {
      expect(await find((await newTrack()).id)).toBeNull();
    });

    test.each<[string, Partial<Processing>]>([
      ['just begun', {}],
      [
        'with all that it may have',
        {
          done: ['loudness', 'waveform'],
          current: { step: 'artwork', share: 0.375 },
          attempts: 2,
          claim: { by: 'worker', until: after(NOW, 1) },
          measured: { truePeakDbtp: -0.3, previewStartMs: 12_000 },
          reservedArtwork: 'picture' as ImageRef,
        },
      ],
      ['of silence', { measured: { truePeakDbtp: null, previewStartMs: 0 } }],
      ['deferred', { deferred: true }],
      ['failed', { failure: 'too_costly', current: { step: 'preview', share: 1 } }],
      ['done', { done: [...PROCESSING_STEPS] }],
    ])('returns what was saved last: %s', async (_, changes) => {
      const { id } = await newTrack();
      await save({ ...newProcessing(id, before(NOW, 5)), done: ['loudness'], attempts: 7 });
      const processing: Processing = { ...newProcessing(id, NOW), ...changes };
      await save(processing);
      expect(await find(id)).toEqual(processing);
    });

    test('find holds it until the transaction ends', async () => {
      const { id } = await newTrack();
      await save(newProcessing(id, NOW));
      const step = ({ processings }: { readonly processings: { readonly find: typeof find } }) => processings.find(id);
      const { order } = await contend(uow(), step, step, () => ok(null));
      expect(order).toEqual(['first', 'second']);
    });

    describe('overdue', () => {
      test.each<[string, Partial<Processing>, boolean]>([
        ['whose claim has lapsed', { changedAt: before(NOW, 1), claim: claim(-1) }, true],
        ['whose claim has lapsed, but just', { changedAt: before(NOW, 1), claim: claim(0) }, false],
        ['that was touched since its claim lapsed', { changedAt: NOW, claim: claim(-1) }, false],
        ['that someone has', { changedAt: before(NOW, 9_000), claim: claim(1) }, false],
        ['that waits for long', { changedAt: before(NOW, 1_001) }, true],
        ['that waits', { changedAt: before(NOW, 1_000) }, false],
        ['that is deferred for long', { changedAt: before(NOW, 101), deferred: true }, true],
        ['that is deferred', { changedAt: before(NOW, 100), deferred: true }, false],
        ['that has failed', { changedAt: before(NOW, 9_000), failure: 'undecodable' }, false],
        ['that is done', { changedAt: before(NOW, 9_000), done: [...PROCESSING_STEPS] }, false],
      ])('is one %s: %#', async (_, changes, is) => {
        const id = await saved(changes);
        expect(await overdue()).toEqual(is ? [id] : []);
      });

      test('is none that is deferred where that may wait', async () => {
        await saved({ changedAt: before(NOW, 9_000), deferred: true });
        expect(await overdue({ deferredSince: null })).toEqual([]);
      });

      test('is none whose track was removed', async () => {
        await saved({ changedAt: before(NOW, 9_000) }, { removedAt: NOW });
        expect(await overdue()).toEqual([]);
      });

      test('names the longest waiting, and no more than asked for', async () => {
        const ids = [];
        for (const ms of [2_000, 4_000, 3_000]) ids.push(await saved({ changedAt: before(NOW, ms) }));
        expect(await overdue()).toEqual([ids[1], ids[2], ids[0]]);
        expect(await overdue({ limit: 2 })).toEqual([ids[1], ids[2]]);
      });
    });

    test('keeps renditions by track and name, the last of each', async () => {
      const [one, other] = [await newTrack(), await newTrack()];
      const renditions = [
        renditionOf(),
        renditionOf({ name: 'aac-128', key: 'derived/2' as MediaKey, kept: false, segments: SEGMENTS }),
      ];
      const of = (id: TrackId) => commit(uow(), ({ processings }) => processings.renditionsOf(id));
      await commit(uow(), async ({ processings }) => {
        await processings.saveRendition(one.id, renditionOf({ kept: false, sizeBytes: 5, bitrateKbps: 1 }));
        for (const rendition of renditions) await processings.saveRendition(one.id, rendition);
        await processings.saveRendition(other.id, renditionOf({ key: 'derived/3' as MediaKey }));
      });
      expect((await of(one.id)).toSorted((a, b) => (a.name < b.name ? 1 : -1))).toEqual(renditions);
      expect(await catalog().renditions(one.id)).toEqual([renditions[0]]);

      await commit(uow(), ({ processings }) => processings.forgetRenditions(one.id));
      expect(await of(one.id)).toEqual([]);
      expect(await of(other.id)).toHaveLength(1);
    });

    test('keeps the last waveform', async () => {
      const { id } = await newTrack();
      expect(await catalog().waveform(id)).toBeNull();
      await commit(uow(), ({ processings }) => processings.saveWaveform(id, PEAKS.toReversed()));
      await commit(uow(), ({ processings }) => processings.saveWaveform(id, PEAKS));
      expect(await catalog().waveform(id)).toEqual(PEAKS);
    });

    test('shows nothing of a removed track', async () => {
      const track = await newTrack();
      await commit(uow(), async ({ processings }) => {
        await processings.saveRendition(track.id, renditionOf());
        await processings.saveWaveform(track.id, PEAKS);
      });
      await remove(harness(), track);
      expect(await catalog().renditions(track.id)).toEqual([]);
      expect(await catalog().waveform(track.id)).toBeNull();
    });

    test.each<[Track['status'], Partial<Processing>, object]>([
      [
        'processing',
        {
          done: ['loudness', 'waveform'],
          current: { step: 'artwork', share: 0.5 },
          measured: { truePeakDbtp: -1.5, previewStartMs: 0 },
        },
        { progress: { step: 'artwork', done: 2.5 / PROCESSING_STEPS.length }, failure: null, truePeakDbtp: -1.5 },
      ],
      [
        'ready',
        { done: [...PROCESSING_STEPS] },
        { progress: { step: null, done: 1 }, failure: null, truePeakDbtp: null },
      ],
      ['ready', { deferred: true }, { progress: { step: null, done: 1 }, failure: null }],
      [
        'failed',
        { failure: 'undecodable', current: { step: 'loudness', share: 0 } },
        { progress: { step: 'loudness', done: 0 }, failure: 'undecodable' },
      ],
    ])('is shown with its track: %s', async (status, changes, shown) => {
      const { id } = await newTrack({ status });
      await save({ ...newProcessing(id, NOW), ...changes });
      expect(await catalog().track(id)).toMatchObject({ status, ...shown });
      const listed = await catalog().tracks({}, { limit: 5, after: null });
      expect(listed.ok && listed.value.items).toMatchObject([{ trackId: id, status, ...shown }]);
    });
  });
};
