import { IMAGE_SQUARES, type ImageRefused } from '@backline/core/accounts';
import { type Result, err, ok } from '@backline/core/kernel';
import sharp from 'sharp';
import { imageFormat } from './image-format.ts';

const MAX_PIXELS = 40_000_000;
const MAX_SIDE = 1_024;
const QUALITY = 82;
const TIME_LIMIT_SECONDS = 20;

const LOADERS = ['Png', 'Jpeg', 'Webp', 'Heif'].map((format) => `VipsForeignLoad${format}Buffer`);

/** One core for a picture, nothing remembered, and no decoder reachable but those of the formats that are taken. */
const restrain = (): void => {
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
};

const refused = (reason: ImageRefused['reason']) => err({ code: 'image_refused', reason } as const);

/** Reads the header only. */
const declared = async (bytes: Uint8Array): Promise<{ readonly pixels: number; readonly frames: number }> => {
  const { width, height, pages = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return { pixels: width * height, frames: pages };
};

/** All of it WebP, and nothing that came with the picture but its pixels. */
export type Picture = {
  /** At most 1,024 pixels a side. */
  readonly original: Uint8Array;
  readonly squares: ReadonlyMap<(typeof IMAGE_SQUARES)[number], Uint8Array>;
};

/**
 * The picture upright, its own metadata gone, and squares of its middle. Pixels are counted from the header, before any
 * is decoded.
 */
export const pictures = (): ((bytes: Uint8Array) => Promise<Result<Picture, ImageRefused>>) => {
  restrain();
  return async (bytes) => {
    if (imageFormat(bytes) === null) return refused('unsupported-format');
    try {
      const { pixels, frames } = await declared(bytes);
      if (frames > 1) return refused('animated');
      if (pixels > MAX_PIXELS) return refused('too-many-pixels');
      const original = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
        .timeout({ seconds: TIME_LIMIT_SECONDS })
        .autoOrient()
        .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
        .webp({ quality: QUALITY })
        .toBuffer();
      return ok({ original, squares: await squaresOf(original) });
    } catch {
      // The decoder's errors have no codes; each means that these bytes cannot be made into a picture.
      return refused('broken');
    }
  };
};

const squaresOf = async (original: Uint8Array): Promise<Picture['squares']> => {
  const squares = new Map<(typeof IMAGE_SQUARES)[number], Uint8Array>();
  for (const side of IMAGE_SQUARES)
    squares.set(side, await sharp(original).resize(side, side, { fit: 'cover' }).webp({ quality: QUALITY }).toBuffer());
  return squares;
};
