import type { TrackId } from '../catalog/index.ts';
import { type Instant, type Month, type Result, err, invariant, money, ok } from '../kernel/index.ts';
import { bookAllReceipts } from './book-receipts.ts';
import { canonicalJson } from './canonical-json.ts';
import { type Close, type CloseInputs, closeMonth, earnersOf } from './close.ts';
import { type ClosePlays, countPlays } from './close-counts.ts';
import { closeDigest, countsDigest } from './close-digest.ts';
import type { CloseRefused } from './errors.ts';
import type { Period } from './period.ts';
import { PAYOUT_POLICY, closableFrom } from './policy.ts';
import type { KeptClose, PayoutPorts, PayoutStores } from './ports.ts';
import { post } from './post.ts';
import { raiseHolds } from './raise-holds.ts';
import type { LedgerTransactionId } from './posting-request.ts';
import { perPlay, rateFor } from './rate.ts';
import { monthlyShares } from './receipt-share.ts';
import { statementsOf } from './statement.ts';
import { verifyBooks } from './verify-books.ts';

export type ClosedPeriod = {
  readonly period: Month;
  readonly closedAt: Instant;
  readonly inputsDigest: string;
  /** False where it was closed before. */
  readonly now: boolean;
};

/**
 * R11. Checks first; then fixes what is counted, which no play that comes in later changes; then counts, computes and
 * writes everything in one transaction. Killed anywhere and run again it goes on to the same end, and again is nothing.
 */
export const closePeriod =
  (ports: PayoutPorts) =>
  async (period: Month): Promise<Result<ClosedPeriod, CloseRefused>> => {
    const opened = await readyToClose(ports, period);
    if (!opened.ok) return opened;
    if (opened.value.status === 'closed') return ok(outcome(opened.value, false));
    if (opened.value.status === 'open') {
      await raiseHolds(ports)();
      const checked = await check(ports);
      if (!checked.ok) return checked;
      await beginClosing(ports, period);
    }
    const plays = await countPlays(ports, period);
    return plays.ok ? finishClosing(ports, period, plays.value) : plays;
  };

/** The month, opened where nothing has happened in it, if its time has come and all months before it are closed. */
const readyToClose = ({ uow, clock }: PayoutPorts, period: Month): Promise<Result<Period, CloseRefused>> =>
  uow.run(async ({ periods }): Promise<Result<Period, CloseRefused>> => {
    const all = await periods.all();
    const known = all.find(({ month }) => month === period);
    if (known?.status === 'closed') return ok(known);
    const from = closableFrom(period, PAYOUT_POLICY);
    if (clock.now() < from) return err({ code: 'too_early', closableFrom: from });
    const [first] = all;
    if (first !== undefined && period < first.month)
      return err({ code: 'before_first_month', firstMonth: first.month });
    const earlier = all.find(({ month, status }) => month < period && status !== 'closed');
    if (earlier !== undefined) return err({ code: 'earlier_month_open', earlier: earlier.month });

    await periods.open(period, clock.now());
    const opened = await periods.find(period);
    invariant(opened !== null, 'an opened month is there');
    return ok(opened);
  });

/** Brings what is derived up to date, and compares all of it with what it is derived from. */
const check = async (ports: PayoutPorts): Promise<Result<null, CloseRefused>> => {
  await bookAllReceipts(ports)();
  while ((await ports.uow.run(async ({ rollup }) => ok(await rollup.advance()))).value > 0);
  const differences = await verifyBooks(ports)();
  return differences.length === 0 ? ok(null) : err({ code: 'checks_failed', differences });
};

const beginClosing = ({ uow, clock }: PayoutPorts, period: Month): Promise<Result<null, never>> =>
  uow.run(async ({ periods }) => {
    const current = await periods.find(period);
    if (current?.status === 'open') await periods.save({ ...current, status: 'closing', closingAt: clock.now() });
    return ok(null);
  });

const finishClosing = (
  ports: PayoutPorts,
  period: Month,
  plays: ClosePlays,
): Promise<Result<ClosedPeriod, CloseRefused>> =>
  ports.longUow.run(async (stores): Promise<Result<ClosedPeriod, CloseRefused>> => {
    const current = await stores.periods.find(period);
    invariant(current !== null && current.status !== 'open', `${period} is not closing`);
    if (current.status === 'closed') return ok(outcome(current, false));

    const inputs = await inputsOf(stores, period, plays);
    const close = closeMonth(inputs);
    const inputsDigest = closeDigest(inputs, ports.digests.sha256);
    const closedAt = ports.clock.now();
    const posted = await post(stores, close.transactions, closedAt, ports.ids);
    await stores.closes.save({
      ...keptClose(inputs, close, posted, countsDigest(inputs, ports.digests.sha256)),
      dealtWith: plays.dealtWith,
      lost: plays.lost,
    });
    await issueStatements(ports, stores, close, closedAt);
    const closed: Period & { status: 'closed' } = { ...current, status: 'closed', closedAt, inputsDigest };
    await stores.periods.save(closed);
    await stores.outbox.append({ type: 'payout.period_closed', period, occurredAt: closedAt });
    return ok(outcome(closed, true));
  });

