import type { UserId } from '../accounts/index.ts';
import { DAY_MS, type Instant, MINUTE_MS, type Result, after, before, err, invariant, ok } from '../kernel/index.ts';
import type { PlayRejection } from './errors.ts';
import { groupCommit } from './group-commit.ts';
import type { UnjudgedPlay } from './judge.ts';
import type { Play, PlayId, PlayReport, Verdict } from './play.ts';
import type { PlayRepository, RecordPorts, TrackFacts } from './ports.ts';
import { type Case, type Ruling, rule, windowOf } from './rejudging.ts';

export type PlayOutcome =
  | { readonly playId: PlayId; readonly outcome: 'accepted' | 'duplicate'; readonly verdict: Verdict }
  | { readonly playId: PlayId; readonly outcome: 'rejected'; readonly reason: PlayRejection };

type Request = { readonly listenerId: UserId; readonly reports: readonly PlayReport[] };

/** http-api.md, Streams: how far from now a play may have begun. */
const MAX_AGE_MS = 60 * DAY_MS;
const MAX_AHEAD_MS = 2 * MINUTE_MS;

/** performance.md, 2: two commits in flight keep PostgreSQL and the app both busy; more only wait for each other. */
const LANES = 2;

/** Well within the time that a statement may take, also on a slow disk. */
const MAX_PLAYS_IN_COMMIT = 1_000;

/** Times that an id may turn out to be another listener's before we call it a bug. */
const MAX_COLLISIONS = 5;

/** Records plays durably and judges them; the outcomes are in the order of the reports. */
export const recordPlays = (ports: RecordPorts) => {
  const submit = groupCommit((requests: readonly Request[]) => commit(ports, requests), {
    lanes: LANES,
    weightOf: ({ reports }) => reports.length,
    maxWeight: MAX_PLAYS_IN_COMMIT,
  });
  return (listenerId: UserId, reports: readonly PlayReport[]): Promise<readonly PlayOutcome[]> =>
    submit({ listenerId, reports });
};

const commit = async (
  { playLog, clock, judge }: RecordPorts,
  requests: readonly Request[],
): Promise<readonly (readonly PlayOutcome[])[]> => {
  for (let attempt = 0; attempt < MAX_COLLISIONS; attempt += 1) {
    const result: Result<readonly (readonly PlayOutcome[])[], readonly PlayId[]> = await playLog.run(
      async ({ plays }) => {
        const now = clock.now();
        const listeners = [...new Set(requests.map(({ listenerId }) => listenerId))].sort((a, b) => a - b);
        await plays.lock(listeners);

        const intake = await sortIn(plays, requests, now);
        const rulings = await ruleAll({ playLog, clock, judge }, plays, listeners, intake.accepted);
        const judged = rulings.flatMap(({ added }) => added);
        const taken = await plays.append(
          judged.map(({ play, judgment }): Play => ({ ...play, judgment, firstVerdict: judgment.verdict })),
        );
        if (taken.length > 0) return err(taken);
        const changes = rulings.flatMap(({ changed }) => changed);
        if (changes.length > 0) await plays.rejudge(changes);

        const verdicts = new Map(judged.map(({ play, judgment }) => [play.playId, judgment.verdict]));
        return ok(intake.entries.map((entries) => entries.map((entry) => outcomeOf(entry, verdicts))));
      },
    );
    if (result.ok) return result.value;
  }
  throw new Error('play ids kept colliding');
};

type Entry =
  | { readonly kind: 'settled'; readonly outcome: PlayOutcome }
  /** New in this commit, or a repetition of one that is. */
  | { readonly kind: 'pending'; readonly playId: PlayId; readonly repeated: boolean };

type Intake = { readonly entries: readonly (readonly Entry[])[]; readonly accepted: readonly UnjudgedPlay[] };

