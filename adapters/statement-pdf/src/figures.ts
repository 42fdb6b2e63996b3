import { type Instant, type Month, isoText } from '@backline/core/kernel';
import { type Statement, moneyText } from '@backline/core/payout';

type Amount = Statement['balance']['opening'];

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const wholeText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** Exact, in two parts: what a bank would show, and the four digits beyond it. */
export const amountParts = (amount: Amount): readonly [shown: string, beyond: string] => {
  const text = moneyText(amount);
  const [units = '', decimals = ''] = text.replace('-', '').split('.');
  const sign = text.startsWith('-') ? '−' : '';
  return [`${sign}${units.replace(/\B(?=(\d{3})+$)/g, ',')}.${decimals.slice(0, 2)}`, decimals.slice(2)];
};

export const amountText = (amount: Amount): string => amountParts(amount).join('');

/** 37.5 % of 3,750 basis points. */
export const percentText = (basisPoints: number): string => `${basisPoints / 100} %`;

export const monthText = (month: Month): string => `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;

/** @param at RFC 3339 in UTC */
export const dayText = (at: string): string => `${Number(at.slice(8, 10))} ${monthText(at.slice(0, 7) as Month)}`;

/** The first day and the last, as in `1–31 October 2026`. */
export const spanText = (month: Month): string => {
  const [year, index] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  const last = isoText(Date.UTC(year, index, 0) as Instant);
  return `1–${dayText(last)}`;
};
