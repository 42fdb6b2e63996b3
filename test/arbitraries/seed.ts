/**
 * The same cases each time. `FC_SEED=random` takes others, `FC_SEED=n` those of `n`, `FC_PATH` goes on from there: a
 * failure prints its seed and path.
 */
const given = process.env['FC_SEED'] ?? '20261122';
const path = process.env['FC_PATH'];

export const SEEDED: { readonly seed?: number; readonly path?: string } = {
  ...(given === 'random' ? {} : { seed: Number(given) }),
  ...(path === undefined ? {} : { path }),
};
