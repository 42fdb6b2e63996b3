import { expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { err, month, ok } from '@backline/core/kernel';
import { type CountedPlays, countPlays, rowsOf } from '@backline/core/payout';

const [AUGUST, SEPTEMBER, OCTOBER] = [month('2026-08'), month('2026-09'), month('2026-10')];
const [ARTIST, FAN, OTHER] = [1, 8, 9] as readonly number[] as [UserId, UserId, UserId];
const [SONG, TUNE] = [11, 12] as readonly number[] as [TrackId, TrackId];

const counted = (plays: number, changes: Partial<CountedPlays> = {}): CountedPlays => ({
  listenerId: FAN,
  artistId: ARTIST,
  trackId: SONG,
  verdict: 'payable',
  playedIn: OCTOBER,
  counted: 'never',
  ...changes,
  plays,
});

/** Read in two parts. */
const counts = async (...rows: readonly CountedPlays[]) => {
  const half = Math.ceil(rows.length / 2);
  const read = await countPlays(
    {
      playCounts: {
        eachOf: async (_, take) => {
          take(rows.slice(0, half));
          take(rows.slice(half));
          return ok(null);
        },
      },
    },
    OCTOBER,
  );
  if (!read.ok) throw new Error(read.error.code);
  return { ...read.value, payable: [...rowsOf(read.value.payable)] };
};

test('what can not be counted yet is not counted', async () => {
  const playCounts = { eachOf: async () => err({ code: 'counts_unsettled' } as const) };
  expect(await countPlays({ playCounts }, OCTOBER)).toEqual(err({ code: 'counts_unsettled' }));
});

test('payable plays are by listener, others by verdict, and both name their track’s owner', async () => {
  const found = await counts(
    counted(2),
    counted(3, { listenerId: OTHER }),
    counted(4, { verdict: 'too-short' }),
    counted(5, { verdict: 'too-short', listenerId: OTHER }),
    counted(6, { verdict: 'held', trackId: TUNE }),
  );
  expect(found.tracks).toEqual([
    { trackId: SONG, artistId: ARTIST },
    { trackId: TUNE, artistId: ARTIST },
  ]);
  expect(found.payable.map(({ listenerId, trackId, plays }) => [listenerId, trackId, plays])).toEqual([
    [FAN, SONG, 2],
    [OTHER, SONG, 3],
  ]);
  expect(found.unpaid).toEqual([
    { trackId: SONG, playedIn: OCTOBER, verdict: 'too-short', plays: 9 },
    { trackId: TUNE, playedIn: OCTOBER, verdict: 'held', plays: 6 },
  ]);
  expect(found.dealtWith).toEqual([{ trackId: SONG, artistId: ARTIST, month: OCTOBER, payable: 5n }]);
  expect(found.lost).toEqual([]);
});

test('late plays are counted under their month, and told to have been dealt with once for a track', async () => {
  const late = { playedIn: SEPTEMBER } as const;
  const found = await counts(
    counted(2, late),
    counted(3, { ...late, listenerId: OTHER }),
    counted(4, { ...late, verdict: 'too-late' }),
    counted(5, { ...late, trackId: TUNE }),
    counted(1, { playedIn: AUGUST }),
  );
  expect(
    found.payable.map(({ listenerId, trackId, playedIn, plays }) => [listenerId, trackId, playedIn, plays]),
  ).toEqual([
    [FAN, SONG, AUGUST, 1],
    [FAN, SONG, SEPTEMBER, 2],
    [FAN, TUNE, SEPTEMBER, 5],
    [OTHER, SONG, SEPTEMBER, 3],
  ]);
  expect(found.unpaid).toEqual([{ trackId: SONG, playedIn: SEPTEMBER, verdict: 'too-late', plays: 4 }]);
  expect(found.dealtWith).toEqual([
    { trackId: SONG, artistId: ARTIST, month: SEPTEMBER, payable: 5n },
    { trackId: TUNE, artistId: ARTIST, month: SEPTEMBER, payable: 5n },
    { trackId: SONG, artistId: ARTIST, month: AUGUST, payable: 1n },
  ]);
});

test.each([
  ['gains and losses of one close make one sum', [3, 'never', -1, 'before'], 2, []],
  ['what is lost on the whole is remembered', [1, 'never', -3, 'before'], 0, [2]],
  ['what was lost before is made up for first', [2, 'never', -2, 'carried'], 0, [0]],
  ['what is gained beyond that is due', [3, 'never', -2, 'carried'], 1, [0]],
  ['what is lost again adds to it', [-1, 'before', -2, 'carried'], 0, [3]],
] as const)('%s', async (_, [plays, how, more, which], due, lost) => {
  const late = { playedIn: SEPTEMBER } as const;
  const found = await counts(counted(plays, { ...late, counted: how }), counted(more, { ...late, counted: which }));
  expect(found.payable.map((row) => row.plays)).toEqual(due === 0 ? [] : [due]);
  expect(found.dealtWith.map(({ payable }) => payable)).toEqual(due === 0 ? [] : [BigInt(due)]);
  expect(found.lost).toEqual(
    lost.map((still) => ({ listenerId: FAN, artistId: ARTIST, trackId: SONG, playedIn: SEPTEMBER, plays: still })),
  );
});

test('a loss that stays what it was is not told again', async () => {
  expect((await counts(counted(-2, { playedIn: SEPTEMBER, counted: 'carried' }))).lost).toEqual([]);
  const [loss, gain] = [counted(-1, { playedIn: SEPTEMBER, counted: 'before' }), counted(1, { playedIn: SEPTEMBER })];
  expect((await counts(loss, gain)).lost).toEqual([]);
});

test('verdicts that pay nothing lose nothing', async () => {
  const late = { playedIn: SEPTEMBER, verdict: 'held' } as const;
  const found = await counts(counted(-2, { ...late, counted: 'before' }), counted(3, { ...late, trackId: TUNE }));
  expect(found.lost).toEqual([]);
  expect(found.unpaid).toEqual([{ trackId: TUNE, playedIn: SEPTEMBER, verdict: 'held', plays: 3 }]);
});
