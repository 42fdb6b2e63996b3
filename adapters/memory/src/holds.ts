import { type Day, type Instant, dayOf, dayStart, instant, month } from '@backline/core/kernel';
import {
  type HoldReader,
  type HoldRepository,
  type ListeningDay,
  type RaisedHold,
  isHolding,
} from '@backline/core/payout';
import type { HeldDay, Play } from '@backline/core/playback';
import type { UserId } from '@backline/core/accounts';
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
    .filter(isHolding)
    .map(({ scope, reportedFrom }) => ({ day: startOf(scope.day), reportedFrom }));

/** What holds the play now, or would if it were payable. */
export const holdOn = ({ holds }: Readable, { listenerId, startedAt }: Play): RaisedHold | null =>
  holds.where('day', listeningDayKey({ listenerId, day: dayOf(startedAt) }))[0] ?? null;

export const holdReader = ({ holds, plays }: Readable): HoldReader => ({
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
