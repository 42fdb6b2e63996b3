import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { type Micros, type Month, invariant, micros, ok } from '../kernel/index.ts';
import { total } from './amounts.ts';
import { countPlays } from './close-counts.ts';
import { rowsOf } from './play-counts.ts';
import type { PayoutPorts } from './ports.ts';
import type { CloseEarning, FoundFraud, FraudulentPlays } from './reversal.ts';
import { type SplitInForce, type SplitVersion, splitFor } from './split.ts';
import { parseStatement } from './statement-document.ts';

/** Plays that somebody found to be fraud: a listener's that began in a month. */
export type FraudFinding = {
  readonly listenerId: UserId;
  readonly playedIn: Month;
  /** Null for all tracks. */
  readonly trackId: TrackId | null;
};

/** What a close counted of them. */
export type CountedTrack = Omit<CloseEarning, 'splitVersion'> & {
  /** The track's owner. */
  readonly artistId: UserId;
  readonly plays: number;
};

/** By each close that has counted any of them; null where their month is not closed. */
export const countFraud = async (
  ports: PayoutPorts,
  finding: FraudFinding,
): Promise<readonly CountedTrack[] | null> => {
  const { value: periods } = await ports.uow.run(async (stores) => ok(await stores.periods.all()));
  const closed = periods.filter(({ month, status }) => month >= finding.playedIn && status === 'closed');
  if (closed[0]?.month !== finding.playedIn) return null;
  const counted: CountedTrack[] = [];
  for (const { month } of closed) counted.push(...(await countedBy(ports, finding, month)));
  return counted;
};

const countedBy = async (
  { playCounts }: PayoutPorts,
  { listenerId, playedIn, trackId: only }: FraudFinding,
  period: Month,
): Promise<readonly CountedTrack[]> => {
  const counted = await countPlays(
    { playCounts: { eachOf: (of, take) => playCounts.eachOf(of, take, listenerId) } },
    period,
  );
  invariant(counted.ok, `the counts of ${period}, which is closed, are settled`);
  const owners = new Map(counted.value.tracks.map(({ trackId, artistId }) => [trackId, artistId]));
  return [...rowsOf(counted.value.payable)].flatMap(({ trackId, playedIn: month, plays }) => {
    const artistId = owners.get(trackId);
    return artistId === undefined || month !== playedIn || (only !== null && trackId !== only)
      ? []
      : [{ period, trackId, artistId, plays }];
  });
};

/**
 * @param rate what a play earned
 * @param versions all versions of the track's split
 * @param before what was reversed so far
 */
export const fraudIn = async (
  ports: Pick<PayoutPorts, 'statementReader'>,
  { period, trackId, artistId, plays }: CountedTrack,
  {
    playedIn,
    rate,
    versions,
    before,
  }: {
    readonly playedIn: Month;
    readonly rate: Micros;
    readonly versions: readonly SplitVersion[];
    readonly before: readonly FraudulentPlays[];
  },
): Promise<FoundFraud> => {
  const split = splitFor(versions, playedIn, artistId);
  const of = { period, trackId, splitVersion: split.version };
  const gone = total(before.filter((it) => isOf(it, of)).map(({ amount }) => amount));
  const counted = micros((await earnedBy(ports, of, split)) - gone);
  return { ...of, plays, amount: micros(rate * BigInt(plays)), counted, shares: split.shares };
};

/** As the statements of that close say, which all who have a share have got. */
const earnedBy = async (
  { statementReader }: Pick<PayoutPorts, 'statementReader'>,
  of: CloseEarning,
  { shares: [first] }: SplitInForce,
): Promise<Micros> => {
  invariant(first !== undefined, 'a split has shares');
  const parsed = parseStatement((await statementReader.document(first.userId, of.period)) ?? '');
  invariant(parsed.ok, `${first.userId} has a statement for ${of.period}`);
  const line = parsed.value.statement.tracks.find((track) => isOf({ ...track, period: of.period }, of));
  invariant(line !== undefined, `the statement for ${of.period} tells of track ${of.trackId}`);
  return line.trackNominal;
};

const isOf = (it: CloseEarning, { period, trackId, splitVersion }: CloseEarning): boolean =>
  it.period === period && it.trackId === trackId && it.splitVersion === splitVersion;
