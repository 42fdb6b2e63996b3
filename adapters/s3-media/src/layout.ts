import type { MediaKey, MediaRole, StagedMedia } from '@backline/core/catalog';
import { invariant } from '@backline/core/kernel';

/**
 * The upload's id and the SHA-256 of the bytes, with a prefix for what is no master: as keys of the local store, so that
 * its folders can be copied into a bucket as they are.
 */
const KEY = /^(derived\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([0-9a-f]{64}))$/;

export const STAGING = 'staging/';

export const stagingKey = (id: string): string => `${STAGING}${id}`;

export const keyOf = (staged: StagedMedia, role: MediaRole): MediaKey => {
  const key = `${role === 'derived' ? 'derived/' : ''}${staged.id}.${staged.sha256}`;
  invariant(KEY.test(key), 'not a staged upload of this store');
  return key as MediaKey;
};

export type Place = { readonly objectKey: string; readonly digest: string };

/** Null for what is no key. */
export const placeOf = (key: MediaKey): Place | null => {
  const [, derived, name, digest] = KEY.exec(key) ?? [];
  if (name === undefined || digest === undefined) return null;
  const folder = derived === undefined ? 'masters' : 'derived';
  return { objectKey: `${folder}/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`, digest };
};
