import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { DAY_MS, type Instant, after, before, dayStart, invariant } from '../kernel/index.ts';
import type { HeardPlay, HeldTrack, Judge, ListenerFacts, UnjudgedPlay } from './judge.ts';
import { type Judgment, type Play, byStart, endOf } from './play.ts';
import type { PlayRepository, PlayWindow, Surroundings } from './ports.ts';

/** UTC days by their starts. */
type Days = ReadonlySet<Instant>;

export type AddedPlay = { readonly play: UnjudgedPlay; readonly around: Surroundings };

/** What one listener adds, and the days on which all their plays are judged again anyway. */
export type Case = {
  readonly listenerId: UserId;
  readonly added: readonly AddedPlay[];
  readonly days: Days;
  readonly facts: ListenerFacts;
  /** Of the added plays' tracks. */
  readonly heldTracks: readonly HeldTrack[];
};

export type Ruling = {
  readonly added: readonly { readonly play: UnjudgedPlay; readonly judgment: Judgment }[];
  readonly changed: readonly { readonly play: Play; readonly judgment: Judgment }[];
};

/**
 * Judges the added plays, and again the recorded ones that they change.
 *
 * Of most plays their surroundings tell enough. Where an added play may change recorded ones, all plays of its day are
 * read and judged as a whole, and so are those of the days after it while the change runs on through a chain of
 * overlaps.
 */
export const rule = async (judge: Judge, plays: PlayRepository, it: Case): Promise<Ruling> => {
  let days = it.days;
  let recorded: readonly Play[] = [];
  let heldTracks = it.heldTracks;
  for (;;) {
    if (days.size > 0) {
      recorded = await plays.inWindows(windowsOf(it.listenerId, days));
      heldTracks = [...it.heldTracks, ...(await plays.heldTracks(tracksOf(recorded)))];
    }
    const judged = judgeAll(judge, { ...it, heldTracks }, days, recorded);
    const more = touchedDays(judged, days);
    if (more.length === 0) return rulingOf(judged);
    days = new Set([...days, ...more]);
  }
};

const tracksOf = (plays: readonly Play[]): readonly TrackId[] => [...new Set(plays.map(({ trackId }) => trackId))];

export const factsOf = (known: ReadonlyMap<UserId, ListenerFacts>, listenerId: UserId): ListenerFacts => {
  const facts = known.get(listenerId);
  invariant(facts !== undefined, 'each listener has their facts');
  return facts;
};

type Entry = HeardPlay &
  ({ readonly recorded: Play; readonly around: null } | { readonly recorded: null; readonly around: Surroundings });

type Judged = Entry & { readonly judgment: Judgment };

const judgeAll = (judge: Judge, it: Case, days: Days, recorded: readonly Play[]): readonly Judged[] => {
  const plays = entriesOf(it.added, days, recorded);
  const judgments = judge({ ...it.facts, heldTracks: it.heldTracks, plays });
  invariant(judgments.length === plays.length, 'a judge gives each play one judgment');
  return plays.flatMap((entry, index) => {
    const judgment = judgments[index];
    return judgment === undefined ? [] : [{ ...entry, judgment }];
  });
};

/** What is read makes its own surroundings; only plays of the day before, when that is not judged, may reach in. */
const entriesOf = (added: readonly AddedPlay[], days: Days, recorded: readonly Play[]): readonly Entry[] => {
  const heardOn = lastEnds(recorded.filter(({ judgment }) => judgment.occupying));
  const reachingInto = (day: Instant): Instant | null =>
    days.has(dayBefore(day)) ? null : (heardOn.get(dayBefore(day)) ?? null);

  const judgedAgain = recorded.flatMap((play): Entry[] => {
    const day = dayOf(play);
    return days.has(day) ? [{ play, busyUntil: reachingInto(day), paidThatDay: 0, recorded: play, around: null }] : [];
  });
  const judgedFirst = added.map(({ play, around }): Entry => {
    const day = dayOf(play);
    return days.has(day)
      ? { play, busyUntil: reachingInto(day), paidThatDay: 0, recorded: null, around }
      : { play, busyUntil: around.heardUntil, paidThatDay: around.paidThatDay, recorded: null, around };
  });
  return [...judgedAgain, ...judgedFirst].sort((a, b) => byStart(a.play, b.play));
};

/** Days not read yet of which recorded plays may have to be judged otherwise. */
const touchedDays = (judged: readonly Judged[], days: Days): readonly Instant[] => {
  const crowded = judged
    .filter(({ around, judgment }) => around !== null && (around.isFollowed || judgment.verdict === 'daily-cap'))
    .map(({ play }) => dayOf(play));
  return [...crowded, ...daysRunInto(judged, days)].filter((day) => !days.has(day));
};

/** Days after one that was read, whose last heard play now ends at another time within them. */
const daysRunInto = (judged: readonly Judged[], days: Days): readonly Instant[] => {
  if (days.size === 0) return [];
  const was = lastEnds(judged.flatMap(({ recorded }) => (recorded?.judgment.occupying === true ? [recorded] : [])));
  const is = lastEnds(judged.filter(({ judgment }) => judgment.occupying).map(({ play }) => play));
  return [...days]
    .filter((day) => was.get(day) !== is.get(day) && Math.max(was.get(day) ?? 0, is.get(day) ?? 0) > dayAfter(day))
    .map(dayAfter);
};

const rulingOf = (judged: readonly Judged[]): Ruling => ({
  added: judged.filter(({ recorded }) => recorded === null),
  changed: judged.flatMap(({ recorded, judgment }) =>
    recorded !== null && differs(recorded.judgment, judgment) ? [{ play: recorded, judgment }] : [],
  ),
});

/** The days with those before them: a play lasts at most a day (http-api.md, Streams), so it reaches no farther. */
const windowsOf = (listenerId: UserId, days: Days): readonly PlayWindow[] => {
  const starts = new Set([...days].flatMap((day) => [dayBefore(day), day]));
  const windows: PlayWindow[] = [];
  for (const from of [...starts].sort((a, b) => a - b)) {
    const last = windows.at(-1);
    if (last?.until === from) windows[windows.length - 1] = { ...last, until: dayAfter(from) };
    else windows.push({ listenerId, from, until: dayAfter(from) });
  }
  return windows;
};

const dayOf = ({ startedAt }: UnjudgedPlay): Instant => dayStart(startedAt);
const dayBefore = (day: Instant): Instant => before(day, DAY_MS);
const dayAfter = (day: Instant): Instant => after(day, DAY_MS);

/** When the last of the plays that start on a day ends, by day. */
const lastEnds = (heard: readonly UnjudgedPlay[]): ReadonlyMap<Instant, Instant> => {
  const ends = new Map<Instant, Instant>();
  for (const play of heard) {
    const day = dayOf(play);
    ends.set(day, Math.max(ends.get(day) ?? 0, endOf(play)) as Instant);
  }
  return ends;
};

const differs = (a: Judgment, b: Judgment): boolean => a.verdict !== b.verdict || a.occupying !== b.occupying;
