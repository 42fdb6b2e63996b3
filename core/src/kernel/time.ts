import type { Brand } from './brand.ts';
import { invariant } from './invariant.ts';

/** Milliseconds since the Unix epoch, UTC. */
export type Instant = Brand<number, 'Instant'>;

/** A calendar month in UTC, `YYYY-MM`. */
export type Month = Brand<string, 'Month'>;

/** A calendar day in UTC, `YYYY-MM-DD`. */
export type Day = Brand<string, 'Day'>;

export interface Clock {
  readonly now: () => Instant;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const instant = (epochMs: number): Instant => {
  invariant(Number.isSafeInteger(epochMs), `not an instant: ${epochMs}`);
  return epochMs as Instant;
};

export const after = (at: Instant, durationMs: number): Instant => (at + durationMs) as Instant;
export const before = (at: Instant, durationMs: number): Instant => (at - durationMs) as Instant;

/** RFC 3339 in UTC with milliseconds. */
export const isoText = (at: Instant): string => new Date(at).toISOString();

export const month = (text: string): Month => {
  invariant(/^\d{4}-(0[1-9]|1[0-2])$/.test(text), `not a month: ${text}`);
  return text as Month;
};

export const day = (text: string): Day => {
  const at = Date.parse(`${text}T00:00:00Z`);
  invariant(Number.isFinite(at) && isoText(at as Instant).slice(0, 10) === text, `not a day: ${text}`);
  return text as Day;
};

export const monthOf = (at: Instant): Month => isoText(at).slice(0, 7) as Month;
export const dayOf = (at: Instant): Day => isoText(at).slice(0, 10) as Day;

/** 00:00Z on the first of the month. */
export const monthStart = (of: Month): Instant => Date.parse(`${of}-01T00:00:00Z`) as Instant;

/** 00:00Z of the day that `at` lies in; UTC days have no leap seconds here. */
export const dayStart = (at: Instant): Instant => (Math.floor(at / DAY_MS) * DAY_MS) as Instant;

/** `count` months later (earlier when negative). */
export const shiftMonth = (from: Month, count: number): Month => {
  const index = Number(from.slice(0, 4)) * 12 + Number(from.slice(5)) - 1 + count;
  return month(`${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`);
};
