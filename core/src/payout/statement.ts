import type { UserId } from '../accounts/index.ts';
import type { TrackId } from '../catalog/index.ts';
import { type Currency, type Instant, type Micros, type Month, isoText, micros } from '../kernel/index.ts';
import { total } from './amounts.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Close } from './close.ts';
import type { SplitVersionId } from './split.ts';
import type { EarnedShare, RatedPlays, TrackEarning } from './track-earning.ts';

/** Lower-case hex SHA-256 of the text's UTF-8. */
export type Sha256 = (text: string) => string;

export const STATEMENT_SCHEMA = 'backline-statement/1';

/** An artist's share in what a track earned under one version of its split. */
export type StatementTrack = {
  readonly trackId: TrackId;
  readonly title: string;
  readonly splitVersion: SplitVersionId | null;
  readonly shareBasisPoints: number;
  /** While false, the share is kept for the artist (R6). */
  readonly accepted: boolean;
  /** Of the whole track, by month; those before the period came too late for theirs. */
  readonly plays: readonly RatedPlays[];
  /** What the whole track earned; exactly its payable plays at their rates. */
  readonly trackNominal: Micros;
  /** The artist's share of it; `funded` and `deferred` make it up. */
  readonly nominal: Micros;
  readonly funded: Micros;
  readonly deferred: Micros;
};

/** A debt of an earlier month that this one paid. */
export type StatementDebtPaid = {
  readonly origin: Month;
  readonly trackId: TrackId;
  readonly splitVersion: SplitVersionId | null;
  readonly amount: Micros;
};

/** A correction of something in an earlier statement. */
export type StatementAdjustment = {
  readonly adjustmentId: string;
  readonly reason: 'fraud';
  /** The statement that it corrects. */
  readonly origin: Month;
  readonly trackId: TrackId;
  /** How many payable plays of the whole track it takes back. */
  readonly plays: number;
  /** What it changes of what the artist has, and of what is deferred; usually negative. */
  readonly balance: Micros;
  readonly deferred: Micros;
};

export type StatementTransfer = {
  readonly transferId: string;
  /** `returned`: it failed or came back, and all of it is the artist's again. */
  readonly state: 'sent' | 'returned';
  /** RFC 3339. */
  readonly at: string;
  readonly net: Micros;
  readonly withheld: Micros;
};

/** Between two statements: `opening` and all that happened make `closing`. */
export type StatementBalance = {
  readonly opening: Micros;
  readonly funded: Micros;
  readonly deferredPaid: Micros;
  readonly adjusted: Micros;
  /** Sent and withheld less returned. */
  readonly transferred: Micros;
  readonly closing: Micros;
};

export type StatementDeferred = {
  readonly opening: Micros;
  readonly added: Micros;
  readonly paid: Micros;
  readonly adjusted: Micros;
  readonly closing: Micros;
};

/** R12: what a closed month was for an artist; never changed, corrected by a line in the next. */
export type Statement = {
  readonly schema: typeof STATEMENT_SCHEMA;
  readonly artistId: UserId;
  /** 1 for an artist's first. */
  readonly sequence: number;
  /** The digest of the one before; null for the first. */
  readonly previous: string | null;
  readonly period: Month;
  readonly currency: Currency;
  /** RFC 3339. */
  readonly closedAt: string;
  readonly policyVersion: number;
  readonly tracks: readonly StatementTrack[];
  readonly debtsPaid: readonly StatementDebtPaid[];
  readonly adjustments: readonly StatementAdjustment[];
  readonly transfers: readonly StatementTransfer[];
  /** What the artist has: earned with money behind it and not sent; what is kept for a share not accepted included. */
  readonly balance: StatementBalance;
  /** What is owed without money behind it yet (R8). */
  readonly deferred: StatementDeferred;
};

/** The statement and where it stands in its artist's chain. */
export type IssuedStatement = {
  readonly statement: Statement;
  /** SHA-256 of the statement's canonical JSON. */
  readonly digest: string;
  /** The file: the same canonical JSON with the digest as one more member. */
  readonly document: string;
};

/** What an artist's statement needs beyond the close. */
export type StatementContext = {
  readonly artistId: UserId;
  /** Null before an artist's first. */
  readonly before: Pick<IssuedStatement, 'statement' | 'digest'> | null;
  /** Since the statement before. */
  readonly adjustments: readonly StatementAdjustment[];
  readonly transfers: readonly StatementTransfer[];
};

