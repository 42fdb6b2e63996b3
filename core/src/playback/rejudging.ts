import type { UserId } from '../accounts/index.ts';
import { DAY_MS, type Instant, after, before, dayStart, invariant } from '../kernel/index.ts';
import type { FundedSpan, Judge, UnjudgedPlay } from './judge.ts';
import { type Judgment, type Play, byStart, endOf } from './play.ts';
import type { PlayRepository, PlayWindow } from './ports.ts';

/** http-api.md, Streams: `msPlayed` is at most 24 h, so no play reaches past the day after its own. */
export const MAX_MS_PLAYED = DAY_MS;

/** What one listener adds, and from where on their recorded plays are judged again. */
export type Case = {
  readonly listenerId: UserId;
  readonly since: Instant;
  readonly until: Instant;
  readonly added: readonly UnjudgedPlay[];
  readonly funding: readonly FundedSpan[];
};

export type Ruling = {
  readonly added: readonly { readonly play: UnjudgedPlay; readonly judgment: Judgment }[];
  readonly changed: readonly { readonly play: Play; readonly judgment: Judgment }[];
};

/** The window whose plays decide about those that start in [since, until): from the day before, to the day after. */
export const windowOf = ({ listenerId, since, until }: Pick<Case, 'listenerId' | 'since' | 'until'>): PlayWindow => ({
  listenerId,
  from: before(dayStart(since), MAX_MS_PLAYED),
  until: after(dayStart(until), 2 * DAY_MS),
});

/**
 * Judges the added plays together with the recorded ones that they can influence.
 *
 * `recorded` are all plays in `windowOf(it)`. A change can run on through a chain of overlaps: where it would
 * leave the window, the window is read again a day longer.
 */
export const rule = async (
  judge: Judge,
  plays: PlayRepository,
  it: Case,
  recorded: readonly Play[],
): Promise<Ruling> => {
  const window = windowOf(it);
  const from = dayStart(it.since);
  const inReach = recorded.filter((play) => play.startedAt >= from);
  const known = new Map(inReach.map((play) => [play.playId, play]));
  const hearing = [...inReach, ...it.added].sort(byStart);
  const judgments = judge({
    plays: hearing,
    busyUntil: lastEnd(recorded.filter((play) => play.startedAt < from && play.judgment.occupying)),
    funding: it.funding,
  });
  invariant(judgments.length === hearing.length, 'a judge gives each play one judgment');

  const ruled = hearing.flatMap((play, index) => {
    const judgment = judgments[index];
    return judgment === undefined ? [] : [{ play, judgment, recorded: known.get(play.playId) }];
  });
  const heardBefore = lastEnd(inReach.filter((play) => play.judgment.occupying));
  const heardNow = lastEnd(ruled.filter(({ judgment }) => judgment.occupying).map(({ play }) => play));
  if (heardBefore !== heardNow && Math.max(heardBefore ?? 0, heardNow ?? 0) > window.until) {
    const longer = { ...it, until: after(it.until, DAY_MS) };
    return rule(judge, plays, longer, await plays.inWindows([windowOf(longer)]));
  }
  return {
    added: ruled.filter((each) => each.recorded === undefined),
    changed: ruled.flatMap(({ recorded: play, judgment }) =>
      play !== undefined && differs(play.judgment, judgment) ? [{ play, judgment }] : [],
    ),
  };
};

const lastEnd = (heard: readonly Pick<Play, 'playId' | 'trackId' | 'startedAt' | 'msPlayed'>[]): Instant | null =>
  heard.reduce<Instant | null>((end, play) => (end === null || endOf(play) > end ? endOf(play) : end), null);

const differs = (a: Judgment, b: Judgment): boolean => a.verdict !== b.verdict || a.occupying !== b.occupying;
