import { type Day, type Instant, dayOf, dayStart, instant, month, monthStart, shiftMonth } from '@backline/core/kernel';
import {
  type HoldReader,
  type HoldRepository,
  type ListeningDay,
  type RaisedDayHold,
  type RaisedHold,
  type RaisedTrackHold,
  isHolding,
} from '@backline/core/payout';
import type { HeldDay, HeldTrack, Play } from '@backline/core/playback';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import type { Drafts, Readable } from './state.ts';

export const listeningDayKey = ({ listenerId, day }: { readonly listenerId: UserId; readonly day: Day }): string =>
  `${listenerId} ${day}`;

export const holdRepository = ({ holds, periods }: Drafts): HoldRepository => ({
  raise: async (hold, id, raisedAt) => {
    const period = periods.get(month(hold.scope.day.slice(0, 7)));
    if (period?.status === 'closing' || holds.where('day', listeningDayKey(hold.scope)).length > 0) return null;
    const raised = { ...hold, id, raisedAt, reportedFrom: period?.status === 'closed' ? period.closedAt : null };
    holds.put(raised);
    return raised;
  },
  raiseOnTrack: async (hold, id, raisedAt) => {
    if (holds.where('track', hold.scope.trackId).length > 0) return 'known';
    const months = periods.all().toSorted((a, b) => (a.month < b.month ? -1 : 1));
    if (months.some(({ status }) => status === 'closing')) return 'closing';
    const counted = months.findLast((period) => period.status === 'closed');
    const since =
      counted?.status === 'closed'
        ? { startedAt: monthStart(shiftMonth(counted.month, 1)), reportedAt: counted.closedAt }
        : null;
    const raised = { ...hold, id, raisedAt, since };
    holds.put(raised);
    return raised;
  },
  find: async (id) => holds.get(id) ?? null,
  decide: async (id, decided) => {
    const hold = holds.get(id);
    if (hold === undefined || hold.decided !== null) return false;
    holds.put({ ...hold, decided });
    return true;
  },
});

export const heldDaysOf = ({ holds }: Readable, listenerId: UserId): readonly HeldDay[] =>
  holds
    .where('listener', listenerId)
    .filter(isOnDay)
    .filter(isHolding)
    .map(({ scope, reportedFrom }) => ({ day: startOf(scope.day), reportedFrom }));

const isOnDay = (hold: RaisedHold): hold is RaisedDayHold => hold.scope.of === 'listening-day';
const isOnTrack = (hold: RaisedHold): hold is RaisedTrackHold => hold.scope.of === 'track';

const trackHold = ({ holds }: Pick<Readable, 'holds'>, trackId: TrackId): RaisedTrackHold | null =>
  holds.where('track', trackId).find(isOnTrack) ?? null;

const dayHold = (
  { holds }: Pick<Readable, 'holds'>,
  { listenerId, startedAt }: Pick<Play, 'listenerId' | 'startedAt'>,
): RaisedDayHold | null =>
  holds.where('day', listeningDayKey({ listenerId, day: dayOf(startedAt) })).find(isOnDay) ?? null;

export const heldTracksOf = (state: Pick<Readable, 'holds'>, tracks: readonly TrackId[]): readonly HeldTrack[] =>
  tracks.flatMap((trackId) => {
    const hold = trackHold(state, trackId);
    return hold !== null && isHolding(hold) ? [{ trackId, since: hold.since }] : [];
  });

/** What holds the play now, or would if it were payable. */
export const holdOn = (state: Readable, play: Play): RaisedHold | null => {
  const ofTrack = trackHold(state, play.trackId);
  return ofTrack !== null && isHolding(ofTrack) ? ofTrack : dayHold(state, play);
};

export const holdReader = (state: Readable): HoldReader => ({
  ...dayReader(state),
  ofTrack: async (trackId) => trackHold(state, trackId),
  unapplied: async (trackId) => {
    const days = state.holds
      .all()
      .filter((hold) => isOnTrack(hold) && (trackId === null || hold.scope.trackId === trackId))
      .flatMap((hold) => (isOnTrack(hold) ? unappliedDays(state, hold) : []));
    return [...new Map(days.map((it) => [listeningDayKey(it), it])).values()];
  },
});

const unappliedDays = (state: Readable, hold: RaisedTrackHold) =>
  state.plays
    .all()
    .filter((play) => play.trackId === hold.scope.trackId && isIn(hold, play))
    .filter((play) => {
      if (isHolding(hold)) return play.judgment.verdict === 'payable';
      const ofDay = dayHold(state, play);
      return play.judgment.verdict === 'held' && (ofDay === null || !isHolding(ofDay) || !isReported(ofDay, play));
    })
    .map(({ listenerId, startedAt }) => ({ listenerId, day: dayOf(startedAt) }));

const isIn = ({ since }: RaisedTrackHold, { startedAt, reportedAt }: Play): boolean =>
  since === null || startedAt >= since.startedAt || reportedAt >= since.reportedAt;

const isReported = ({ reportedFrom }: RaisedDayHold, { reportedAt }: Play): boolean =>
  reportedFrom === null || reportedAt >= reportedFrom;

const dayReader = ({ holds, plays }: Readable): Pick<HoldReader, 'busyDays' | 'holds'> => ({
  busyDays: async (from, moreThan) => {
    const counted = plays.all().filter(({ startedAt, judgment }) => startedAt >= from && isCounted(judgment.verdict));
    const days = Map.groupBy(counted, ({ listenerId, startedAt }) =>
      listeningDayKey({ listenerId, day: dayOf(startedAt) }),
    );
    return [...days].flatMap(([key, ofDay]) =>
      ofDay.length > moreThan && holds.where('day', key).length === 0 ? listeningDay(ofDay) : [],
    );
  },
  holds: async ({ undecided }, limit) =>
    holds
      .all()
      .filter(({ decided }) => !undecided || decided === null)
      .toSorted((a, b) => b.raisedAt - a.raisedAt || (a.id < b.id ? 1 : -1))
      .slice(0, limit),
});

const isCounted = (verdict: Play['judgment']['verdict']): boolean => verdict === 'payable' || verdict === 'held';

const listeningDay = (plays: readonly Play[]): readonly ListeningDay[] => {
  const [first] = plays;
  if (first === undefined) return [];
  return [
    {
      listenerId: first.listenerId,
      day: dayOf(first.startedAt),
      byArtist: [...Map.groupBy(plays, ({ artistId }) => artistId)].map(([artistId, own]) => ({
        artistId,
        plays: own.length,
      })),
    },
  ];
};

const startOf = (day: Day): Instant => dayStart(instant(Date.parse(day)));
