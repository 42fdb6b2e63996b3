import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NEIGHBOUR_ARRAYS, type NeighboursHeader } from '@backline/contracts/recommender';
import { type Instant, instant } from '@backline/core/kernel';

/** A model's nearest tracks, by row; see contracts/recommender, `NeighboursHeader`. */
export type Neighbours = {
  readonly version: string;
  readonly trainedAt: Instant;
  readonly trackIds: Float64Array;
  readonly artistIds: Float64Array;
  readonly popularity: Float32Array;
  readonly offsets: Uint32Array;
  readonly neighbours: Uint32Array;
  readonly weights: Float32Array;
};

const MAGIC = 'BLNEIGH1';
const PREFIX_BYTES = MAGIC.length + 4;
const VERSION = /^[0-9A-Za-z._-]{1,200}$/;

const parsed = (text: string): unknown => JSON.parse(text);

/** The version that serves; null where nothing was trained. Throws for a pointer that is none. */
export const currentVersion = async (models: string): Promise<string | null> => {
  const text = await readFile(join(models, 'current'), 'utf8').catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const pointer = parsed(text);
  const version = typeof pointer === 'object' && pointer !== null && 'current' in pointer ? pointer.current : null;
  if (typeof version !== 'string' || !VERSION.test(version)) throw new Error('the pointer to the model is none');
  return version;
};

/** Throws where the file is not as it was written. */
export const readNeighbours = async (models: string, version: string): Promise<Neighbours> => {
  const bytes = await readFile(join(models, 'versions', version, 'item_neighbours.bin'));
  const refuse = (why: string): never => {
    throw new Error(`the neighbours of ${version} are broken: ${why}`);
  };
  if (bytes.length < PREFIX_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) refuse('another format');
  const headerEnd = PREFIX_BYTES + bytes.readUInt32LE(MAGIC.length);
  const header = parsed(bytes.toString('utf8', PREFIX_BYTES, headerEnd)) as NeighboursHeader;
  const body = bytes.subarray(headerEnd);
  if (createHash('sha256').update(body).digest('hex') !== header.sha256) refuse('another checksum');
  const trainedAt = Date.parse(header.trainedAt);
  if (Number.isNaN(trainedAt)) refuse('no time');

  const at = (name: keyof typeof NEIGHBOUR_ARRAYS): { readonly buffer: ArrayBuffer; readonly length: number } => {
    const { offset, length, type } = header.arrays[name];
    const width = type === 'float64' ? 8 : 4;
    if (type !== NEIGHBOUR_ARRAYS[name].type || offset % 8 !== 0 || offset + length * width > bytes.length)
      refuse(`no ${name}`);
    // A copy, so that the numbers lie where they may be read in place.
    return { buffer: Uint8Array.from(bytes.subarray(offset, offset + length * width)).buffer, length };
  };
  const float64 = (name: 'trackIds' | 'artistIds'): Float64Array => new Float64Array(at(name).buffer);
  const float32 = (name: 'popularity' | 'weights'): Float32Array => new Float32Array(at(name).buffer);
  const uint32 = (name: 'offsets' | 'neighbours'): Uint32Array => new Uint32Array(at(name).buffer);
  return {
    version,
    trainedAt: instant(trainedAt),
    trackIds: float64('trackIds'),
    artistIds: float64('artistIds'),
    popularity: float32('popularity'),
    offsets: uint32('offsets'),
    neighbours: uint32('neighbours'),
    weights: float32('weights'),
  };
};
