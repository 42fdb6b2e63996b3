/**
 * Reads single things together: all keys that are asked for in one turn of the event loop become one query
 * (performance.md, finding 7). A key that `load` does not answer is null; when `load` fails, all of its turn do.
 */
export const perTick = <Key, Value>(
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): ((key: Key) => Promise<Value | null>) => {
  let turn: Map<Key, PromiseWithResolvers<Value | null>> | null = null;

  const settle = async (asked: Map<Key, PromiseWithResolvers<Value | null>>): Promise<void> => {
    try {
      const found = await load([...asked.keys()]);
      for (const [key, { resolve }] of asked) resolve(found.get(key) ?? null);
    } catch (cause) {
      for (const { reject } of asked.values()) reject(cause);
    }
  };

  const begin = (): Map<Key, PromiseWithResolvers<Value | null>> => {
    const asked = new Map<Key, PromiseWithResolvers<Value | null>>();
    setImmediate(() => {
      turn = null;
      void settle(asked);
    });
    return asked;
  };

  return (key) => {
    turn ??= begin();
    const answer = turn.get(key) ?? Promise.withResolvers<Value | null>();
    turn.set(key, answer);
    return answer.promise;
  };
};
