import { createHash } from 'node:crypto';
import type { UserId } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { DAY_MS, after, instant, isoText, micros, month, shiftMonth } from '@backline/core/kernel';
import type {
  Close,
  CloseInputs,
  IssuedStatement,
  PayoutPolicy,
  StatementAdjustment,
  StatementContext,
  StatementTransfer,
  statementsOf,
} from '@backline/core/payout';
import fc from 'fast-check';
import { ARTISTS, PERIOD, TRACKS, inputsOf, monthCase } from './month-case.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** With all that a file format stumbles over. */
export const TITLES: readonly string[] = [
  'Plain',
  'Ünïcödé 🎵 "quoted", with comma',
  '=SUM(A1:A9)',
  '+1 -1 @home',
  'two\r\nlines\ttab \\ \u2028 \u0000',
];

export const titleOf = (trackId: TrackId): string => TITLES[(trackId - 11) % TITLES.length]!;

const CLOSED_AT = instant(Date.parse('2026-11-10T03:00:00Z'));

const adjustment: fc.Arbitrary<StatementAdjustment> = fc
  .record({
    number: fc.nat(),
    track: fc.constantFrom(...TRACKS),
    plays: fc.integer({ min: 1, max: 400 }),
    balance: fc.bigInt({ min: -5_000_000n, max: 1n }),
    deferred: fc.bigInt({ min: -5_000_000n, max: 1n }),
  })
  .map(({ number, track, plays, balance, deferred }) => ({
    adjustmentId: `finding-${number}`,
    reason: 'fraud',
    origin: month('2026-08'),
    trackId: track.trackId,
    plays,
    balance: micros(balance),
    deferred: micros(deferred),
  }));

const transfer: fc.Arbitrary<StatementTransfer> = fc
  .record({
    number: fc.nat(),
    state: fc.constantFrom('sent', 'returned'),
    net: fc.bigInt({ min: 0n, max: 9_000n }),
    withheld: fc.bigInt({ min: 0n, max: 3_000_000n }),
  })
  .map(({ number, state, net, withheld }) => ({
    transferId: `tr_${number}`,
    state,
    at: isoText(CLOSED_AT),
    net: micros(net * 10_000n),
    withheld: micros(withheld),
  }));

const since = fc.record({
  adjustments: fc.array(adjustment, { maxLength: 2 }),
  transfers: fc.array(transfer, { maxLength: 2 }),
});

type Rules = {
  readonly policy: PayoutPolicy;
  readonly closeMonth: (inputs: CloseInputs) => Close;
  readonly statementsOf: typeof statementsOf;
};

export type StatementChain = {
  readonly closes: readonly Close[];
  readonly contexts: readonly (readonly StatementContext[])[];
  readonly statements: readonly (readonly IssuedStatement[])[];
};

/** Some months of all artists' statements, one after the other. */
export const statementChain = (rules: Rules, least = 1): fc.Arbitrary<StatementChain> =>
  fc
    .array(fc.tuple(monthCase(rules.policy), fc.tuple(...ARTISTS.map(() => since))), {
      minLength: least,
      maxLength: Math.max(least, 3),
    })
    .map((months) => {
      const chain: { closes: Close[]; contexts: StatementContext[][]; statements: IssuedStatement[][] } = {
        closes: [],
        contexts: [],
        statements: [],
      };
      for (const [index, [it, happened]] of months.entries()) {
        const close = rules.closeMonth(inputsOf({ ...it, period: shiftMonth(PERIOD, index) }));
        const before = chain.statements.at(-1);
        const contexts = ARTISTS.map((artistId: UserId, at): StatementContext => ({
          artistId,
          before: before?.[at] ?? null,
          ...happened[at]!,
        }));
        const facts = { close, closedAt: after(CLOSED_AT, index * 30 * DAY_MS), titleOf, sha256 };
        chain.closes.push(close);
        chain.contexts.push(contexts);
        chain.statements.push([...rules.statementsOf(facts, contexts)]);
      }
      return chain;
    });

export const documentsOf = ({ statements }: StatementChain): readonly string[] =>
  statements.flat().map(({ document }) => document);
