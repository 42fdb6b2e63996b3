import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Core, createCore } from '@backline/core';
import type { User, UserId } from '@backline/core/accounts';
import type { Track, TrackId } from '@backline/core/catalog';
import { type Month, err, month, monthStart, ok } from '@backline/core/kernel';
import type { SplitVersionId } from '@backline/core/payout';
import { type MemoryPorts, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';
import { commit } from '../../suites/harness.ts';
import { beginClosing, endClosing } from '../../suites/ledger-samples.ts';
import { addArtist, addTrack, addUser, at } from '../../suites/samples.ts';
import { valueOf } from '../platform.ts';

const [AUGUST, SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER] = ['08', '09', '10', '11', '12'].map((number) =>
  month(`2026-${number}`),
) as [Month, Month, Month, Month, Month];
const NOBODY = 999_999;

let clock: SteppingClock;
let ports: MemoryPorts;
let core: Core;
let [owner, drummer, stranger]: User[] = [];
let track: Track;

beforeEach(async () => {
  clock = steppingClock(at('2026-10-20T12:00:00Z'));
  ports = memoryPorts({ clock });
  core = createCore(ports);
  const harness = { ports, published: async () => [] };
  [owner, drummer, stranger] = [await addArtist(harness), await addUser(harness), await addUser(harness)];
  track = await addTrack(harness, owner);
});

const shares = (mine = 6_000) => [
  { userId: owner!.id, basisPoints: mine },
  { userId: drummer!.id, basisPoints: 10_000 - mine },
];
const set = (changes: Partial<Parameters<Core['payout']['setSplit']>[1]> = {}, by = owner!) =>
  core.payout.setSplit(by.id, { trackId: track.id, effectiveFrom: OCTOBER, shares: shares(), ...changes });
const idOf = async (changes: Parameters<typeof set>[0]) => valueOf(await set(changes)).version.id;
const accepted = async (id: SplitVersionId) =>
  valueOf(await core.payout.acceptShare(drummer!.id, id)).version.shares.map(({ acceptedAt }) => acceptedAt);
const remove = () =>
  commit(ports.uow, ({ tracks }) => tracks.save({ ...track, removedAt: clock.now(), audio: track.audio }));
const NOT_FOUND = err({ code: 'track_not_found' });

describe('a split', () => {
  test('is its owner’s to set, on a track that is there, among people who are there', async () => {
    expect(await set({}, drummer)).toEqual(NOT_FOUND);
    expect(await set({ trackId: NOBODY as TrackId })).toEqual(NOT_FOUND);
    const unknown = [
      { userId: owner!.id, basisPoints: 1 },
      { userId: NOBODY as UserId, basisPoints: 9_999 },
    ];
    expect(await set({ shares: unknown })).toEqual(err({ code: 'unknown_collaborator', userId: NOBODY }));
    expect(await set({ effectiveFrom: SEPTEMBER })).toMatchObject({ ok: false });
    await remove();
    expect(await set()).toEqual(NOT_FOUND);
  });

  test('set again is the same version, in whatever order; anything else is another', async () => {
    const id = await idOf({});
    expect(await idOf({ shares: shares().toReversed() })).toBe(id);
    const later = await idOf({ effectiveFrom: NOVEMBER });
    expect(later).not.toBe(id);
    const other = await idOf({ effectiveFrom: NOVEMBER, shares: shares(5_000) });
    expect([id, later]).not.toContain(other);
    expect(await idOf({ effectiveFrom: NOVEMBER, shares: shares(5_000) })).toBe(other);
    const swapped = await idOf({ effectiveFrom: NOVEMBER, shares: shares(4_000) });
    expect(await idOf({ effectiveFrom: NOVEMBER, shares: shares(6_000) })).not.toBe(swapped);
  });

  test('is known to those who have a share in its newest version', async () => {
    expect(await core.payout.splitOf(owner!.id, track.id)).toEqual(ok(null));
    expect(await core.payout.splitOf(drummer!.id, track.id)).toEqual(NOT_FOUND);
    const first = valueOf(await set());
    for (const { id } of [owner!, drummer!]) expect(await core.payout.splitOf(id, track.id)).toEqual(ok(first));
    expect(await core.payout.splitOf(stranger!.id, track.id)).toEqual(NOT_FOUND);
    expect(await core.payout.splitOf(owner!.id, NOBODY as TrackId)).toEqual(NOT_FOUND);
    const alone = valueOf(await set({ effectiveFrom: NOVEMBER, shares: [{ userId: owner!.id, basisPoints: 10_000 }] }));
    expect(await core.payout.splitOf(owner!.id, track.id)).toEqual(ok(alone));
    expect(await core.payout.splitOf(drummer!.id, track.id)).toEqual(NOT_FOUND);
    await remove();
    expect(await core.payout.splitOf(owner!.id, track.id)).toEqual(NOT_FOUND);
  });
});

describe('a share', () => {
  test('is accepted by whose it is, once', async () => {
    const { id } = valueOf(await set()).version;
    expect(await core.payout.acceptShare(stranger!.id, id)).toEqual(err({ code: 'split_not_found' }));
    expect(await core.payout.acceptShare(drummer!.id, NOBODY as SplitVersionId)).toEqual(
      err({ code: 'split_not_found' }),
    );
    const first = clock.now();
    expect(await accepted(id)).toEqual([first, first]);
    clock.advance(1);
    expect(await accepted(id)).toEqual([first, first]);
  });

  test('is declined by whose it is, until it is accepted', async () => {
    const { id } = valueOf(await set()).version;
    expect(await core.payout.declineShare(stranger!.id, id)).toEqual(err({ code: 'split_not_found' }));
    expect(await core.payout.declineShare(drummer!.id, NOBODY as SplitVersionId)).toEqual(
      err({ code: 'split_not_found' }),
    );
    expect(valueOf(await core.payout.declineShare(drummer!.id, id)).declined).toEqual(new Set([drummer!.id]));
    expect(valueOf(await set()).declined).toEqual(new Set([drummer!.id]));
    await accepted(id);
    expect(await core.payout.declineShare(drummer!.id, id)).toEqual(err({ code: 'share_accepted' }));
  });

  test.each<[string, readonly Month[], readonly Month[], Month, Month]>([
    ['nothing is closed', [], [], OCTOBER, OCTOBER],
    ['months before it are closed', [AUGUST, SEPTEMBER], [OCTOBER], OCTOBER, OCTOBER],
    ['its month is closed', [SEPTEMBER, OCTOBER], [NOVEMBER], OCTOBER, NOVEMBER],
    ['months after it are closed', [OCTOBER, NOVEMBER], [DECEMBER], OCTOBER, DECEMBER],
    ['it begins later', [OCTOBER], [], DECEMBER, DECEMBER],
  ])('that is accepted while %s is of plays from the first open day on', async (_, closed, open, from, since) => {
    const { id } = valueOf(await set({ effectiveFrom: from })).version;
    for (const period of [...closed, ...open])
      await commit(ports.uow, ({ periods }) => periods.open(period, clock.now()));
    for (const period of closed) {
      await beginClosing({ ports }, period);
      await endClosing({ ports }, period);
    }
    await accepted(id);
    await accepted(id);
    expect(ports.published().filter(({ type }) => type === 'payout.collaborator_joined')).toEqual([
      {
        type: 'payout.collaborator_joined',
        trackId: track.id,
        userId: drummer!.id,
        since: monthStart(since),
        occurredAt: clock.now(),
      },
    ]);
  });
});
