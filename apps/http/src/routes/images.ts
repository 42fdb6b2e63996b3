import { getImage } from '@backline/contracts/http';
import { IMAGE_SQUARES, type ImageRef, type ImageSize } from '@backline/core/accounts';
import type { ServeRaw } from '../bind.ts';
import type { AppDependencies } from '../dependencies.ts';
import { isNotModified, validatorsOf } from '../preconditions.ts';
import { Refusal } from '../problem.ts';
import type { SendBytes } from '../send-bytes.ts';

/** Avatars and artwork, where the image store serves through the app. A reference names the same bytes for ever. */
export const imageRoutes = (
  serveRaw: ServeRaw,
  sendBytes: SendBytes,
  { images }: Pick<AppDependencies, 'images'>,
): void => {
  serveRaw(getImage, async ({ params, query, headers }, ctx) => {
    const source = await images.open(params.name as ImageRef, sizeOf(query.size));
    if (source === null)
      throw new Refusal(404, 'not-found', 'There is no such picture', 'There is no picture of this name.');
    try {
      const validators = validatorsOf(source);
      ctx.set({ ETag: validators.etag, 'Cache-Control': 'public, max-age=31536000, immutable' });
      if (isNotModified(headers, validators)) {
        ctx.status = 304;
        return;
      }
      ctx.set({ 'Content-Type': source.contentType, 'Content-Length': String(source.sizeBytes) });
      ctx.status = 200;
      if (ctx.method !== 'HEAD') await sendBytes(ctx, source, { start: 0, end: source.sizeBytes - 1 });
    } finally {
      await source.close();
    }
  });
};

const sizeOf = (text = 'original'): ImageSize => IMAGE_SQUARES.find((size) => String(size) === text) ?? 'original';
