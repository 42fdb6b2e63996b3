import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  SECOND_MS,
  after,
  before,
  dayStart,
  instant,
} from '@backline/core/kernel';
import type { FundedSpan, PlayId, UnjudgedPlay } from '@backline/core/playback';
import fc from 'fast-check';

/** When everything is reported. */
export const REPORTED_AT = instant(Date.parse('2026-11-15T12:00:00Z'));

export const FAN = 1 as UserId;
const OTHER_ARTIST = 2 as UserId;

export type Heard = { readonly trackId: TrackId; readonly artistId: UserId; readonly durationMs: number };

/** A usual track, one that is shorter than 30 s, another artist's, and one of the listener's own. */
export const TRACKS: readonly Heard[] = [
  { trackId: 1 as TrackId, artistId: OTHER_ARTIST, durationMs: 180_000 },
  { trackId: 2 as TrackId, artistId: OTHER_ARTIST, durationMs: 20_000 },
  { trackId: 3 as TrackId, artistId: 3 as UserId, durationMs: 240_000 },
  { trackId: 4 as TrackId, artistId: FAN, durationMs: 200_000 },
];

export type History = { readonly plays: readonly UnjudgedPlay[]; readonly funding: readonly FundedSpan[] };

const daysAgo = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 29, max: 31 }) },
);

/** Also just before and after midnight. */
const timeOfDay = fc.oneof(
  fc.integer({ min: 0, max: 11 * HOUR_MS }),
  fc.integer({ min: 11 * HOUR_MS, max: DAY_MS - 1 }),
);

/** One track on one day, so many times, in a steady rhythm: independent plays would hardly ever meet a cap. */
const group = fc.record({
  track: fc.constantFrom(...TRACKS),
  daysAgo,
  firstAt: timeOfDay,
  count: fc.integer({ min: 1, max: 14 }),
  everyMs: fc.constantFrom(0, SECOND_MS, 29 * SECOND_MS, MINUTE_MS, 4 * MINUTE_MS, 20 * MINUTE_MS),
  msPlayed: fc.constantFrom(0, 19_999, 20_000, 29_999, 30_000, 31_000, 180_000, 3 * HOUR_MS, DAY_MS),
});

/** Somebody who plays one track over and over, each time long enough. */
const loop = fc.record({
  track: fc.constantFrom(...TRACKS),
  daysAgo: fc.integer({ min: 0, max: 1 }),
  firstAt: timeOfDay,
  count: fc.integer({ min: 9, max: 14 }),
  everyMs: fc.constantFrom(31 * SECOND_MS, MINUTE_MS),
  msPlayed: fc.constantFrom(30_000, 31_000),
});

/** Periods that pay, disjoint and in order; the last may be open. */
const funding = fc
  .array(fc.integer({ min: 0, max: 40 * 24 }), { minLength: 0, maxLength: 4 })
  .map((hoursAgo) => [...new Set(hoursAgo)].sort((a, b) => b - a))
  .map((ends): readonly FundedSpan[] =>
    ends.flatMap((from, index) =>
      index % 2 === 1
        ? []
        : [
            {
              from: before(REPORTED_AT, from * HOUR_MS),
              until: index + 1 < ends.length ? before(REPORTED_AT, (ends[index + 1] ?? 0) * HOUR_MS) : null,
            },
          ],
    ),
  );

/** Mostly all of it is paid for, so that the later rules are reached too. */
const fundingMostly = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constant<readonly FundedSpan[]>([{ from: before(REPORTED_AT, 50 * DAY_MS), until: null }]),
  },
  { weight: 1, arbitrary: funding },
);

const playId = (group: number, index: number): PlayId =>
  `${(group * 7919 + index * 104_729).toString(16).padStart(8, '0')}-0000-4000-8000-${group.toString(16).padStart(6, '0')}${index.toString(16).padStart(6, '0')}` as PlayId;

/** One listener's plays, in no particular order. */
export const history: fc.Arbitrary<History> = fc
  .record({
    groups: fc.array(fc.oneof({ weight: 3, arbitrary: group }, { weight: 2, arbitrary: loop }), {
      minLength: 1,
      maxLength: 6,
    }),
    funding: fundingMostly,
  })
  .map(({ groups, funding: spans }) => ({
    funding: spans,
    plays: groups.flatMap(({ track, daysAgo, firstAt, count, everyMs, msPlayed }, index) =>
      Array.from({ length: count }, (_, number): UnjudgedPlay => {
        const start = after(dayStart(before(REPORTED_AT, daysAgo * DAY_MS)), firstAt + number * everyMs);
        return {
          playId: playId(index, number),
          listenerId: FAN,
          trackId: track.trackId,
          artistId: track.artistId,
          trackDurationMs: track.durationMs,
          startedAt: (start > REPORTED_AT ? REPORTED_AT : start) as Instant,
          msPlayed,
          reportedAt: REPORTED_AT,
        };
      }),
    ),
  }));

/** The plays cut into reports of any size, in any order. */
export const inReports = (plays: readonly UnjudgedPlay[]): fc.Arbitrary<readonly (readonly UnjudgedPlay[])[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...plays], { minLength: plays.length }),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: plays.length, maxLength: plays.length }),
    )
    .map(([shuffled, sizes]) => {
      const reports: UnjudgedPlay[][] = [];
      for (let start = 0, turn = 0; start < shuffled.length; turn += 1) {
        const size = sizes[turn] ?? 1;
        reports.push(shuffled.slice(start, start + size));
        start += size;
      }
      return reports;
    });
