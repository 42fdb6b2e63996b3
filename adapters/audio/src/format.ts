import { adtsFrames } from './adts.ts';
import { mp3Frames } from './mp3.ts';
import { type Seekable, textAt } from './seekable.ts';

export type Format = 'mp3' | 'adts' | 'flac' | 'wav' | 'ogg' | 'mp4';

const framesAt = (bytes: Seekable, position: number): Format | null => {
  const mp3 = bytes.view(position, mp3Frames.headerBytes);
  if (mp3 !== null && mp3Frames.parse(mp3) !== null) return 'mp3';
  const adts = bytes.view(position, adtsFrames.headerBytes);
  return adts !== null && adtsFrames.parse(adts) !== null ? 'adts' : null;
};

/** By the first bytes behind the tags in front; null for every format that is not taken. */
export const formatAt = (bytes: Seekable, position: number): Format | null => {
  const head = bytes.view(position, Math.max(0, Math.min(12, bytes.sizeBytes - position)));
  const [start, kind] = head === null ? ['', ''] : [textAt(head, 0, 4), textAt(head, 8, 12)];
  if (start === 'fLaC') return 'flac';
  if (start === 'OggS') return 'ogg';
  if (start === 'RIFF' && kind === 'WAVE') return 'wav';
  if (head !== null && textAt(head, 4, 8) === 'ftyp') return 'mp4';
  return framesAt(bytes, position);
};
