import type { AudioFacts, EmbeddedTags, UnplayableAudio, UnsupportedAudio } from '@backline/core/catalog';
import { type Result, ok } from '@backline/core/kernel';
import { inspectAdts } from './adts.ts';
import { inspectFlac } from './flac.ts';
import { formatAt } from './format.ts';
import { inspectMp3 } from './mp3.ts';
import { inspectMp4 } from './mp4.ts';
import { inspectOgg } from './ogg.ts';
import { type Seekable, seekableFile } from './seekable.ts';
import { endOfLeadingTags, startOfTrailingTags } from './tag-blocks.ts';
import { readTags } from './tags.ts';
import { type SoundLimits, type Verdict, cutShort, silentFile, unsupported } from './verdict.ts';
import { inspectWav } from './wav.ts';

export type Inspection = Result<
  { readonly facts: AudioFacts; readonly tags: EmbeddedTags },
  UnsupportedAudio | UnplayableAudio
>;

/** Padding that taggers leave between their tag and the sound. */
const endOfPadding = (bytes: Seekable, start: number): number => {
  let position = start;
  while (bytes.view(position, 1)?.getUint8(0) === 0) position += 1;
  return position;
};

const judge = (bytes: Seekable, limits: SoundLimits): Verdict => {
  const tagsEnd = endOfLeadingTags(bytes);
  if (tagsEnd === null) return cutShort;
  const start = tagsEnd === 0 ? 0 : endOfPadding(bytes, tagsEnd);
  const format = formatAt(bytes, start);
  if (format === 'wav') return start === 0 ? inspectWav(bytes, limits) : unsupported;
  if (format === 'mp4') return start === 0 ? inspectMp4(bytes, limits) : unsupported;

  const span = { start, end: startOfTrailingTags(bytes, start) };
  if (format === 'flac') return inspectFlac(bytes, span, limits);
  if (format === 'ogg') return inspectOgg(bytes, span, limits);
  if (format === 'mp3') return inspectMp3(bytes, span, limits);
  if (format === 'adts') return inspectAdts(bytes, span, limits);
  return start === 0 ? unsupported : silentFile;
};

/** Blocks its process while it reads. */
export const inspectFile = async (path: string, limits: SoundLimits): Promise<Inspection> => {
  const bytes = seekableFile(path);
  try {
    const verdict = judge(bytes, limits);
    if (!verdict.ok) return verdict;
    return ok({ facts: verdict.value, tags: await readTags(bytes, verdict.value.contentType) });
  } finally {
    bytes.close();
  }
};
