import type { PlayableTrack, Rendition, RenditionName } from '../catalog/index.ts';

/** How well a listener is served: the stream's form in bytes a second. */
export type Quality = 'low' | 'high' | 'original';

/** What the listener's player asks for. */
export type Wish = {
  /** Null where it says nothing of it. */
  readonly quality: Quality | null;
  /** How gladly it takes a media type, from 0 (not at all) to 1. */
  readonly accepts: (contentType: string) => number;
};

/** Whatever there is. */
export const ANY: Wish = { quality: null, accepts: () => 1 };

/** One stored file of a track. */
export type Form = Pick<Rendition, 'key' | 'contentType'>;

type Candidate = RenditionName | 'original';

/** The best first; of those that a player takes as gladly as another, the one before. */
const CANDIDATES: { readonly [Of in Quality | 'unsaid']: readonly Candidate[] } = {
  low: ['opus-96', 'aac-128'],
  high: ['opus-160', 'aac-128'],
  original: ['original'],
  unsaid: ['original', 'opus-160', 'aac-128'],
};

/** Whether what came in is all that the wish can be about, so that nothing else has to be looked for. */
export const wantsOriginal = ({ quality, accepts }: Wish, { contentType }: PlayableTrack): boolean =>
  quality === 'original' || (quality === null && accepts(contentType) === 1);

/** The original wherever nothing else fits: a player that takes nothing of what there is may still try. */
export const chooseForm = (wish: Wish, track: PlayableTrack, renditions: readonly Rendition[]): Form => {
  const original: Form = { key: track.audio, contentType: track.contentType };
  const forms = CANDIDATES[wish.quality ?? 'unsaid'].flatMap((name) =>
    name === 'original' ? [original] : renditions.filter((rendition) => rendition.name === name),
  );
  return gladliest(forms, wish) ?? forms[0] ?? original;
};

export const choosePreview = (wish: Wish, renditions: readonly Rendition[]): Form | null => {
  const names: readonly RenditionName[] = ['preview-aac', 'preview-opus'];
  const forms = names.flatMap((name) => renditions.filter((rendition) => rendition.name === name));
  return gladliest(forms, wish) ?? forms[0] ?? null;
};

/** Null where none is taken at all. */
const gladliest = (forms: readonly Form[], { accepts }: Wish): Form | null =>
  forms.reduce<Form | null>(
    (best, form) => (accepts(form.contentType) > (best === null ? 0 : accepts(best.contentType)) ? form : best),
    null,
  );
