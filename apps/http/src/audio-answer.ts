import type { ByteSource } from '@backline/core/kernel';
import type { TrackStream } from '@backline/core/playback';
import type { Context } from 'koa';
import type { HandOver } from './hand-over.ts';
import { type Validators, isNotModified, mayBePartial, validatorsOf } from './preconditions.ts';
import { Refusal } from './problem.ts';
import { type RangeChoice, chooseRange } from './range.ts';
import type { SendBytes } from './send-bytes.ts';

/** Request headers that decide what of the audio is sent. */
export type AudioConditions = {
  readonly range?: string | undefined;
  readonly 'if-range'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-modified-since'?: string | undefined;
};

export type Described = { readonly fileName: string; readonly cacheControl: string };

/** The headers of the audio, without it. Closes the source. */
export const answerHead = async (
  ctx: Context,
  conditions: AudioConditions,
  stream: TrackStream,
  as: Described,
  handOver: HandOver,
): Promise<void> => {
  try {
    const validators = validatorsOf(stream.source);
    describe(ctx, stream, validators, as);
    if (await handOver(ctx, stream.source, { ...as, contentType: stream.contentType })) return;
    if (isNotModified(conditions, validators)) ctx.status = 304;
    else {
      ctx.status = 200;
      ctx.length = stream.source.sizeBytes;
      ctx.type = stream.contentType;
    }
  } finally {
    await stream.source.close();
  }
};

/** The audio or a part of it: single ranges, conditions, back-pressure. Closes the source. */
export const answerAudio = async (
  ctx: Context,
  conditions: AudioConditions,
  stream: TrackStream,
  as: Described,
  sendBytes: SendBytes,
  handOver: HandOver,
): Promise<void> => {
  const { source } = stream;
  try {
    const validators = validatorsOf(source);
    describe(ctx, stream, validators, as);
    if (await handOver(ctx, source, { ...as, contentType: stream.contentType })) return;
    if (isNotModified(conditions, validators)) {
      ctx.remove('Content-Type');
      ctx.status = 304;
    } else await sendChosen(ctx, conditions, source, validators, sendBytes);
  } finally {
    await source.close();
  }
};

const sendChosen = async (
  ctx: Context,
  conditions: AudioConditions,
  source: ByteSource,
  validators: Validators,
  sendBytes: SendBytes,
): Promise<void> => {
  const size = source.sizeBytes;
  const choice: RangeChoice = mayBePartial(conditions, validators)
    ? chooseRange(conditions.range, size)
    : { kind: 'whole' };
  if (choice.kind === 'unsatisfiable')
    throw new Refusal(416, 'range-not-satisfiable', 'The range lies outside the file', `The file has ${size} bytes.`, {
      headers: { 'Content-Range': `bytes */${size}` },
    });

  const range = choice.kind === 'part' ? choice.range : { start: 0, end: size - 1 };
  ctx.res.setHeader('Content-Length', range.end - range.start + 1);
  if (choice.kind === 'part') ctx.res.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  ctx.status = choice.kind === 'part' ? 206 : 200;
  await sendBytes(ctx, source, range);
};

/** Everything but the length, which depends on what is sent. Nothing of it is text that a user chose. */
const describe = (
  ctx: Context,
  { contentType }: TrackStream,
  { etag, lastModified }: Validators,
  { fileName, cacheControl }: Described,
): void => {
  const headers = {
    'Content-Disposition': `inline; filename="${fileName}"`,
    // What was uploaded may be a page in disguise.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'Accept-Ranges': 'bytes',
    ETag: etag,
    'Last-Modified': lastModified,
    'Cache-Control': cacheControl,
    'Content-Type': contentType,
  };
  for (const [name, value] of Object.entries(headers)) ctx.res.setHeader(name, value);
  ctx.vary('Accept');
};
