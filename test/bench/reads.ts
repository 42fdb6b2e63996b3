import { Pool } from 'pg';
import { openDatabase, parseDatabaseUrl } from '@backline/mikro-orm';
import type { TrackId } from '@backline/core/catalog';
import type { Row } from './figures.ts';
import { SECONDS } from './load.ts';
import { rounds } from './rounds.ts';
import type { Subject } from './subject.ts';

const CONCURRENT = 32;

const COLUMNS = `id, artist_id, title, genre, tags, released_on, codec, duration_ms, bitrate_kbps, sample_rate_hz, channels,
  size_bytes, artwork, loudness_lufs, status, created_at`;

/** How often a second `read` is done, so many at once. */
const perSecond = async (read: (number: number) => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  const until = begun + SECONDS * 1_000;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      done += 1;
      JSON.stringify(await read(done));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, lane));
  return (done * 1_000) / (performance.now() - begun);
};

/** Catalogue reads through the real port, in this process, against pg's named statements on the bare table. */
export const readRows = async ({ databaseUrl }: Subject): Promise<readonly Row[]> => {
  const database = openDatabase(parseDatabaseUrl(databaseUrl), { sql: '' });
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  try {
    const { catalog } = database.ports;
    const { rows: ids } = await pool.query<{ id: string }>('select id from track');
    const idOf = (number: number): TrackId => Number(ids[number % ids.length]?.id) as TrackId;
    const byId = await rounds({
      ours: () => perSecond((number) => catalog.track(idOf(number))),
      peer: () =>
        perSecond(
          async (number) =>
            (
              await pool.query({
                name: 'one',
                text: `select ${COLUMNS} from track where id = $1`,
                values: [idOf(number)],
              })
            ).rows[0],
        ),
    });
    const list = await rounds({
      ours: () => perSecond(() => catalog.tracks({ sort: 'new' }, { limit: 50, after: null })),
      peer: () =>
        perSecond(
          async () =>
            (
              await pool.query({
                name: 'list',
                text: `select ${COLUMNS} from track where removed_at is null order by id desc limit 50`,
                rowMode: 'array',
              })
            ).rows,
        ),
    });
    return [
      {
        number: '10',
        what: 'track by id through the port, to JSON, 32 at once',
        unit: 'reads/s',
        ...byId,
        peerName: 'pg named',
        bar: { atLeast: 1 },
      },
      {
        number: '11',
        what: 'list of 50 tracks to JSON',
        unit: 'lists/s',
        ...list,
        peerName: 'pg rows as arrays',
        bar: { atLeast: 0.75 },
      },
    ];
  } finally {
    await Promise.all([database.close(), pool.end()]);
  }
};
