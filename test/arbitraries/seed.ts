/** The same cases each time, unless FC_SEED says otherwise; a failure prints its seed and path. */
export const SEEDED = { seed: Number(process.env['FC_SEED'] ?? 20_261_122) };
