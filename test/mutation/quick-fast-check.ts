import fc, {
  type IAsyncProperty,
  type IProperty,
  type Parameters,
} from '../../node_modules/fast-check/lib/fast-check.js';

/** Enough for nearly all mutants. */
const RUNS = 50;

const quick = <T>(parameters: Parameters<T> = {}): Parameters<T> => ({
  ...parameters,
  numRuns: Math.min(parameters.numRuns ?? RUNS, RUNS),
  endOnFailure: true,
});

/** fast-check that gives up early: for mutation tests, where nearly each run is to fail and nobody reads how. */
export * from '../../node_modules/fast-check/lib/fast-check.js';
export const assert = <T>(property: IAsyncProperty<T> | IProperty<T>, parameters?: Parameters<T>) =>
  fc.assert(property as IProperty<T>, quick(parameters));
export default { ...fc, assert };
