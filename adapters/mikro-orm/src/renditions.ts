import { type InferEntity, defineEntity, p } from '@mikro-orm/core';
import type { MediaKey, Rendition, RenditionName, Segments, TrackId } from '@backline/core/catalog';
import { TrackRow } from './tracks.ts';

export const RenditionRow = defineEntity({
  name: 'RenditionRow',
  tableName: 'rendition',
  properties: {
    track: () => p.manyToOne(TrackRow).mapToPk().primary().deleteRule('no action').updateRule('no action'),
    name: p.text().$type<RenditionName>().primary(),
    mediaKey: p.text().unique(),
    kept: p.boolean(),
    contentType: p.text(),
    codec: p.text(),
    bitrateKbps: p.integer(),
    sizeBytes: p.bigint('number'),
    segments: p.json<Segments>().nullable(),
  },
});

export const renditionRow = (trackId: TrackId, rendition: Rendition) => ({
  track: trackId as number,
  name: rendition.name,
  mediaKey: rendition.key as string,
  kept: rendition.kept,
  contentType: rendition.contentType,
  codec: rendition.codec,
  bitrateKbps: rendition.bitrateKbps,
  sizeBytes: rendition.sizeBytes,
  segments: rendition.segments,
});

type Stored = Pick<
  InferEntity<typeof RenditionRow>,
  'name' | 'mediaKey' | 'kept' | 'contentType' | 'codec' | 'bitrateKbps' | 'sizeBytes' | 'segments'
>;

export const renditionOf = (row: Stored): Rendition => ({
  name: row.name,
  key: row.mediaKey as MediaKey,
  kept: row.kept,
  contentType: row.contentType,
  codec: row.codec,
  bitrateKbps: row.bitrateKbps,
  sizeBytes: row.sizeBytes,
  segments: row.segments ?? null,
});
