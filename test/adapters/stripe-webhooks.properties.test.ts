import { describe, expect, test } from '@jest/globals';
import { ok } from '@backline/core/kernel';
import type { InvoiceId, SubscriptionId } from '@backline/core/subscriptions';
import * as fc from 'fast-check';
import { type Platform, valueOf } from '../core/platform.ts';
import type { StripeAdapter } from '../support/stripe-platform.ts';
import {
  type Course,
  type Design,
  type Met,
  FAN,
  applyThePayload,
  calmCourses,
  refetchUnderLock,
  refetchWithoutLock,
  runCourse,
  stormyCourses,
} from '../support/webhook-races.ts';

const RUNS = 80;
const MICROS_A_CENT = 10_000n;

/**
 * Our state is what Stripe says in the end, and each payment is in it once. The times that pay for listening are left
 * out: they begin and end when a change is seen, so they depend on how late that is.
 */
const agreesWithStripe = async ({ standIn, gateway }: StripeAdapter, { ports }: Platform): Promise<void> => {
  expect(await ports.webhooks.events({ undone: true }, 1)).toEqual([]);
  const { books } = standIn;

  for (const id of books.subscriptions.keys()) {
    const fetched = valueOf(await gateway.fetch({ kind: 'subscription', id }));
    const ours = await commit(ports, ({ subscriptions }) => subscriptions.find(id as SubscriptionId));
    expect(ours).toMatchObject({ ...(fetched.kind === 'subscription' ? fetched.snapshot : null) });
  }

  const paid = [...books.invoices.values()].filter(
    ({ status, amount_paid: amount }) => status === 'paid' && amount > 0,
  );
  for (const { id, amount_paid: amount } of paid) {
    const charge = books.charges.get(standIn.actions.chargeOf(id))!;
    const fee = books.balanceTransactions.get(charge.balance_transaction!)!.fee;
    const disputed = [...books.disputes.values()]
      .filter((dispute) => dispute.charge === charge.id)
      .flatMap((dispute) => dispute.balance_transactions)
      .reduce((sum, movement) => sum - movement.amount, 0);
    expect(await commit(ports, ({ receipts }) => receipts.find(id as InvoiceId))).toMatchObject({
      userId: FAN,
      paid: { currency: 'USD', micros: BigInt(amount) * MICROS_A_CENT },
      fee: BigInt(fee) * MICROS_A_CENT,
      refunded: BigInt(charge.amount_refunded) * MICROS_A_CENT,
      disputed: BigInt(disputed) * MICROS_A_CENT,
    });
  }
  const unpaid = [...books.invoices.values()].filter((each) => !paid.includes(each) && each.status !== 'paid');
  for (const { id } of unpaid) expect(await commit(ports, ({ receipts }) => receipts.find(id as InvoiceId))).toBeNull();

  const checkout = await commit(ports, ({ checkouts }) => checkouts.latestOf(FAN));
  expect(checkout?.closedAt).not.toBeNull();
};

const commit = async <T>(
  { uow }: Platform['ports'],
  work: (stores: Parameters<Parameters<Platform['ports']['uow']['run']>[0]>[0]) => Promise<T>,
): Promise<T> => (await uow.run(async (stores) => ok(await work(stores)))).value;

const law = (design: Design, courses: fc.Arbitrary<Course>, met: (what: Met) => void = () => undefined) =>
  fc.asyncProperty(fc.scheduler(), courses, async (scheduler, course) => {
    met(await runCourse(course, scheduler, design, agreesWithStripe));
  });

describe('webhooks of Stripe lead to what Stripe says', () => {
  test('in any order, with slow answers, while the object changes', async () => {
    await fc.assert(law(refetchUnderLock, calmCourses()), { numRuns: RUNS });
  }, 60_000);

  test('more than once, with payloads that lie, while Stripe fails and jobs die at any await', async () => {
    const met: Met[] = [];
    await fc.assert(
      law(refetchUnderLock, stormyCourses(), (what) => void met.push(what)),
      { numRuns: RUNS },
    );
    const sumOf = (of: (what: Met) => number): number => met.reduce((sum, each) => sum + of(each), 0);
    expect(sumOf(({ jobs }) => jobs)).toBeGreaterThan(10 * RUNS);
    expect(sumOf(({ deaths }) => deaths)).toBeGreaterThan(RUNS);
    expect(sumOf(({ unanswered }) => unanswered)).toBeGreaterThan(RUNS);
  }, 60_000);

  test.each([
    ['the payload were applied', applyThePayload],
    ['the object were asked for again without its lock', refetchWithoutLock],
  ])(
    'and would not, if %s',
    async (_, design) => {
      const { failed, errorInstance } = await fc.check(law(design, calmCourses()), {
        numRuns: 400,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
      expect(String(errorInstance)).toMatch(/toMatchObject/);
    },
    120_000,
  );
});