/** Decides about each report what can be decided without judging. */
const sortIn = async (plays: PlayRepository, requests: readonly Request[], now: Instant): Promise<Intake> => {
  const reports = requests.flatMap((request) => request.reports);
  const [known, facts] = await Promise.all([
    plays.recorded(reports.map(({ playId }) => playId)),
    plays.trackFacts([...new Set(reports.map(({ trackId }) => trackId))]),
  ]);
  const recorded = new Map(known.map((one) => [one.playId, one]));
  const tracks = new Map(facts.map((track) => [track.trackId, track]));
  const accepted = new Map<PlayId, UnjudgedPlay>();

  const sortOne = (listenerId: UserId, report: PlayReport): Entry => {
    const { playId } = report;
    const rejected = (reason: PlayRejection): Entry => ({
      kind: 'settled',
      outcome: { playId, outcome: 'rejected', reason },
    });

    const earlier = recorded.get(playId);
    if (earlier !== undefined)
      return earlier.listenerId === listenerId
        ? { kind: 'settled', outcome: { playId, outcome: 'duplicate', verdict: earlier.firstVerdict } }
        : rejected('play-id-taken');
    const pending = accepted.get(playId);
    if (pending !== undefined)
      return pending.listenerId === listenerId
        ? { kind: 'pending', playId, repeated: true }
        : rejected('play-id-taken');

    const track = tracks.get(report.trackId);
    const reason = rejectionOf(report, track, now);
    if (reason !== null) return rejected(reason);
    invariant(track !== undefined, 'an accepted report names a known track');
    accepted.set(playId, {
      ...report,
      listenerId,
      artistId: track.artistId,
      trackDurationMs: track.durationMs,
      reportedAt: now,
    });
    return { kind: 'pending', playId, repeated: false };
  };

  const entries = requests.map((request) => request.reports.map((report) => sortOne(request.listenerId, report)));
  return { entries, accepted: [...accepted.values()] };
};

/** A track that was removed may still be reported as heard before. */
const rejectionOf = (report: PlayReport, track: TrackFacts | undefined, now: Instant): PlayRejection | null => {
  if (track === undefined || (track.removedAt !== null && report.startedAt >= track.removedAt)) return 'unknown-track';
  if (report.startedAt < before(now, MAX_AGE_MS)) return 'started-too-long-ago';
  if (report.startedAt > after(now, MAX_AHEAD_MS)) return 'started-in-the-future';
  return null;
};

const ruleAll = async (
  { judge }: RecordPorts,
  plays: PlayRepository,
  listeners: readonly UserId[],
  accepted: readonly UnjudgedPlay[],
): Promise<readonly Ruling[]> => {
  if (accepted.length === 0) return [];
  const byListener = Map.groupBy(accepted, ({ listenerId }) => listenerId);
  const reported = [...byListener].map(([listenerId, added]) => ({ ...spanOf(added), listenerId, added }));
  const [paid, windows] = await Promise.all([plays.funding(listeners), plays.inWindows(reported.map(windowOf))]);
  const funding = Map.groupBy(paid, ({ listenerId }) => listenerId);
  const recorded = Map.groupBy(windows, ({ listenerId }) => listenerId);

  const rulings: Ruling[] = [];
  for (const each of reported) {
    const it = { ...each, funding: funding.get(each.listenerId) ?? [] };
    rulings.push(await rule(judge, plays, it, recorded.get(it.listenerId) ?? []));
  }
  return rulings;
};

const spanOf = (added: readonly UnjudgedPlay[]): Pick<Case, 'since' | 'until'> => ({
  since: Math.min(...added.map(({ startedAt }) => startedAt)) as Instant,
  until: Math.max(...added.map(({ startedAt }) => startedAt)) as Instant,
});

const outcomeOf = (entry: Entry, verdicts: ReadonlyMap<PlayId, Verdict>): PlayOutcome => {
  if (entry.kind === 'settled') return entry.outcome;
  const verdict = verdicts.get(entry.playId);
  invariant(verdict !== undefined, 'an accepted play was judged');
  return { playId: entry.playId, outcome: entry.repeated ? 'duplicate' : 'accepted', verdict };
};
