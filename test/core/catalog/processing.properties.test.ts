import {
  CLAIM_MS,
  MAX_ATTEMPTS,
  PROCESSING_STEPS,
  type Processing,
  type TrackId,
  advanced,
  claimed,
  deferred,
  failed,
  finished,
  isSettled,
  newProcessing,
  nextStep,
  progressOf,
  released,
  statusOf,
} from '@backline/core/catalog';
import { type Instant, after } from '@backline/core/kernel';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { START } from '../platform.ts';

/** What a worker may do next, or what happens to it. */
type Move =
  | { readonly kind: 'claim' | 'finish' | 'fail' | 'defer' | 'release' | 'break-off'; readonly by: string }
  | { readonly kind: 'advance'; readonly by: string; readonly share: number }
  | { readonly kind: 'pass'; readonly ms: number };

const worker = fc.constantFrom('a', 'b', 'c');
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('claim', 'finish'), by: worker }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('fail', 'defer', 'release', 'break-off'), by: worker }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance'), by: worker, share: fc.double({ noNaN: true }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.nat(2 * CLAIM_MS) }) },
) as fc.Arbitrary<Move>;

const apply = (processing: Processing, next: Exclude<Move, { kind: 'pass' }>, at: Instant) => {
  const { kind, by } = next;
  const step = nextStep(processing) ?? 'loudness';
  if (kind === 'claim') return isSettled(processing) ? null : claimed(processing, by, at);
  if (kind === 'advance') return advanced(processing, by, { step, share: next.share }, at);
  if (kind === 'finish') return finished(processing, by, step, at);
  if (kind === 'fail') return failed(processing, by, 'undecodable', at);
  if (kind === 'defer') return deferred(processing, by, at);
  return released(processing, by, { counted: kind === 'break-off' }, at);
};

/** Every state on the way, with the move that led there. */
const walk = (
  moves: readonly Move[],
  visit: (before: Processing, after: Processing, by: Move, at: Instant) => void,
) => {
  let processing = newProcessing(1 as TrackId, START);
  let at = START;
  for (const next of moves) {
    if (next.kind === 'pass') {
      at = after(at, next.ms);
      continue;
    }
    const moved = apply(processing, next, at);
    if (moved === null || !moved.ok) continue;
    visit(processing, moved.value, next, at);
    processing = moved.value;
  }
  return { processing, at };
};

const check = (visit: Parameters<typeof walk>[1]): void =>
  fc.assert(fc.property(fc.array(move, { maxLength: 60 }), (moves) => void walk(moves, visit)));

describe('processing', () => {
  test('never loses a step, and never does one twice', () => {
    check((before, next) => {
      expect(next.done.slice(0, before.done.length)).toEqual(before.done);
      expect(new Set(next.done).size).toBe(next.done.length);
      expect(next.done).toEqual(PROCESSING_STEPS.slice(0, next.done.length));
    });
  });

  test('is moved by whoever holds the claim, and by nobody else', () => {
    check((before, _next, by) => {
      if (by.kind !== 'claim' && by.kind !== 'pass') expect(before.claim?.by).toBe(by.by);
    });
  });

  test('is taken over only when its claim has lapsed', () => {
    check((before, next, by, at) => {
      if (by.kind === 'claim' && before.claim !== null && before.claim.by !== by.by && next.failure === null)
        expect(before.claim.until).toBeLessThanOrEqual(at);
    });
  });

  test('once settled is settled for good, and nobody holds it', () => {
    check((before, next) => {
      expect(isSettled(before)).toBe(false);
      if (isSettled(next)) expect(next).toMatchObject({ claim: null, attempts: 0 });
    });
  });

  test('is ready, failed or being processed, and says how much is done', () => {
    check((_before, next) => {
      const status = statusOf(next);
      const { done, step } = progressOf(status, { stepsDone: next.done.length, current: next.current });
      expect(status === 'failed').toBe(next.failure !== null);
      expect(done).toBeGreaterThanOrEqual(0);
      expect(done).toBeLessThanOrEqual(1);
      if (status === 'ready') expect([done, step]).toEqual([1, null]);
      if (status === 'processing') expect(done).toBeLessThan(1 + Number.EPSILON);
    });
  });

  test('ends, whatever happened before, for a worker that is let alone', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const { processing, at } = walk(moves, () => undefined);
        let current = processing;
        const now = after(at, 10 * CLAIM_MS);
        for (let turn = 0; turn <= PROCESSING_STEPS.length && !isSettled(current); turn += 1) {
          const held = claimed(current, 'last', now);
          if (!held.ok) throw new Error('a lapsed claim is nobody’s');
          if (isSettled(held.value)) return expect(statusOf(held.value)).toBe('failed');
          const done = finished(held.value, 'last', nextStep(held.value)!, now);
          if (!done.ok) throw new Error('the claim is held');
          current = done.value;
        }
        expect(isSettled(current)).toBe(true);
      }),
    );
  });

  test('gives up what ends everyone who begins it, and not what made headway', () => {
    let current = newProcessing(1 as TrackId, START);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const held = claimed(current, `worker ${attempt}`, after(START, attempt * CLAIM_MS));
      if (!held.ok) throw new Error('lapsed');
      expect(held.value.failure).toBeNull();
      current = held.value;
    }
    const done = finished(current, `worker ${MAX_ATTEMPTS - 1}`, 'loudness', START);
    if (!done.ok) throw new Error('held');
    const on = claimed(done.value, 'another', after(START, 10 * CLAIM_MS));
    expect(on).toMatchObject({ ok: true, value: { failure: null } });
    const end = claimed(current, 'another', after(START, 10 * CLAIM_MS));
    expect(end).toMatchObject({ ok: true, value: { failure: 'gave_up', claim: null } });
  });

  test('does not count against it what was given back in order', () => {
    let current = newProcessing(1 as TrackId, START);
    for (let turn = 0; turn < 3 * MAX_ATTEMPTS; turn += 1) {
      const held = claimed(current, 'a', START);
      if (!held.ok) throw new Error('free');
      const back = released(held.value, 'a', { counted: false }, START);
      if (!back.ok) throw new Error('held');
      current = back.value;
    }
    expect(current).toMatchObject({ attempts: 0, failure: null });
  });
});
