import { type Micros, type Month, micros } from '@backline/core/kernel';
import { type AccountName, type LedgerTransaction, effectOf } from '@backline/core/payout';

/** A ledger that a platform is played on, in memory or in a database. */
export type Books = {
  readonly openMonth: (month: Month) => Promise<void>;
  /** From now on only its close writes into it. */
  readonly beginClose: (month: Month) => Promise<void>;
  readonly endClose: (month: Month, inputsDigest: string) => Promise<void>;
  /** All of them or none; one that an account refuses, or an event that was posted before, is an error. */
  readonly post: (transactions: readonly LedgerTransaction[]) => Promise<void>;
  /** Of all accounts, on their normal sides. */
  readonly balances: () => Promise<ReadonlyMap<AccountName, Micros>>;
};

/** Nothing but the entries. */
export const plainBooks = (): Books => {
  const events = new Set<string>();
  const balances = new Map<AccountName, Micros>();
  const closed = new Set<Month>();
  return {
    openMonth: () => Promise.resolve(),
    beginClose: () => Promise.resolve(),
    endClose: (month) => Promise.resolve(void closed.add(month)),
    post: (transactions) => {
      for (const { sourceType, sourceId, kind, period, entries } of transactions) {
        const event = `${sourceType} ${sourceId} ${kind}`;
        if (events.has(event)) throw new Error(`${event} was posted before`);
        if (closed.has(period)) throw new Error(`${event} falls into ${period}, which is closed`);
        events.add(event);
        for (const entry of entries)
          balances.set(entry.account, micros((balances.get(entry.account) ?? 0n) + effectOf(entry)));
      }
      return Promise.resolve();
    },
    balances: () => Promise.resolve(new Map(balances)),
  };
};
