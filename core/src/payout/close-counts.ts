import { type Month, type Result, ok } from '../kernel/index.ts';
import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import type { CountsUnsettled } from './errors.ts';
import type { TrackPlays } from './open-earnings.ts';
import { type PlayCounts, at, countTable } from './play-counts.ts';
import type { CountedPlays, LostPlays, PayoutPorts } from './ports.ts';
import type { TrackOwner, UnpaidCount, UnpaidVerdict } from './track-earning.ts';

/** What a close counts of plays. */
export type ClosePlays = {
  readonly tracks: readonly TrackOwner[];
  readonly payable: PlayCounts;
  readonly unpaid: readonly UnpaidCount[];
  /** How many payable plays there are of a track and a month that no close before has dealt with. */
  readonly dealtWith: readonly TrackPlays[];
  /** Where it is not what the close before has kept. */
  readonly lost: readonly LostPlays[];
};

/**
 * Reads the counts of a month that is closing. Plays of closed months come in as what has changed since (R3g): of a
 * listener, a track and a month the gains and losses together, so that a late play that takes the place of another
 * under the daily cap pays nothing twice. What is lost on the whole stays with the artist, and is remembered, so that
 * what is gained again later is not paid again.
 */
export const countPlays = async (
  { playCounts }: Pick<PayoutPorts, 'playCounts'>,
  period: Month,
): Promise<Result<ClosePlays, CountsUnsettled>> => {
  const owners = new Map<TrackId, UserId>();
  const payable = countTable();
  const unpaid = new Map<string, UnpaidCount>();
  const late = new Map<string, CountedPlays>();
  const carried = new Map<string, CountedPlays>();

  const count = (row: CountedPlays): void => {
    if (row.plays <= 0) return;
    owners.set(row.trackId, row.artistId);
    if (row.verdict === 'payable') payable.add(row);
    else addUnpaid(unpaid, row, row.verdict);
  };
  const read = await playCounts.eachOf(period, (rows) => {
    for (const row of rows)
      if (row.playedIn === period) count(row);
      else gather(row.counted === 'carried' ? carried : late, row);
  });
  if (!read.ok) return read;
  const settled = settleLate(late, carried);
  for (const row of settled.due) count(row);
  const counts = payable.counts();
  return ok({
    tracks: [...owners].map(([trackId, artistId]) => ({ trackId, artistId })),
    payable: counts,
    unpaid: [...unpaid.values()],
    dealtWith: [...playsOfMonth(counts, period, owners), ...latePlays(settled.due)],
    lost: settled.lost,
  });
};

const playsOfMonth = (
  { trackMonths, trackMonthOf, plays }: PlayCounts,
  period: Month,
  owners: ReadonlyMap<TrackId, UserId>,
): readonly TrackPlays[] => {
  const sums = new Float64Array(trackMonths.length);
  for (const [row, index] of trackMonthOf.entries()) sums[index] = at(sums, index) + at(plays, row);
  return trackMonths.flatMap(({ trackId, playedIn }, index) => {
    const artistId = owners.get(trackId);
    return playedIn !== period || artistId === undefined
      ? []
      : [{ trackId, artistId, month: period, payable: BigInt(at(sums, index)) }];
  });
};

const latePlays = (changes: readonly CountedPlays[]): readonly TrackPlays[] =>
  [
    ...Map.groupBy(
      changes.filter(({ verdict }) => verdict === 'payable'),
      ({ trackId, playedIn }) => `${trackId} ${playedIn}`,
    ).values(),
  ].flatMap((same) => {
    const [first] = same;
    const payable = same.reduce((sum, { plays }) => sum + plays, 0);
    return first === undefined || payable === 0
      ? []
      : [{ trackId: first.trackId, artistId: first.artistId, month: first.playedIn, payable: BigInt(payable) }];
  });

/** What is gained beyond what was lost before is due; what is lost is carried on. */
const settleLate = (
  late: ReadonlyMap<string, CountedPlays>,
  carried: ReadonlyMap<string, CountedPlays>,
): { readonly due: readonly CountedPlays[]; readonly lost: readonly LostPlays[] } => {
  const due: CountedPlays[] = [];
  const lost: LostPlays[] = [];
  for (const [key, row] of late) {
    if (row.verdict !== 'payable') {
      due.push(row);
      continue;
    }
    const before = -(carried.get(key)?.plays ?? 0);
    const gained = row.plays - before;
    due.push({ ...row, plays: Math.max(gained, 0) });
    const after = Math.max(-gained, 0);
    const { listenerId, artistId, trackId, playedIn } = row;
    if (after !== before) lost.push({ listenerId, artistId, trackId, playedIn, plays: after });
  }
  return { due, lost };
};

const gather = (late: Map<string, CountedPlays>, row: CountedPlays): void => {
  const key = `${row.listenerId} ${row.trackId} ${row.playedIn} ${row.verdict}`;
  late.set(key, { ...row, plays: (late.get(key)?.plays ?? 0) + row.plays });
};

const addUnpaid = (
  unpaid: Map<string, UnpaidCount>,
  { trackId, playedIn, plays }: CountedPlays,
  verdict: UnpaidVerdict,
): void => {
  const key = `${trackId} ${playedIn} ${verdict}`;
  unpaid.set(key, { trackId, playedIn, verdict, plays: (unpaid.get(key)?.plays ?? 0) + plays });
};
