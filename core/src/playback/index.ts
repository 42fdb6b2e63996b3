export type { Quality, Wish } from './choose-form.ts';
export type * from './errors.ts';
export { type GroupCommitOptions, groupCommit } from './group-commit.ts';
export type * from './judge.ts';
export {
  type Listener,
  type SignedLink,
  type TrackStream,
  openLinkedStream,
  openPreview,
  openStream,
  signStreamLink,
} from './open-stream.ts';
export * from './play.ts';
export type * from './ports.ts';
export * from './record-plays.ts';
export * from './rejudge-plays.ts';
export * from './segments.ts';
