import type { UserId } from '../accounts/index.ts';
import { DAY_MS, type Instant, MINUTE_MS, after, before, invariant, ok } from '../kernel/index.ts';
import type { PlayRejection } from './errors.ts';
import { groupCommit } from './group-commit.ts';
import type { Play, PlayId, PlayReport, Verdict } from './play.ts';
import type { RecordPorts, ReportFacts, TrackFacts } from './ports.ts';
import { type AddedPlay, factsOf, rule } from './rejudging.ts';

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
  const reports = requests.flatMap(({ listenerId, reports }) => reports.map((report) => ({ ...report, listenerId })));
  const listeners = [...new Set(requests.map(({ listenerId }) => listenerId))];
  const tracks = [...new Set(reports.map(({ trackId }) => trackId))];

  const recorded = await playLog.run(async ({ plays }) => {
    const now = clock.now();
    const [, facts, known, heldTracks] = await Promise.all([
      plays.lock(listeners),
      plays.factsOf(reports),
      plays.listenerFacts(listeners),
      plays.heldTracks(tracks),
    ]);
    const { entries, accepted } = sortIn(reports, facts, now);
    const added = Map.groupBy(accepted, ({ play }) => play.listenerId);
    const rulings = await Promise.all(
      [...added].map(([listenerId, added]) =>
        rule(judge, plays, { listenerId, added, days: new Set(), facts: factsOf(known, listenerId), heldTracks }),
      ),
    );

    const judged = rulings.flatMap(({ added }) => added);
    const changes = rulings.flatMap(({ changed }) => changed);
    if (judged.length > 0)
      await plays.append(
        judged.map(({ play, judgment }): Play => ({ ...play, judgment, firstVerdict: judgment.verdict })),
      );
    if (changes.length > 0) await plays.rejudge(changes);
    const verdicts = new Map(judged.map(({ play, judgment }) => [play.playId, judgment.verdict]));
    return ok(entries.map((entry) => outcomeOf(entry, verdicts)));
  });
  return byRequest(requests, recorded.value);
};

const byRequest = (
  requests: readonly Request[],
  outcomes: readonly PlayOutcome[],
): readonly (readonly PlayOutcome[])[] => {
  let from = 0;
  return requests.map(({ reports }) => outcomes.slice(from, (from += reports.length)));
};

type Report = PlayReport & { readonly listenerId: UserId };

type Entry =
  | { readonly kind: 'settled'; readonly outcome: PlayOutcome }
  /** New in this commit, or a repetition of one that is. */
  | { readonly kind: 'pending'; readonly playId: PlayId; readonly repeated: boolean };

type Intake = { readonly entries: readonly Entry[]; readonly accepted: readonly AddedPlay[] };

/** Decides about each report what can be decided without judging. */
const sortIn = (reports: readonly Report[], facts: readonly ReportFacts[], now: Instant): Intake => {
  const accepted = new Map<PlayId, AddedPlay>();

  const sortOne = (report: Report, { recorded, track, around }: ReportFacts): Entry => {
    const { playId, listenerId } = report;
    const rejected = (reason: PlayRejection): Entry => ({
      kind: 'settled',
      outcome: { playId, outcome: 'rejected', reason },
    });

    if (recorded !== null)
      return recorded.listenerId === listenerId
        ? { kind: 'settled', outcome: { playId, outcome: 'duplicate', verdict: recorded.firstVerdict } }
        : rejected('play-id-taken');
    const pending = accepted.get(playId);
    if (pending !== undefined)
      return pending.play.listenerId === listenerId
        ? { kind: 'pending', playId, repeated: true }
        : rejected('play-id-taken');

    const reason = rejectionOf(report, track, now);
    if (track === null || reason !== null) return rejected(reason ?? 'unknown-track');
    const { artistId, durationMs: trackDurationMs } = track;
    accepted.set(playId, { play: { ...report, artistId, trackDurationMs, reportedAt: now }, around });
    return { kind: 'pending', playId, repeated: false };
  };

  const entries = reports.map((report, index) => {
    const known = facts[index];
    invariant(known !== undefined, 'each report has its facts');
    return sortOne(report, known);
  });
  return { entries, accepted: [...accepted.values()] };
};

/** A track that was removed may still be reported as heard before. */
const rejectionOf = (report: PlayReport, track: TrackFacts | null, now: Instant): PlayRejection | null => {
  if (track === null || (track.removedAt !== null && report.startedAt >= track.removedAt)) return 'unknown-track';
  if (report.startedAt < before(now, MAX_AGE_MS)) return 'started-too-long-ago';
  if (report.startedAt > after(now, MAX_AHEAD_MS)) return 'started-in-the-future';
  return null;
};

const outcomeOf = (entry: Entry, verdicts: ReadonlyMap<PlayId, Verdict>): PlayOutcome => {
  if (entry.kind === 'settled') return entry.outcome;
  const verdict = verdicts.get(entry.playId);
  invariant(verdict !== undefined, 'an accepted play was judged');
  return { playId: entry.playId, outcome: entry.repeated ? 'duplicate' : 'accepted', verdict };
};
