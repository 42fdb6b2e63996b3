export type RateRefused = {
  readonly code: 'rate_refused';
  readonly reason: 'not-positive' | 'month-has-begun' | 'month-has-a-rate';
};

export type SplitRefused = {
  readonly code: 'split_refused';
  readonly reason: 'not-positive' | 'not-whole' | 'user-twice' | 'month-has-begun';
};

export type NotInSplit = { readonly code: 'not_in_split' };

export type HoldDecided = { readonly code: 'hold_decided'; readonly decision: 'released' | 'refused' };