const inputsOf = async (stores: PayoutStores, period: Month, plays: ClosePlays): Promise<CloseInputs> => {
  const rates = await stores.rates.all();
  const { currency } = perPlay(rateFor(rates, period));
  const opening = await stores.closes.opening();
  const reserve = (await stores.ledger.balancesOf(['royalty_reserve'], currency)).get('royalty_reserve');
  invariant(reserve !== undefined, 'the reserve has a balance');
  return {
    period,
    currency,
    policy: PAYOUT_POLICY,
    rates,
    splits: await stores.splits.until(period),
    tracks: plays.tracks,
    payable: plays.payable,
    unpaid: plays.unpaid,
    receipts: await stores.bookings.reaching(period),
    opening: { reserve, ...opening },
  };
};

const keptClose = (
  { receipts }: CloseInputs,
  close: Close,
  posted: readonly LedgerTransactionId[],
  counts: string,
): Omit<KeptClose, 'dealtWith' | 'lost'> => {
  const by = (kind: string): LedgerTransactionId => {
    const id = posted[close.transactions.findIndex((transaction) => transaction.kind === kind)];
    invariant(id !== undefined, `the close of ${close.period} posted nothing ${kind}`);
    return id;
  };
  const amountOf = (micros: bigint) => money(micros, close.currency);
  const added = close.debts.filter(({ origin }) => origin === close.period);
  return {
    period: close.period,
    report: canonicalJson(reportOf(close)),
    shortfall: close.shortfall,
    inputs: { plays: counts },
    debts: [
      ...added.map((debt) => ({ ...debt, by: by('deferred'), amount: amountOf(debt.amount) })),
      ...close.debtsPaid.map((debt) => ({ ...debt, by: by('deferred-paid'), amount: amountOf(-debt.amount) })),
    ],
    funds: receipts.flatMap((receipt) => {
      const share = monthlyShares(receipt).get(close.period);
      return share === undefined ? [] : [{ ...share, invoiceId: receipt.invoiceId, currency: close.currency }];
    }),
    earned: earnedFunds(close).map(({ amount, ...funds }) => ({ ...funds, amount: amountOf(amount) })),
  };
};

const reportOf = ({
  period,
  currency,
  policyVersion,
  gross,
  fund,
  toPlatform,
  shortfall,
  reserve,
  solvency,
}: Close) => ({
  period,
  currency,
  policyVersion,
  gross,
  fund,
  toPlatform,
  shortfall,
  reserveTarget: reserve.target,
  solvency,
});

/** What each artist has with money behind it by this close, by the split that a share belongs to. */
const earnedFunds = ({ period, tracks, debtsPaid }: Close) => {
  const each = [
    ...tracks.flatMap(({ splitVersion, shares }) =>
      shares.map(({ userId, funded }) => ({ userId, splitVersion, amount: funded })),
    ),
    ...debtsPaid,
  ];
  return [...Map.groupBy(each, ({ userId, splitVersion }) => `${userId} ${splitVersion ?? ''}`).values()].flatMap(
    (same) => {
      const [first] = same;
      const amount = same.reduce((sum, it) => sum + it.amount, 0n);
      return first === undefined || amount === 0n
        ? []
        : [{ period, userId: first.userId, splitVersion: first.splitVersion, amount }];
    },
  );
};

const issueStatements = async (
  { digests }: PayoutPorts,
  { statements }: PayoutStores,
  close: Close,
  closedAt: Instant,
): Promise<void> => {
  const artistIds = [...new Set([...earnersOf(close), ...(await statements.withNews())])].sort((a, b) => a - b);
  const titles = await statements.titlesOf([...new Set(close.tracks.map(({ trackId }) => trackId))]);
  const facts = {
    close,
    closedAt,
    titleOf: (id: TrackId) => titles.get(id) ?? '',
    sha256: digests.sha256,
  };
  await statements.save(statementsOf(facts, await statements.contextsOf(artistIds)));
};

const outcome = ({ month, closedAt, inputsDigest }: Period & { status: 'closed' }, now: boolean): ClosedPeriod => ({
  period: month,
  closedAt,
  inputsDigest,
  now,
});
