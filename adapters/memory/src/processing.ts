import type { Overdue, Peaks, Processing, ProcessingRepository, Rendition, TrackId } from '@backline/core/catalog';
import { isSettled } from '@backline/core/catalog';
import type { Drafts, Readable } from './state.ts';

export type StoredRendition = { readonly trackId: TrackId; readonly rendition: Rendition };
export type StoredWaveform = { readonly trackId: TrackId; readonly peaks: Peaks };

export const renditionKeyOf = ({ trackId, rendition }: StoredRendition): string => `${trackId} ${rendition.name}`;

export const renditionsIn = ({ renditions }: Pick<Readable, 'renditions'>, id: TrackId): readonly Rendition[] =>
  renditions.where('track', id).map(({ rendition }) => rendition);

const isOverdue = (
  { claim, deferred, changedAt }: Processing,
  { lapsedBefore, waitingSince, deferredSince }: Omit<Overdue, 'limit'>,
): boolean => {
  if (claim !== null) return claim.until < lapsedBefore && changedAt < lapsedBefore;
  return deferred ? deferredSince !== null && changedAt < deferredSince : changedAt < waitingSince;
};

export const processingRepository = (drafts: Drafts): ProcessingRepository => {
  const { tracks, processings, renditions, waveforms } = drafts;
  const isRemoved = ({ trackId }: Processing): boolean => tracks.get(trackId)?.removedAt !== null;

  return {
    find: async (id) => processings.get(id) ?? null,
    save: async (processing) => processings.put(processing),
    overdue: async ({ limit, ...of }) =>
      processings
        .all()
        .filter((processing) => !isSettled(processing) && !isRemoved(processing) && isOverdue(processing, of))
        .toSorted((a, b) => a.changedAt - b.changedAt || a.trackId - b.trackId)
        .slice(0, limit)
        .map(({ trackId }) => trackId),
    saveWaveform: async (trackId, peaks) => waveforms.put({ trackId, peaks }),
    renditionsOf: async (id) => renditionsIn(drafts, id),
    saveRendition: async (trackId, rendition) => renditions.put({ trackId, rendition }),
    forgetRenditions: async (id) => {
      for (const rendition of renditions.where('track', id)) renditions.remove(renditionKeyOf(rendition));
    },
  };
};
