import type { ProcessingStep } from './processing.ts';
import type { MediaKey } from './track.ts';

export type Coding = 'opus-96' | 'opus-160' | 'aac-128';

/** `ogg`, or ISO base media in fragments as CMAF has it, with an index of them at its front. */
export type Container = 'ogg' | 'cmaf';

/** How a rendition is made. */
export type RenditionForm = {
  readonly coding: Coding;
  readonly container: Container;
  readonly excerpt: 'whole' | 'preview';
  /** Packed anew from that rendition without coding it again; null for the original. */
  readonly from: RenditionName | null;
};

export type RenditionName =
  'preview-aac' | 'preview-opus' | 'opus-160' | 'opus-96' | 'aac-128' | 'opus-160-segments' | 'opus-96-segments';

export const RENDITIONS: { readonly [Name in RenditionName]: RenditionForm } = {
  'preview-aac': { coding: 'aac-128', container: 'cmaf', excerpt: 'preview', from: null },
  'preview-opus': { coding: 'opus-96', container: 'ogg', excerpt: 'preview', from: null },
  'opus-160': { coding: 'opus-160', container: 'ogg', excerpt: 'whole', from: null },
  'opus-96': { coding: 'opus-96', container: 'ogg', excerpt: 'whole', from: null },
  'aac-128': { coding: 'aac-128', container: 'cmaf', excerpt: 'whole', from: null },
  'opus-160-segments': { coding: 'opus-160', container: 'cmaf', excerpt: 'whole', from: 'opus-160' },
  'opus-96-segments': { coding: 'opus-96', container: 'cmaf', excerpt: 'whole', from: 'opus-96' },
};

/** The files that a step makes; those that make none are not named. */
export const RENDITIONS_OF: { readonly [Step in ProcessingStep]?: readonly RenditionName[] } = {
  preview: ['preview-aac', 'preview-opus'],
  'opus-160': ['opus-160'],
  'opus-96': ['opus-96'],
  'aac-128': ['aac-128'],
  segments: ['opus-160-segments', 'opus-96-segments'],
};

/** http-api.md, Tracks: the first 30 seconds of what a stranger hears. */
export const PREVIEW_MS = 30_000;

/** Of a file in fragments: what a player needs before any of them, and where they lie, one behind the other. */
export type Segments = {
  /** From the start of the file. */
  readonly initBytes: number;
  readonly startsAt: number;
  readonly sizesBytes: readonly number[];
  readonly durationsMs: readonly number[];
};

export type RenditionFacts = {
  /** `Opus` or `AAC`, or what the renderer makes in their place. */
  readonly codec: string;
  readonly contentType: string;
  readonly bitrateKbps: number;
  readonly sizeBytes: number;
  /** Null where the container has none. */
  readonly segments: Segments | null;
};

/** A file that was made of a track's original. */
export type Rendition = RenditionFacts & {
  readonly name: RenditionName;
  readonly key: MediaKey;
  /** False from when its key is decided until the file is known to lie there. */
  readonly kept: boolean;
};
