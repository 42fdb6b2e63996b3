import { compareText } from '../kernel/index.ts';
import { type Plain, canonicalJson } from './canonical-json.ts';
import type { CloseInputs } from './close.ts';
import { byAge } from './deferred.ts';
import { type PlayCounts, rowsOf } from './play-counts.ts';
import type { RateVersion } from './rate.ts';
import type { EarnedReceipt } from './receipt-share.ts';
import type { SplitVersion } from './split.ts';
import type { Sha256 } from './statement.ts';
import type { UnpaidCount } from './track-earning.ts';

const SCHEMA = 'backline-close-inputs/1';

/** So many rows are hashed at once; another number is another digest. */
const ROWS_PER_BLOCK = 10_000;

/** R11: SHA-256 over all inputs of a close, in one order whatever the order they were given in. */
export const closeDigest = (inputs: CloseInputs, sha256: Sha256): string =>
  sha256(
    canonicalJson({
      schema: SCHEMA,
      period: inputs.period,
      currency: inputs.currency,
      policy: inputs.policy,
      rates: inputs.rates.toSorted((a, b) => compareText(a.effectiveFrom, b.effectiveFrom)).map(ratePlain),
      splits: inputs.splits.toSorted((a, b) => a.id - b.id).map(splitPlain),
      tracks: inputs.tracks
        .toSorted((a, b) => a.trackId - b.trackId)
        .map(({ trackId, artistId }) => [trackId, artistId]),
      payable: blocksOf(inputs.payable, sha256),
      unpaid: merged(inputs.unpaid),
      receipts: inputs.receipts.toSorted((a, b) => compareText(a.invoiceId, b.invoiceId)).map(receiptPlain),
      opening: {
        reserve: inputs.opening.reserve,
        debts: inputs.opening.debts
          .toSorted(byAge)
          .map(({ origin, userId, trackId, splitVersion, amount }) => [origin, userId, trackId, splitVersion, amount]),
        shortfalls: inputs.opening.shortfalls,
      },
    }),
  );

/** SHA-256 over what a close counts of plays, to be found again from the plays at any later time. */
export const countsDigest = ({ payable, unpaid }: Pick<CloseInputs, 'payable' | 'unpaid'>, sha256: Sha256): string =>
  sha256(canonicalJson({ payable: blocksOf(payable, sha256), unpaid: merged(unpaid) }));

const blocksOf = (counts: PlayCounts, sha256: Sha256): readonly string[] => {
  const blocks: string[] = [];
  let rows: string[] = [];
  const end = (): void => {
    blocks.push(sha256(rows.join('\n')));
    rows = [];
  };
  for (const { listenerId, trackId, playedIn, plays } of rowsOf(counts)) {
    rows.push(`${listenerId} ${trackId} ${playedIn} ${plays}`);
    if (rows.length === ROWS_PER_BLOCK) end();
  }
  if (rows.length > 0) end();
  return blocks;
};

/** However the counts were cut. */
const merged = (counts: readonly UnpaidCount[]): Plain => {
  const plays = new Map<string, number>();
  for (const { trackId, playedIn, verdict, plays: more } of counts) {
    const key = `${trackId} ${playedIn} ${verdict}`;
    plays.set(key, (plays.get(key) ?? 0) + more);
  }
  return Object.fromEntries(plays);
};

const ratePlain = ({ id, effectiveFrom, reference, multiplier }: RateVersion): Plain => ({
  id,
  effectiveFrom,
  reference,
  multiplier,
});

const splitPlain = ({ id, trackId, effectiveFrom, shares }: SplitVersion): Plain => ({
  id,
  trackId,
  effectiveFrom,
  shares: shares
    .toSorted((a, b) => a.userId - b.userId)
    .map(({ userId, basisPoints, acceptedAt }) => [userId, basisPoints, acceptedAt !== null]),
});

const receiptPlain = ({ invoiceId, userId, paid, tax, fee, refunded, disputed, lines }: EarnedReceipt): Plain => ({
  invoiceId,
  userId,
  paid,
  tax,
  fee,
  refunded,
  disputed,
  lines: lines.map(({ amount, serviceFrom, serviceUntil }) => [amount, serviceFrom, serviceUntil]),
});
