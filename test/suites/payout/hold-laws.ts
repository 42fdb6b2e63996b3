import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { day, instant } from '@backline/core/kernel';
import { type HoldReason, type ListeningDay, decideHold, isHolding } from '@backline/core/payout';
import fc from 'fast-check';
import { SEEDED } from '../../arbitraries/seed.ts';
import type { PayoutRules } from './rules.ts';

const dayOf = (...counts: readonly number[]): ListeningDay => ({
  listenerId: 101 as UserId,
  day: day('2026-10-05'),
  byArtist: counts.map((plays, index) => ({ artistId: (index + 1) as UserId, plays })),
});

const near = (limit: number) => fc.integer({ min: Math.max(0, limit - 3), max: limit + 3 });

/** R3f. */
export const holdLaws = ({ velocityHold, policy }: PayoutRules): void => {
  const { dailyPlays, watchedPlays, oneArtistPercent } = policy.velocity;
  const reason = (...counts: readonly number[]): HoldReason['code'] | null =>
    velocityHold(dayOf(...counts), policy)?.reason.code ?? null;

  describe('a hold', () => {
    test('is of days with too many plays, or many that are mostly of one artist, and of no others', () => {
      const count = fc.oneof(
        fc.integer({ min: 0, max: 20 }),
        near(watchedPlays),
        near(Math.ceil((watchedPlays * oneArtistPercent) / 100)),
        near(dailyPlays),
      );
      fc.assert(
        fc.property(fc.array(count, { minLength: 1, maxLength: 4 }), (counts) => {
          const all = counts.reduce((a, b) => a + b, 0);
          const most = counts.toSorted((a, b) => b - a)[0]!;
          const concentrated = all > watchedPlays && most / all > oneArtistPercent / 100;
          expect(reason(...counts)).toBe(all > dailyPlays ? 'many-plays' : concentrated ? 'mostly-one-artist' : null);
        }),
        { ...SEEDED, numRuns: 2_000 },
      );
    });

    test('begins with the first play beyond the limits', () => {
      const half = dailyPlays / 2;
      expect([reason(half, dailyPlays - half), reason(half, dailyPlays - half + 1)]).toEqual([null, 'many-plays']);
      expect([reason(watchedPlays), reason(watchedPlays + 1)]).toEqual([null, 'mostly-one-artist']);
      const all = Math.ceil((watchedPlays + 1) / 100) * 100;
      const allowed = (all * oneArtistPercent) / 100;
      if (all <= dailyPlays)
        expect([reason(allowed, all - allowed), reason(allowed + 1, all - allowed - 1)]).toEqual([
          null,
          'mostly-one-artist',
        ]);
    });

    test('says why in numbers, without saying whose day it was', () => {
      const held = velocityHold(dayOf(watchedPlays + 1, 0), policy);
      expect(held).toEqual({
        scope: { of: 'listening-day', listenerId: 101, day: '2026-10-05' },
        reason: {
          code: 'mostly-one-artist',
          plays: watchedPlays + 1,
          allowed: watchedPlays,
          ofOneArtist: watchedPlays + 1,
          allowedPercent: oneArtistPercent,
        },
        policyVersion: policy.version,
        decided: null,
      });
      expect(velocityHold(dayOf(dailyPlays + 1), policy)?.reason).toEqual({
        code: 'many-plays',
        plays: dailyPlays + 1,
        allowed: dailyPlays,
      });
    });

    test('is of nothing on a day without plays', () => {
      expect([velocityHold(dayOf(), policy), velocityHold(dayOf(0), policy)]).toEqual([null, null]);
    });

    test('is decided once', () => {
      const hold = velocityHold(dayOf(dailyPlays + 1), policy)!;
      const released = { decision: 'released', by: 'an operator', at: instant(1) } as const;
      const decided = decideHold(hold, released);
      expect(decided).toEqual({ ok: true, value: { ...hold, decided: released } });
      if (decided.ok)
        expect(decideHold(decided.value, { ...released, decision: 'refused' })).toEqual({
          ok: false,
          error: { code: 'hold_decided', decision: 'released' },
        });
    });

    test('holds until it is released', () => {
      const open = velocityHold(dayOf(dailyPlays + 1), policy)!;
      const decided = (decision: 'released' | 'refused') => ({
        ...open,
        decided: { decision, by: 'x', at: instant(1) },
      });
      expect([open, decided('refused'), decided('released')].map(isHolding)).toEqual([true, true, false]);
    });
  });
};
