import { type Input, headTrackStream, streamTrack } from '@backline/contracts/http';
import type { Claims } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import type { TrackStream } from '@backline/core/playback';
import type { Context } from 'koa';
import type { ServeRaw } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Validators, isNotModified, mayBePartial, validatorsOf } from '../preconditions.ts';
import { Refusal } from '../problem.ts';
import { type RangeChoice, chooseRange } from '../range.ts';
import type { SendBytes } from '../send-bytes.ts';

type Asked = Input<typeof streamTrack> | Input<typeof headTrackStream>;

/** The audio itself: entitlement before a byte, single ranges, conditions, back-pressure. */
export const audioRoutes = (serveRaw: ServeRaw, sendBytes: SendBytes, { core }: Pick<Dependencies, 'core'>): void => {
  serveRaw(headTrackStream, async (input, ctx, caller) => {
    const stream = await open(core, input, caller);
    try {
      const validators = validatorsOf(stream.source);
      describe(ctx, input, stream, validators);
      if (isNotModified(input.headers, validators)) ctx.status = 304;
      else {
        ctx.status = 200;
        ctx.length = stream.source.sizeBytes;
        ctx.type = stream.contentType;
      }
    } finally {
      await stream.source.close();
    }
  });

  serveRaw(streamTrack, async (input, ctx, caller) => {
    const stream = await open(core, input, caller);
    try {
      await answer(ctx, input, stream, sendBytes);
    } finally {
      await stream.source.close();
    }
  });
};

const open = async ({ playback }: Dependencies['core'], input: Asked, caller: Claims | null): Promise<TrackStream> => {
  const trackId = input.params.trackId as TrackId;
  const opened =
    caller === null
      ? await playback.openLinkedStream(input.query.token ?? '', trackId)
      : await playback.openStream(caller.userId, trackId);
  if (opened.ok) return opened.value;
  switch (opened.error.code) {
    case 'track_not_found':
      throw new Refusal(404, 'not-found', 'There is no such track', 'There is no track with this id.');
    case 'subscription_required':
      throw new Refusal(
        402,
        'subscription-required',
        'A subscription is required',
        'A subscriber may hear any track, an artist their own.',
        {
          members: { checkout: '/payments/checkout' },
        },
      );
    case 'bad_stream_link':
      throw new Refusal(401, 'bad-stream-link', 'The link is not valid', 'The link is not valid, or no longer.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
  }
};

/** Everything but the length, which depends on what is sent. Nothing of it is text that a user chose. */
const describe = (
  ctx: Context,
  { params }: Asked,
  { contentType }: TrackStream,
  { etag, lastModified }: Validators,
): void => {
  const headers = {
    'Content-Disposition': `inline; filename="track-${params.trackId}"`,
    // What was uploaded may be a page in disguise.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'Accept-Ranges': 'bytes',
    ETag: etag,
    'Last-Modified': lastModified,
    'Cache-Control': 'private, max-age=0, must-revalidate, no-transform',
    'Content-Type': contentType,
  };
  for (const [name, value] of Object.entries(headers)) ctx.res.setHeader(name, value);
};

const answer = async (
  ctx: Context,
  input: Input<typeof streamTrack>,
  stream: TrackStream,
  sendBytes: SendBytes,
): Promise<void> => {
  const { source } = stream;
  const size = source.sizeBytes;
  const validators = validatorsOf(source);
  describe(ctx, input, stream, validators);
  if (isNotModified(input.headers, validators)) {
    ctx.remove('Content-Type');
    ctx.status = 304;
    return;
  }
  const choice: RangeChoice = mayBePartial(input.headers, validators)
    ? chooseRange(input.headers.range, size)
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
