export type RateRefused = {
  readonly code: 'rate_refused';
  readonly reason: 'not-positive' | 'month-has-begun' | 'month-has-a-rate';
};
