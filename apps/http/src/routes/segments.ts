import { getHlsPlaylist, getHlsStream, getSegments } from '@backline/contracts/http';
import type { Claims } from '@backline/core/accounts';
import type { TrackId } from '@backline/core/catalog';
import { type Asker, SEGMENTED_FORMS, type SegmentedForm } from '@backline/core/playback';
import { invariant } from '@backline/core/kernel';
import type { Context } from 'koa';
import { answerAudio } from '../audio-answer.ts';
import type { ServeRaw } from '../bind.ts';
import type { AppDependencies } from '../dependencies.ts';
import { mediaPlaylist, multivariantPlaylist } from '../hls.ts';
import type { SendBytes } from '../send-bytes.ts';
import { ownStream, streamRefusal } from './audio.ts';

/** The audio piece by piece, for long tracks and slow lines. */
export const segmentRoutes = (
  serveRaw: ServeRaw,
  sendBytes: SendBytes,
  { core: { playback }, handOver }: Pick<AppDependencies, 'core' | 'handOver'>,
): void => {
  serveRaw(getHlsStream, async ({ params, query }, ctx, caller) => {
    const forms = SEGMENTED_FORMS[query.quality ?? 'unsaid'];
    const listed = await playback.listSegmented(askerOf(caller, query.token), params.trackId as TrackId, forms);
    if (!listed.ok) throw streamRefusal(listed.error);
    answerPlaylist(ctx, multivariantPlaylist(listed.value.streams, listed.value.token));
  });

  serveRaw(getHlsPlaylist, async ({ params, query }, ctx, caller) => {
    const asker = askerOf(caller, query.token);
    const listed = await playback.listSegmented(asker, params.trackId as TrackId, [formOf(params.file)]);
    if (!listed.ok) throw streamRefusal(listed.error);
    const [stream] = listed.value.streams;
    invariant(stream !== undefined, 'a list is not empty');
    answerPlaylist(ctx, mediaPlaylist(stream, listed.value.token));
  });

  serveRaw(getSegments, async ({ params, query, headers }, ctx, caller) => {
    const asker = askerOf(caller, query.token);
    const opened = await playback.openSegmented(asker, params.trackId as TrackId, formOf(params.file));
    if (!opened.ok) throw streamRefusal(opened.error);
    await answerAudio(ctx, headers, opened.value, ownStream(params.trackId), sendBytes, handOver);
  });
};

const askerOf = (caller: Claims | null, token: string | undefined): Asker => caller ?? { token: token ?? '' };

/** Files are named for what they hold. */
const formOf = (file: `${SegmentedForm}.${'m3u8' | 'mp4'}`): SegmentedForm =>
  file.replace(/\.\w+$/, '') as SegmentedForm;

/** The links in it are the caller's own. */
const answerPlaylist = (ctx: Context, text: string): void => {
  ctx.status = 200;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = text;
  ctx.set('Content-Type', 'application/vnd.apple.mpegurl');
};
