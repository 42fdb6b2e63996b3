import type { LastGoodLists, Recommendation } from '@backline/core/discovery';
import { type Instant, isoText } from '@backline/core/kernel';
import { type PlainPool, statement } from './pool.ts';

const SAVE = statement(
  'last_good_save',
  `insert into last_good_list as kept (listener_id, saved_at, model_version, trained_at, items)
   values ($1, $2::timestamptz, $3, $4::timestamptz, $5::jsonb)
   on conflict (listener_id) do update set saved_at = excluded.saved_at, model_version = excluded.model_version,
     trained_at = excluded.trained_at, items = excluded.items
   where kept.saved_at < excluded.saved_at - interval '10 minutes' or kept.model_version <> excluded.model_version`,
);

const FIND = statement<Row>(
  'last_good_find',
  'select saved_at, model_version, trained_at, items from last_good_list where listener_id = $1',
);

const REMOVE = statement('last_good_remove', 'delete from last_good_list where listener_id = $1');

type Row = {
  readonly saved_at: number;
  readonly model_version: string;
  readonly trained_at: number;
  readonly items: readonly Recommendation[];
};

export const lastGoodLists = (pool: PlainPool): LastGoodLists => ({
  save: async (listenerId, { items, model }, at) => {
    await pool.query(SAVE, [listenerId, isoText(at), model.version, isoText(model.trainedAt), JSON.stringify(items)]);
  },
  find: async (listenerId) => {
    const [row] = await pool.query(FIND, [listenerId]);
    if (row === undefined) return null;
    const model = { version: row.model_version, trainedAt: row.trained_at as Instant };
    return { list: { items: row.items, model }, savedAt: row.saved_at as Instant };
  },
  removeOf: async (listenerId) => {
    await pool.query(REMOVE, [listenerId]);
  },
});
