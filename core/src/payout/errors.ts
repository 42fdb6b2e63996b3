import type { UserId } from '../accounts/index.ts';
import type { Instant, Month } from '../kernel/index.ts';
import type { AccountName } from './ledger.ts';
import type { Difference } from './ports.ts';
import type { TransferFailure } from './payout-transfer.ts';
import type { LedgerTransactionId } from './posting-request.ts';

export type RateRefused = {
  readonly code: 'rate_refused';
  readonly reason: 'not-positive' | 'month-has-begun' | 'month-has-a-rate';
};

export type SplitRefused = {
  readonly code: 'split_refused';
  readonly reason: 'not-positive' | 'not-whole' | 'user-twice' | 'month-has-begun';
};

/** Nobody has that id. */
export type UnknownCollaborator = { readonly code: 'unknown_collaborator'; readonly userId: UserId };

/** There is none, or none that the caller has a share in. */
export type SplitNotFound = { readonly code: 'split_not_found' };

export type ShareAccepted = { readonly code: 'share_accepted' };

export type NotInSplit = { readonly code: 'not_in_split' };

export type HoldNotFound = { readonly code: 'hold_not_found' };

/** What a close counts is fixed; whoever would change it tries again after it. */
export type MonthClosing = { readonly code: 'month_closing' };
export type HoldDecided = { readonly code: 'hold_decided'; readonly decision: 'released' | 'refused' };

/** The month is not closed, or the artist earned nothing in it. */
export type StatementNotFound = { readonly code: 'statement_not_found'; readonly period: Month };

/** The provider has forgotten the account, as when somebody deleted it there. */
export type PayoutAccountGone = { readonly code: 'payout_account_gone' };

/** For good: nothing was sent, and nothing will be under that key. */
export type TransferRefused = { readonly code: 'transfer_refused'; readonly reason: TransferFailure };

export type MonthNotClosed = { readonly code: 'month_not_closed'; readonly month: Month };

/** No close has counted such plays, or all of them were reversed before. */
export type NothingToReverse = { readonly code: 'nothing_to_reverse' };

/** Nothing was posted. */
export type PostingRefused =
  /** Its key belongs to another request. */
  | { readonly code: 'key_reused'; readonly idempotencyKey: string }
  /** Its event was posted under another key. */
  | { readonly code: 'event_posted'; readonly transactionId: LedgerTransactionId }
  | { readonly code: 'already_reversed'; readonly transactionId: LedgerTransactionId }
  | { readonly code: 'overdrawn'; readonly account: AccountName }
  /** Never opened, closed, or closing and this is not from its close. */
  | { readonly code: 'period_not_open'; readonly period: Month };

/** Nothing was closed, and nothing changed. */
export type CloseRefused =
  | { readonly code: 'too_early'; readonly closableFrom: Instant }
  /** Before the first month that anything is booked in. */
  | { readonly code: 'before_first_month'; readonly firstMonth: Month }
  | { readonly code: 'earlier_month_open'; readonly earlier: Month }
  /** What is kept does not follow from plays and entries. */
  | { readonly code: 'checks_failed'; readonly differences: readonly Difference[] }
  | CountsUnsettled;

/** Transactions that began before the month's close have not ended; they soon will have. */
export type CountsUnsettled = { readonly code: 'counts_unsettled' };
