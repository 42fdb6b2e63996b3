import type { UserId } from '../accounts/index.ts';
import {
  type Currency,
  type Ids,
  type Instant,
  type Micros,
  type Result,
  err,
  invariant,
  micros,
  monthOf,
  ok,
} from '../kernel/index.ts';
import type { MonthNotClosed, NothingToReverse } from './errors.ts';
import { type CountedTrack, type FraudFinding, countFraud, fraudIn } from './find-fraud.ts';
import { type AccountName, artistAccount } from './ledger.ts';
import type { PayoutPorts, PayoutStores } from './ports.ts';
import { post } from './post.ts';
import { fraudReversed } from './posting.ts';
import type { LedgerTransactionId } from './posting-request.ts';
import { type RateVersion, perPlay, rateFor } from './rate.ts';
import type { ReversedPlays } from './reversal-ports.ts';
import {
  type FoundFraud,
  type FraudulentPlays,
  type Reversal,
  type ReversalId,
  type TakenShare,
  reversedShares,
  takeBackShares,
} from './reversal.ts';

/** Who says so, and why, in the operator's words. */
export type FraudReport = FraudFinding & Pick<Reversal, 'by' | 'reason'>;

/**
 * R10: what closes have counted of plays that were fraud is taken back, by an opposite entry in the open month through
 * the split of then. What was reversed before stays so.
 */
export const reversePlays =
  (ports: PayoutPorts) =>
  async (report: FraudReport): Promise<Result<Reversal, MonthNotClosed | NothingToReverse>> => {
    const counted = await countFraud(ports, report);
    if (counted === null) return err({ code: 'month_not_closed', month: report.playedIn });
    const rate = rateFor(await ports.payouts.rates(), report.playedIn);

    return ports.uow.run(async (stores): Promise<Result<Reversal, NothingToReverse>> => {
      const { debts } = await stores.closes.opening();
      const found = await newFraud(ports, stores, report, counted, rate);
      if (found.length === 0) return err({ code: 'nothing_to_reverse' });

      const { currency } = perPlay(rate);
      const available = await availableOf(stores, found, currency);
      const taken = takeBackShares(found, debts, available, currency);
      const [id, at] = [ports.ids.uuid() as ReversalId, ports.clock.now()];
      const transactionId = await postReversal(stores, ports.ids, { id, at, currency }, taken);
      const { listenerId, playedIn, by, reason } = report;
      const [plays, shares] = [found.map(onlyPlays), reversedShares(taken)];
      const reversal = { id, listenerId, playedIn, by, reason, at, transactionId, currency, plays, shares };
      await stores.reversals.save(reversal);
      return ok(reversal);
    });
  };

/** What was counted and not reversed yet. */
const newFraud = async (
  ports: PayoutPorts,
  { reversals, splits }: PayoutStores,
  { listenerId, playedIn }: FraudFinding,
  counted: readonly CountedTrack[],
  rate: RateVersion,
): Promise<readonly FoundFraud[]> => {
  const before = await reversals.of([...new Set(counted.map(({ trackId }) => trackId))]);
  const isReversed = ({ period, trackId }: CountedTrack): boolean =>
    before.some(
      (it: ReversedPlays) =>
        it.period === period && it.trackId === trackId && it.listenerId === listenerId && it.playedIn === playedIn,
    );
  const found: FoundFraud[] = [];
  for (const it of counted.filter((each) => !isReversed(each))) {
    const versions = await splits.versionsOf(it.trackId);
    found.push(await fraudIn(ports, it, { playedIn, rate: perPlay(rate).micros, versions, before }));
  }
  return found;
};

/** Of all who have a share in what was found; held until the transaction ends. */
const availableOf = async (
  { ledger }: PayoutStores,
  found: readonly FoundFraud[],
  currency: Currency,
): Promise<ReadonlyMap<UserId, Micros>> => {
  const owners = [...new Set(found.flatMap(({ shares }) => shares.map(({ userId }) => userId)))];
  const balances = await ledger.balancesOf(owners.map(availableAccount), currency);
  return new Map(owners.map((userId) => [userId, balances.get(availableAccount(userId)) ?? micros(0n)]));
};

const availableAccount = (userId: UserId): AccountName => artistAccount('artist_available', userId);

const onlyPlays = ({ period, trackId, splitVersion, plays, amount }: FoundFraud): FraudulentPlays => ({
  period,
  trackId,
  splitVersion,
  plays,
  amount,
});

const postReversal = async (
  stores: PayoutStores,
  ids: Ids,
  { id, at, currency }: { readonly id: ReversalId; readonly at: Instant; readonly currency: Currency },
  taken: readonly TakenShare[],
): Promise<LedgerTransactionId> => {
  const period = monthOf(at);
  await stores.periods.open(period, at);
  const event = { period, sourceType: 'fraud', sourceId: id, kind: 'reversed' } as const;
  const transaction = fraudReversed(event, currency, taken);
  invariant(transaction !== null, 'plays that were counted have earned something');
  const [posted] = await post(stores, [transaction], at, ids);
  invariant(posted !== undefined, 'what was posted has an id');
  return posted;
};
