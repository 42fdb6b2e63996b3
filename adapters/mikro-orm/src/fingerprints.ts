import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Fingerprint, type FingerprintRepository, type TrackId, searchTerms } from '@backline/core/catalog';

const FIND = `select encode(items, 'hex') as items from track_fingerprint where track_id = ?`;

const SAVE = `insert into track_fingerprint (track_id, items) values (?, decode(?, 'hex'))`;

const SAVE_TERMS = `insert into track_fingerprint_term (term, track_id) select unnest(?::int[]), ?`;

const FORGET = `delete from track_fingerprint where track_id = ?`;

const FORGET_TERMS = `delete from track_fingerprint_term where term = any(?::int[]) and track_id = ?`;

/** Of a term that more tracks have, which says little, only so many are looked at: that bounds what a search reads. */
const ALIKE = `with shared as (
    select having_it.track_id, count(*) as terms from unnest(?::int[]) as wanted (term) cross join lateral (
      select track_id from track_fingerprint_term t where t.term = wanted.term limit 500) as having_it
    group by 1 having count(*) >= 2
  )
  select track_id, encode(items, 'hex') as items from shared join track_fingerprint using (track_id)
    join track on track.id = track_id
  where removed_at is null and artist_id <> ? order by terms desc, track_id limit 20`;

type Row = { readonly items: string };

const ITEM_BYTES = 4;

const textOf = (fingerprint: Fingerprint): string => {
  const bytes = Buffer.alloc(fingerprint.length * ITEM_BYTES);
  for (const [index, item] of fingerprint.entries()) bytes.writeUInt32BE(item, index * ITEM_BYTES);
  return bytes.toString('hex');
};

const fingerprintOf = ({ items }: Row): Fingerprint => {
  const bytes = Buffer.from(items, 'hex');
  return Array.from({ length: bytes.length / ITEM_BYTES }, (_, index) => bytes.readUInt32BE(index * ITEM_BYTES));
};

/** PostgreSQL has only signed numbers. */
const signed = (terms: readonly number[]): string => `{${terms.map((term) => term | 0).join(',')}}`;

export const fingerprintRepository = (em: SqlEntityManager): FingerprintRepository => {
  const find = async (id: TrackId): Promise<Fingerprint | null> => {
    const [row] = await em.execute<Row[]>(FIND, [id]);
    return row === undefined ? null : fingerprintOf(row);
  };
  const forget = async (id: TrackId): Promise<void> => {
    const known = await find(id);
    if (known === null) return;
    await em.execute(FORGET_TERMS, [signed(searchTerms(known)), id]);
    await em.execute(FORGET, [id]);
  };
  return {
    find,
    forget,
    save: async (id, fingerprint) => {
      await forget(id);
      await em.execute(SAVE, [id, textOf(fingerprint)]);
      await em.execute(SAVE_TERMS, [signed(searchTerms(fingerprint)), id]);
    },
    alike: async (terms, notBy) => {
      const rows = await em.execute<(Row & { readonly track_id: string })[]>(ALIKE, [signed(terms), notBy]);
      return rows.map((row) => ({ trackId: Number(row.track_id) as TrackId, fingerprint: fingerprintOf(row) }));
    },
  };
};
