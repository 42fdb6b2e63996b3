import { createHash } from 'node:crypto';
import { NEIGHBOUR_ARRAYS, type NeighbourArray } from '@backline/contracts/recommender';

type Near = { readonly [trackId: number]: { readonly [neighbour: number]: number } };

/** The file as contracts/recommender says it is laid out; nothing of it is popular. */
export const neighboursFile = ({
  trackIds,
  near,
}: {
  readonly trackIds: readonly number[];
  readonly near: Near;
}): Buffer => {
  const rows = trackIds.map((id) => Object.entries(near[id] ?? {}).sort(([, a], [, b]) => b - a));
  const offsets = [0];
  for (const row of rows) offsets.push(offsets.at(-1)! + row.length);
  const arrays: { readonly [Name in NeighbourArray]: readonly number[] } = {
    trackIds,
    artistIds: trackIds,
    popularity: trackIds.map(() => 0),
    offsets,
    neighbours: rows.flat().map(([id]) => trackIds.indexOf(Number(id))),
    weights: rows.flat().map(([, weight]) => weight),
  };
  const bytesOf = (name: NeighbourArray): Buffer => {
    const { type } = NEIGHBOUR_ARRAYS[name];
    const typed = { float64: Float64Array, float32: Float32Array, uint32: Uint32Array }[type].from(arrays[name]);
    return Buffer.concat([Buffer.from(typed.buffer), Buffer.alloc((8 - (typed.byteLength % 8)) % 8)]);
  };
  const names = Object.keys(NEIGHBOUR_ARRAYS) as NeighbourArray[];
  const HEADER = 1_012;
  let at = 12 + HEADER;
  const placed = Object.fromEntries(
    names.map((name) => {
      const entry = [name, { type: NEIGHBOUR_ARRAYS[name].type, offset: at, length: arrays[name].length }] as const;
      at += bytesOf(name).length;
      return entry;
    }),
  );
  const body = Buffer.concat(names.map(bytesOf));
  const sha256 = createHash('sha256').update(body).digest('hex');
  const header = JSON.stringify({ trainedAt: '2026-11-01T00:00:00.000Z', arrays: placed, sha256 }).padEnd(HEADER);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(HEADER);
  return Buffer.concat([Buffer.from('BLNEIGH1'), length, Buffer.from(header), body]);
};
