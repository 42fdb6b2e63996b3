import { type Month, invariant, monthOf, ok } from '@backline/core/kernel';
import type { CountedPlays, PlayCountReader } from '@backline/core/payout';
import type { Play, Verdict } from '@backline/core/playback';
import type { Drafts, Readable } from './state.ts';

/** Of each listener, track and month what the last close before has kept. */
const carriedInto = ({ closes }: Pick<Readable, 'closes'>, period: Month): readonly CountedPlays[] => {
  const lost = closes
    .all()
    .filter((close) => close.period < period)
    .sort((a, b) => (a.period < b.period ? -1 : 1))
    .flatMap((close) => close.lost);
  const latest = new Map(lost.map((it) => [[it.listenerId, it.trackId, it.playedIn].join(' '), it]));
  return [...latest.values()]
    .filter(({ plays }) => plays !== 0)
    .map((it) => ({ ...it, verdict: 'payable', counted: 'carried', plays: -it.plays }));
};

export const playCountReader = ({ closeCounts, closes }: Readable): PlayCountReader => ({
  eachOf: async (period, take, listenerId) => {
    const counts = closeCounts.get(period);
    invariant(counts !== undefined, `${period} is not closing`);
    const rows = [...counts.rows, ...carriedInto({ closes }, period)].filter(
      (row) => listenerId === undefined || row.listenerId === listenerId,
    );
    if (rows.length > 0) take(rows);
    return ok(null);
  },
});

/** Keeps what the close counts, since plays keep coming in and verdicts keep changing. */
export const countForClose = ({ plays, countedVerdicts, closeCounts }: Drafts, period: Month): void => {
  const counts = new Map<string, CountedPlays>();
  const count = (play: Play, verdict: Verdict, counted: CountedPlays['counted'], added: 1 | -1): void => {
    const { listenerId, artistId, trackId } = play;
    const playedIn = monthOf(play.startedAt);
    const key = [listenerId, trackId, verdict, playedIn, counted].join(' ');
    const known = counts.get(key)?.plays ?? 0;
    counts.set(key, { listenerId, artistId, trackId, verdict, playedIn, counted, plays: known + added });
  };

  for (const play of plays.all().filter(({ startedAt }) => monthOf(startedAt) <= period)) {
    const { verdict } = play.judgment;
    const before = countedVerdicts.get(play.playId);
    if (before === undefined) count(play, verdict, 'never', 1);
    else if (before.verdict !== verdict) {
      count(play, before.verdict, 'before', -1);
      count(play, verdict, 'before', 1);
    }
    countedVerdicts.put({ playId: play.playId, verdict });
  }
  closeCounts.put({ period, rows: [...counts.values()].filter((row) => row.plays !== 0) });
};
