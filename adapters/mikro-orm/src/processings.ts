import { type InferEntity, LockMode, defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { ImageRef } from '@backline/core/accounts';
import {
  type Processing,
  type ProcessingFailure,
  type ProcessingRepository,
  type ProcessingStep,
  type TrackId,
  nextStep,
} from '@backline/core/catalog';
import { isoText } from '@backline/core/kernel';
import { instantOf, nullableDate } from './columns.ts';
import { RenditionRow, renditionOf, renditionRow } from './renditions.ts';
import { TextArray } from './text-array.ts';
import { TrackRow } from './tracks.ts';
import { waveformText } from './waveforms.ts';

export const ProcessingRow = defineEntity({
  name: 'ProcessingRow',
  tableName: 'track_processing',
  properties: {
    track: () => p.oneToOne(TrackRow).mapToPk().primary().owner().deleteRule('no action').updateRule('no action'),
    stepsDone: p.type(TextArray),
    /** Whether all steps of the version that wrote it are done. */
    complete: p.boolean(),
    step: p.text().$type<ProcessingStep>().nullable(),
    share: p.double(),
    deferred: p.boolean(),
    failure: p.text().$type<ProcessingFailure>().nullable(),
    attempts: p.integer(),
    claimedBy: p.text().nullable(),
    claimedUntil: p.datetime().columnType('timestamptz').nullable(),
    measured: p.boolean(),
    truePeakDbtp: p.double().nullable(),
    previewStartMs: p.integer(),
    reservedArtwork: p.text().nullable(),
    changedAt: p.datetime().columnType('timestamptz'),
  },
});

const toRow = (processing: Processing) => ({
  track: processing.trackId as number,
  stepsDone: [...processing.done],
  complete: nextStep(processing) === null,
  step: processing.current?.step ?? null,
  share: processing.current?.share ?? 0,
  deferred: processing.deferred,
  failure: processing.failure,
  attempts: processing.attempts,
  claimedBy: processing.claim?.by ?? null,
  claimedUntil: nullableDate(processing.claim?.until ?? null),
  measured: processing.measured !== null,
  truePeakDbtp: processing.measured?.truePeakDbtp ?? null,
  previewStartMs: processing.measured?.previewStartMs ?? 0,
  reservedArtwork: processing.reservedArtwork as string | null,
  changedAt: new Date(processing.changedAt),
});

const fromRow = (row: InferEntity<typeof ProcessingRow>): Processing => ({
  trackId: row.track as TrackId,
  done: row.stepsDone as ProcessingStep[],
  current: row.step === null || row.step === undefined ? null : { step: row.step, share: Number(row.share) },
  deferred: row.deferred,
  failure: row.failure ?? null,
  attempts: row.attempts,
  claim: claimOf(row),
  measured: row.measured ? { truePeakDbtp: numberOrNull(row.truePeakDbtp), previewStartMs: row.previewStartMs } : null,
  reservedArtwork: (row.reservedArtwork ?? null) as ImageRef | null,
  changedAt: instantOf(row.changedAt),
});

const claimOf = ({ claimedBy, claimedUntil }: InferEntity<typeof ProcessingRow>): Processing['claim'] =>
  claimedBy && claimedUntil ? { by: claimedBy, until: instantOf(claimedUntil) } : null;

const numberOrNull = (value: number | string | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

/** Before when: a claim's change, a deferred one's, any other's, and the end of a claim. */
const OVERDUE = `select p.track_id from track_processing p join track t on t.id = p.track_id
  where not p.complete and p.failure is null and t.removed_at is null
    and p.changed_at < case when p.claimed_until is not null then ?::timestamptz
      when p.deferred then ?::timestamptz else ?::timestamptz end
    and (p.claimed_until is null or p.claimed_until < ?::timestamptz)
  order by p.changed_at, p.track_id limit ?`;

const SAVE_WAVEFORM = `insert into track_waveform (track_id, peaks) values (?, decode(?, 'hex'))
  on conflict (track_id) do update set peaks = excluded.peaks`;

const unlocked = { disableIdentityMap: true } as const;
const locked = { ...unlocked, lockMode: LockMode.PESSIMISTIC_WRITE } as const;

export const processingRepository = (em: SqlEntityManager): ProcessingRepository => ({
  find: async (id) => {
    const row = await em.findOne(ProcessingRow, { track: id as number }, locked);
    return row === null ? null : fromRow(row);
  },
  save: async (processing) => {
    await em.upsert(ProcessingRow, toRow(processing), unlocked);
  },
  overdue: async ({ lapsedBefore, waitingSince, deferredSince, limit }) => {
    const deferred = deferredSince === null ? null : isoText(deferredSince);
    const since = [isoText(lapsedBefore), deferred, isoText(waitingSince), isoText(lapsedBefore)];
    const rows = await em.execute<{ track_id: string }[]>(OVERDUE, [...since, limit]);
    return rows.map(({ track_id }) => Number(track_id) as TrackId);
  },
  saveWaveform: async (id, peaks) => {
    await em.execute(SAVE_WAVEFORM, [id, waveformText(peaks)]);
  },
  renditionsOf: async (id) =>
    (await em.find(RenditionRow, { track: id as number }, { ...unlocked, orderBy: { name: 'asc' } })).map(renditionOf),
  saveRendition: async (id, rendition) => {
    await em.upsert(RenditionRow, renditionRow(id, rendition), unlocked);
  },
  forgetRenditions: async (id) => {
    await em.nativeDelete(RenditionRow, { track: id as number });
  },
});
