import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach } from '@jest/globals';
import type { PlatformEvent, Ports, Stores } from '@backline/core';
import { type Result, type UnitOfWork, ok } from '@backline/core/kernel';

/** What stores and reads; empty when opened, but for the first rate. Takes plays of the three months around `NOW`. */
export type Harness = {
  readonly ports: { readonly uow: UnitOfWork<Stores> } & Pick<
    Ports,
    | 'longUow'
    | 'playLog'
    | 'accounts'
    | 'catalog'
    | 'plays'
    | 'payouts'
    | 'holdReader'
    | 'playCounts'
    | 'ledgerAudit'
    | 'statementReader'
    | 'verifications'
    | 'subscriptions'
    | 'webhooks'
    | 'popularity'
    | 'tastes'
    | 'lastGood'
    | 'impressions'
    | 'trainingReader'
  >;
  /** What the outbox carries, in any order. */
  readonly published: () => Promise<readonly PlatformEvent[]>;
  readonly close?: () => Promise<void>;
};

export type OpenHarness = () => Promise<Harness>;

/** Another one for each test of the enclosing `describe`. */
export const eachTest = (open: OpenHarness): (() => Harness) => {
  let opened: Harness | null = null;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(async () => {
    await opened?.close?.();
    opened = null;
  });
  return () => opened!;
};

/** What `work` found or made, in a transaction that commits. */
export const commit = async <Stores, T>(uow: UnitOfWork<Stores>, work: (stores: Stores) => Promise<T>): Promise<T> =>
  (await uow.run(async (stores) => ok(await work(stores)))).value;

/** Long enough for a transaction that does not wait to get through. */
const HOLD_MS = 100;

/**
 * Begins `second` once `first` has done its step, and ends `first` only some time later, as `end` says.
 *
 * @returns both outcomes, and the order in which `first` was about to end and `second` was through with its step
 */
export const contend = async <Stores, A, B, R extends Result<unknown, unknown>>(
  uow: UnitOfWork<Stores>,
  first: (stores: Stores) => Promise<A>,
  second: (stores: Stores) => Promise<B>,
  end: (value: A) => R,
): Promise<{ readonly first: R; readonly second: B; readonly order: readonly string[] }> => {
  const order: string[] = [];
  const holding = Promise.withResolvers<void>();
  const ending = uow.run(async (stores) => {
    const value = await first(stores);
    holding.resolve();
    await setTimeout(HOLD_MS);
    order.push('first');
    return end(value);
  });
  await Promise.race([holding.promise, ending]);
  const following = commit(uow, async (stores) => {
    const value = await second(stores);
    order.push('second');
    return value;
  });
  const [a, b] = await Promise.all([ending, following]);
  return { first: a, second: b, order };
};

/** The order in which two transactions get through the same step, when it is done in both. */
export const inTurn = async <Stores>(
  uow: UnitOfWork<Stores>,
  step: (stores: Stores) => Promise<unknown>,
): Promise<readonly string[]> => (await contend(uow, step, step, () => ok(null))).order;
