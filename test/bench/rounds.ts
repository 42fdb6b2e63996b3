import type { Samples } from './figures.ts';
import { foreignCpu } from './processes.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);

/** Cores that others may use during a window (design/performance.md, section 7). */
const QUIET = 0.3;
const ENOUGH = 2;

type Window = { readonly value: number; readonly foreign: number };

/** Measures each in turn, round after round, so that what disturbs one disturbs all. */
export const rounds = async <Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<number>>>,
  count = ROUNDS,
): Promise<Readonly<Record<Name, Samples>>> => {
  const windows = new Map<string, Window[]>();
  for (let round = 0; round < count; round += 1)
    for (const [name, measure] of Object.entries<() => Promise<number>>(contenders)) {
      const since = foreignCpu();
      const value = await measure();
      windows.set(name, [...(windows.get(name) ?? []), { value, foreign: since() }]);
    }
  // As many names go out as came in.
  return Object.fromEntries([...windows].map(([name, of]) => [name, samplesOf(of)])) as Record<Name, Samples>;
};

const samplesOf = (windows: readonly Window[]): Samples => {
  const quiet = windows.filter(({ foreign }) => foreign <= QUIET);
  const enough = quiet.length >= Math.min(ENOUGH, windows.length);
  return { values: (enough ? quiet : windows).map(({ value }) => value), noisy: !enough };
};
