import {
  type Fingerprint,
  type FingerprintRepository,
  type Track,
  type TrackId,
  searchTerms,
} from '@backline/core/catalog';
import type { Drafts } from './state.ts';

export type StoredFingerprint = {
  readonly trackId: TrackId;
  readonly fingerprint: Fingerprint;
  readonly terms: ReadonlySet<number>;
};

const FEWEST_SHARED = 2;
const MOST_FOUND = 20;

export const fingerprintRepository = ({ fingerprints, tracks }: Drafts): FingerprintRepository => ({
  find: async (id) => fingerprints.get(id)?.fingerprint ?? null,
  save: async (trackId, fingerprint) =>
    fingerprints.put({ trackId, fingerprint, terms: new Set(searchTerms(fingerprint)) }),
  forget: async (id) => fingerprints.remove(id),
  alike: async (terms, notBy) => {
    const isOther = (track: Track | undefined): boolean => track?.removedAt === null && track.artistId !== notBy;
    return fingerprints
      .all()
      .filter(({ trackId }) => isOther(tracks.get(trackId)))
      .map((stored) => ({ ...stored, shared: terms.filter((term) => stored.terms.has(term)).length }))
      .filter(({ shared }) => shared >= FEWEST_SHARED)
      .toSorted((a, b) => b.shared - a.shared || a.trackId - b.trackId)
      .slice(0, MOST_FOUND)
      .map(({ trackId, fingerprint }) => ({ trackId, fingerprint }));
  },
});
