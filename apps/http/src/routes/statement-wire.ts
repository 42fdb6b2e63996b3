import type { Statement as StatementSchema } from '@backline/contracts/http';
import { invariant } from '@backline/core/kernel';
import type { IssuedStatement, Statement, StatementTrack } from '@backline/core/payout';
import type { Static } from 'typebox';

type StatementWire = Static<typeof StatementSchema>;
type LineWire = StatementWire['lines'][number];

export const statementSummaryWire = ({ statement, digest }: IssuedStatement) => ({
  period: statement.period,
  sequence: statement.sequence,
  currency: statement.currency,
  closedAt: statement.closedAt,
  totalMicros: String(statement.tracks.reduce((sum, { nominal }) => sum + nominal, 0n)),
  balanceMicros: String(statement.balance.closing),
  deferredMicros: String(statement.deferred.closing),
  digest,
});

export const statementWire = (issued: IssuedStatement): StatementWire => {
  const { statement } = issued;
  return {
    ...statementSummaryWire(issued),
    previousDigest: statement.previous,
    lines: statement.tracks.map(lineWire),
    debtsPaid: statement.debtsPaid.map(({ origin, trackId, amount }) => ({
      origin,
      trackId,
      amountMicros: String(amount),
    })),
    adjustments: statement.adjustments.map(({ balance, deferred, ...what }) => ({
      ...what,
      balanceMicros: String(balance),
      deferredMicros: String(deferred),
    })),
    transfers: statement.transfers.map(({ net, withheld, ...what }) => ({
      ...what,
      netMicros: String(net),
      withheldMicros: String(withheld),
    })),
    ...balancesWire(statement),
  };
};

const lineWire = ({ trackId, title, plays, ...track }: StatementTrack): LineWire => {
  const latest = plays.at(-1);
  invariant(latest !== undefined, `track ${trackId} earned something by no plays`);
  return {
    trackId,
    title,
    payablePlays: plays.reduce((sum, { payable }) => sum + payable, 0),
    perPlayMicros: String(latest.perPlay),
    shareBasisPoints: track.shareBasisPoints,
    amountMicros: String(track.nominal),
    fundedMicros: String(track.funded),
    deferredMicros: String(track.deferred),
    accepted: track.accepted,
    plays: plays.map(({ playedIn, payable, perPlay, unpaid }) => ({
      playedIn,
      payablePlays: payable,
      perPlayMicros: String(perPlay),
      unpaid: unpaidWire(unpaid),
    })),
  };
};

const unpaidWire = (unpaid: StatementTrack['plays'][number]['unpaid']): LineWire['plays'][number]['unpaid'] => {
  // Its keys are verdicts: the statement's reader has let no others through.
  const verdicts = Object.keys(unpaid) as (keyof typeof unpaid)[];
  return verdicts.flatMap((reason) => {
    const count = unpaid[reason];
    return count === undefined ? [] : [{ reason, plays: count }];
  });
};

const balancesWire = ({ balance, deferred }: Statement): Pick<StatementWire, 'balance' | 'deferred'> => ({
  balance: {
    openingMicros: String(balance.opening),
    fundedMicros: String(balance.funded),
    deferredPaidMicros: String(balance.deferredPaid),
    adjustedMicros: String(balance.adjusted),
    transferredMicros: String(balance.transferred),
    closingMicros: String(balance.closing),
  },
  deferred: {
    openingMicros: String(deferred.opening),
    addedMicros: String(deferred.added),
    paidMicros: String(deferred.paid),
    adjustedMicros: String(deferred.adjusted),
    closingMicros: String(deferred.closing),
  },
});
