import { type InferEntity, LockMode, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { ImageRef, UserId } from '@backline/core/accounts';
import type { MediaKey, Track, TrackId, TrackRepository, TrackStatus } from '@backline/core/catalog';
import { day, err, invariant, ok } from '@backline/core/kernel';
import { instantOf, nextFrom, nullableDate, nullableInstant } from './columns.ts';
import { TextArray } from './text-array.ts';
import { UserRow } from './users.ts';

export const TrackRow = defineEntity({
  name: 'TrackRow',
  tableName: 'track',
  properties: {
    id: p.bigint('number').primary().autoincrement(false),
    artist: () => p.manyToOne(UserRow).mapToPk().deleteRule('no action').updateRule('no action'),
    title: p.text(),
    genre: p.text().nullable(),
    tags: p.type(TextArray),
    releasedOn: p.date().nullable(),
    audioKey: p.text().unique(),
    sha256: p.text(),
    sizeBytes: p.bigint('number'),
    contentType: p.text(),
    codec: p.text(),
    durationMs: p.integer(),
    bitrateKbps: p.integer(),
    sampleRateHz: p.integer(),
    channels: p.integer(),
    artwork: p.text().nullable(),
    loudnessLufs: p.double().nullable(),
    status: p.text().$type<TrackStatus>(),
    createdAt: p.datetime().columnType('timestamptz'),
    removedAt: p.datetime().columnType('timestamptz').nullable(),
    /** Kept by a trigger from title, artist and tags. */
    searchText: p.text().default(''),
  },
});

const toRow = (track: Track) => ({
  id: track.id as number,
  artist: track.artistId as number,
  title: track.title,
  genre: track.genre,
  tags: [...track.tags],
  releasedOn: track.releasedOn as string | null,
  audioKey: track.audio.key as string,
  sha256: track.audio.sha256,
  sizeBytes: track.audio.sizeBytes,
  contentType: track.audio.contentType,
  codec: track.audio.codec,
  durationMs: track.audio.durationMs,
  bitrateKbps: track.audio.bitrateKbps,
  sampleRateHz: track.audio.sampleRateHz,
  channels: track.audio.channels,
  artwork: track.artwork as string | null,
  loudnessLufs: track.loudnessLufs,
  status: track.status,
  createdAt: new Date(track.createdAt),
  removedAt: nullableDate(track.removedAt),
});

const fromRow = (row: InferEntity<typeof TrackRow>): Track => ({
  id: row.id as TrackId,
  artistId: row.artist as UserId,
  title: row.title,
  genre: row.genre ?? null,
  tags: row.tags,
  releasedOn: row.releasedOn === null || row.releasedOn === undefined ? null : day(row.releasedOn),
  audio: {
    key: row.audioKey as MediaKey,
    sha256: row.sha256,
    sizeBytes: row.sizeBytes,
    contentType: row.contentType,
    codec: row.codec,
    durationMs: row.durationMs,
    bitrateKbps: row.bitrateKbps,
    sampleRateHz: row.sampleRateHz,
    channels: row.channels,
  },
  artwork: (row.artwork ?? null) as ImageRef | null,
  loudnessLufs: row.loudnessLufs === null || row.loudnessLufs === undefined ? null : Number(row.loudnessLufs),
  status: row.status,
  createdAt: instantOf(row.createdAt),
  removedAt: nullableInstant(row.removedAt),
});

const unlocked = { disableIdentityMap: true } as const;
const locked = { ...unlocked, lockMode: LockMode.PESSIMISTIC_WRITE } as const;

export const trackRepository = (em: SqlEntityManager): TrackRepository => ({
  nextId: async () => (await nextFrom(em, 'track_id_seq')) as TrackId,
  find: async (id) => {
    const row = await em.findOne(TrackRow, { id }, locked);
    return row === null ? null : fromRow(row);
  },
  insert: async (track) => {
    const sameAudio = { artist: track.artistId as number, sha256: track.audio.sha256, removedAt: null };
    const inserted = await em.createQueryBuilder(TrackRow).insert(toRow(track)).onConflict().ignore().execute('run');
    if (inserted.affectedRows === 1) return ok(null);
    const existing = await em.findOne(TrackRow, sameAudio, unlocked);
    invariant(existing !== null, `track ${track.id} was refused, but not as a duplicate`);
    return err({ code: 'duplicate_track', trackId: existing.id as TrackId });
  },
  save: async (track) => {
    await em.nativeUpdate(TrackRow, { id: track.id }, toRow(track));
  },
  findAllOf: async (artistId) =>
    (
      await em.find(TrackRow, { artist: artistId as number, removedAt: null }, { ...locked, orderBy: { id: 'asc' } })
    ).map(fromRow),
});
