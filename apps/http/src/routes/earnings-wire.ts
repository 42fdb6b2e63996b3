import type { Earnings as EarningsSchema } from '@backline/contracts/http';
import { dayOf, isoText, monthStart } from '@backline/core/kernel';
import { type Earnings, type JudgedPlayView, type RateVersion, perPlay } from '@backline/core/payout';
import type { Static } from 'typebox';
import { holdWire } from './hold-wire.ts';
import { verdictWire } from './play-wire.ts';

const MAX_SOURCE_LENGTH = 500;

type EarningsWire = Static<typeof EarningsSchema>;

export const earningsWire = ({ earned, paid, balance, openPeriod, rate }: Earnings): EarningsWire => ({
  currency: earned.currency,
  earnedMicros: String(earned.micros),
  paidMicros: String(paid.micros),
  balanceMicros: String(balance.micros),
  openPeriod: {
    period: openPeriod.month,
    payablePlays: Number(openPeriod.payablePlays),
    accruedMicros: String(openPeriod.accrued.micros),
  },
  rate: rateWire(rate),
});

const rateWire = (rate: RateVersion): EarningsWire['rate'] => ({
  perPlayMicros: String(perPlay(rate).micros),
  referencePerPlayMicros: String(rate.reference.micros),
  multiplier: Number(rate.multiplier),
  source: `${rate.sourceName} (${rate.sourceUrl})`.slice(0, MAX_SOURCE_LENGTH),
  effectiveFrom: dayOf(monthStart(rate.effectiveFrom)),
});

/** The day that a play counts in is the UTC day that it began in (payout-rules.md, R3). */
export const judgedPlayWire = (play: JudgedPlayView) => ({
  playId: play.playId,
  trackId: play.trackId,
  title: play.title,
  startedAt: isoText(play.startedAt),
  msPlayed: play.msPlayed,
  ...verdictWire(play.verdict),
  hold: holdWire(play.hold),
  day: dayOf(play.startedAt),
});
