import type { Ports, Stores } from '@backline/core';
import type { Clock, Instant, UnitOfWork } from '@backline/core/kernel';

/** What another process has changed is seen after this at the latest. */
const MEMORY_MS = 1_000;

/** Beyond so many keys the oldest are forgotten. */
const MAX_KEYS = 20_000;

type Remembered<Value> = { readonly value: Promise<Value>; readonly at: Instant; readonly generation: number };

type Reads = Pick<Ports, 'accounts' | 'catalog' | 'subscriptions'> & { readonly uow: UnitOfWork<Stores> };

/**
 * The same reads, with those that every request for audio repeats (who may hear which track) remembered for a moment.
 *
 * Whatever this process commits is seen at once: each unit of work makes all that was read before it forgotten.
 */
export const rememberedReads = ({ uow, accounts, catalog, subscriptions }: Reads, clock: Clock): Reads => {
  let generation = 0;

  const remember = <Args extends readonly unknown[], Value>(
    read: (...args: Args) => Promise<Value>,
    keyOf: (...args: Args) => unknown,
  ): ((...args: Args) => Promise<Value>) => {
    const memory = new Map<unknown, Remembered<Value>>();
    return (...args) => {
      const key = keyOf(...args);
      const now = clock.now();
      const known = memory.get(key);
      if (known !== undefined && known.generation === generation && now - known.at < MEMORY_MS && now >= known.at)
        return known.value;

      const value = read(...args);
      memory.delete(key);
      memory.set(key, { value, at: now, generation });
      value.catch(() => memory.delete(key));
      if (memory.size > MAX_KEYS) memory.delete(memory.keys().next().value);
      return value;
    };
  };

  return {
    uow: {
      run: async (work) => {
        try {
          return await uow.run(work);
        } finally {
          generation += 1;
        }
      },
    },
    accounts: { ...accounts, sessionIsLive: remember(accounts.sessionIsLive, (id) => id) },
    catalog: { ...catalog, playable: remember(catalog.playable, (id) => id) },
    subscriptions: { ...subscriptions, allOf: remember(subscriptions.allOf, (userId) => userId) },
  };
};
