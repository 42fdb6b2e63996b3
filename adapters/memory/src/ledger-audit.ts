import { type Month, monthOf } from '@backline/core/kernel';
import { type Difference, type LedgerAudit, effectOf, refusesOverdraft } from '@backline/core/payout';
import { COUNTED_VERDICTS, type Verdict } from '@backline/core/playback';
import { countedPlaysOf, reportedPlaysOf } from './rollup.ts';
import { type MonthCount, type Readable, balanceKey, monthCountKey } from './state.ts';

/** Amounts or counts, by what they are of. */
type Sums = ReadonlyMap<string, bigint>;

export const ledgerAudit = (state: Readable): LedgerAudit => ({
  differences: async () => [
    ...trialBalance(state),
    ...balances(state),
    ...overdrafts(state),
    ...rollupMonths(state, () => true),
    ...trackPlays(state),
    ...listenerPlays(state),
  ],
  rollupDifferences: async (month) => rollupMonths(state, (of) => of === month),
});

const sums = <Row>(rows: readonly Row[], placeOf: (row: Row) => string, amountOf: (row: Row) => bigint): Sums => {
  const all = new Map<string, bigint>();
  for (const row of rows) all.set(placeOf(row), (all.get(placeOf(row)) ?? 0n) + amountOf(row));
  return all;
};

const between = (check: Difference['check'], kind: string, expected: Sums, found: Sums): readonly Difference[] =>
  [...new Set([...expected.keys(), ...found.keys()])]
    .map((place) => ({ place, expected: expected.get(place) ?? 0n, found: found.get(place) ?? 0n }))
    .filter((each) => each.expected !== each.found)
    .map((each) => ({
      check,
      where: `${kind} ${each.place}`,
      expected: String(each.expected),
      found: String(each.found),
    }));

const entriesOf = ({ ledger }: Readable) => ledger.all().flatMap(({ transaction }) => transaction.entries);

const trialBalance = (state: Readable): readonly Difference[] => {
  const total = (side: 'debit' | 'credit'): Sums =>
    sums(
      entriesOf(state).filter((entry) => entry.side === side),
      ({ currency }) => currency,
      ({ amount }) => amount,
    );
  return between('trial-balance', 'currency', total('debit'), total('credit'));
};

const balances = (state: Readable): readonly Difference[] =>
  between(
    'balance',
    'account',
    sums(entriesOf(state), balanceKey, effectOf),
    sums(state.balances.all(), balanceKey, ({ micros }) => micros),
  );

const overdrafts = (state: Readable): readonly Difference[] => {
  const guarded = entriesOf(state).filter(({ account }) => refusesOverdraft(account));
  return [...sums(guarded, balanceKey, effectOf)]
    .filter(([, amount]) => amount < 0n)
    .map(([place, amount]) => ({
      check: 'overdraft',
      where: `account ${place}`,
      expected: 'not below 0',
      found: String(amount),
    }));
};

const rollupMonths = ({ plays, monthCounts, movements }: Readable, isOf: (month: Month) => boolean) => {
  const ofMonth = (counts: readonly MonthCount[]): Sums =>
    sums(
      counts.filter(({ month }) => isOf(month)),
      monthCountKey,
      (count) => BigInt(count.plays),
    );
  const played = plays.all().map(({ artistId, startedAt, judgment }) => ({
    artistId,
    month: monthOf(startedAt),
    verdict: judgment.verdict,
    plays: 1,
  }));
  const tail = movements.all().map((movement) => ({ ...movement, plays: movement.added }));
  return between('rollup-month', 'artist, month, verdict', ofMonth(played), ofMonth([...monthCounts.all(), ...tail]));
};

const trackPlays = (state: Readable): readonly Difference[] => {
  const plays = state.plays.all();
  const tracks = new Set([...plays, ...state.trackCounts.all()].map(({ trackId }) => trackId));
  return between(
    'track-plays',
    'track',
    sums(
      plays,
      ({ trackId }) => String(trackId),
      ({ judgment }) => (isCounted(judgment.verdict) ? 1n : 0n),
    ),
    new Map([...tracks].map((id) => [String(id), BigInt(countedPlaysOf(state, id))])),
  );
};

const isCounted = (verdict: Verdict): boolean => COUNTED_VERDICTS.includes(verdict);

const listenerPlays = (state: Readable): readonly Difference[] => {
  const plays = state.plays.all();
  const listeners = new Set([...plays, ...state.listenerCounts.all()].map(({ listenerId }) => listenerId));
  return between(
    'listener-plays',
    'listener',
    sums(
      plays,
      ({ listenerId }) => String(listenerId),
      () => 1n,
    ),
    new Map([...listeners].map((id) => [String(id), BigInt(reportedPlaysOf(state, id))])),
  );
};