export type StatementFacts = {
  readonly close: Close;
  readonly closedAt: Instant;
  readonly titleOf: (trackId: TrackId) => string;
  readonly sha256: Sha256;
};

/** For many artists of one close; by artist, since looking through the whole close for each would be quadratic. */
export const statementsOf = (
  facts: StatementFacts,
  contexts: readonly StatementContext[],
): readonly IssuedStatement[] => {
  const shares = sharesByArtist(facts.close.tracks);
  const debts = Map.groupBy(facts.close.debtsPaid, ({ userId }) => userId);
  return contexts.map((context) =>
    issue(
      statementOf(
        facts,
        context,
        (shares.get(context.artistId) ?? []).map((share) => trackLine(share, facts.titleOf)),
        (debts.get(context.artistId) ?? []).map(({ origin, trackId, splitVersion, amount }) => ({
          origin,
          trackId,
          splitVersion,
          amount,
        })),
      ),
      facts.sha256,
    ),
  );
};

export const issue = (statement: Statement, sha256: Sha256): IssuedStatement => {
  const digest = sha256(canonicalJson(statement));
  return { statement, digest, document: canonicalJson({ ...statement, digest }) };
};

const statementOf = (
  { close, closedAt }: StatementFacts,
  { artistId, before, adjustments, transfers }: StatementContext,
  tracks: readonly StatementTrack[],
  debtsPaid: readonly StatementDebtPaid[],
): Statement => ({
  schema: STATEMENT_SCHEMA,
  artistId,
  sequence: (before?.statement.sequence ?? 0) + 1,
  previous: before?.digest ?? null,
  period: close.period,
  currency: close.currency,
  closedAt: isoText(closedAt),
  policyVersion: close.policyVersion,
  tracks,
  debtsPaid,
  adjustments,
  transfers,
  ...balances({ tracks, debtsPaid, adjustments, transfers }, before?.statement ?? null),
});

/** What a statement's lines make of the balances of the one before. */
export const balances = (
  { tracks, debtsPaid, adjustments, transfers }: Pick<Statement, 'tracks' | 'debtsPaid' | 'adjustments' | 'transfers'>,
  before: Pick<Statement, 'balance' | 'deferred'> | null,
): Pick<Statement, 'balance' | 'deferred'> => {
  const paid = total(debtsPaid.map(({ amount }) => amount));
  const balance = {
    opening: before?.balance.closing ?? micros(0n),
    funded: total(tracks.map(({ funded }) => funded)),
    deferredPaid: paid,
    adjusted: total(adjustments.map((adjustment) => adjustment.balance)),
    transferred: total(
      transfers.map(({ state, net, withheld }) => (state === 'sent' ? net + withheld : -(net + withheld))),
    ),
  };
  const deferred = {
    opening: before?.deferred.closing ?? micros(0n),
    added: total(tracks.map((track) => track.deferred)),
    paid,
    adjusted: total(adjustments.map((adjustment) => adjustment.deferred)),
  };
  return {
    balance: {
      ...balance,
      closing: micros(balance.opening + balance.funded + balance.deferredPaid + balance.adjusted - balance.transferred),
    },
    deferred: { ...deferred, closing: micros(deferred.opening + deferred.added - deferred.paid + deferred.adjusted) },
  };
};

type ArtistShare = { readonly track: TrackEarning; readonly share: EarnedShare };

const sharesByArtist = (tracks: readonly TrackEarning[]): ReadonlyMap<UserId, readonly ArtistShare[]> =>
  Map.groupBy(
    tracks.flatMap((track) => track.shares.map((share) => ({ track, share }))),
    ({ share }) => share.userId,
  );

const trackLine = ({ track, share }: ArtistShare, titleOf: StatementFacts['titleOf']): StatementTrack => ({
  trackId: track.trackId,
  title: titleOf(track.trackId),
  splitVersion: track.splitVersion,
  shareBasisPoints: share.basisPoints,
  accepted: share.accepted,
  plays: track.plays,
  trackNominal: track.nominal,
  nominal: share.nominal,
  funded: share.funded,
  deferred: share.deferred,
});
