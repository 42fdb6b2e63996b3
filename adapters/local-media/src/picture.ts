import type { ImageRefused } from '@backline/core/accounts';
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
const pixelsDeclared = async (bytes: Uint8Array): Promise<number> => {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return width * height;
};

/**
 * The picture upright, its own metadata gone, at most 1,024 pixels a side, as WebP. Of an animation the first frame.
 * Pixels are counted from the header, before any is decoded.
 */
export const pictures = (): ((bytes: Uint8Array) => Promise<Result<Uint8Array, ImageRefused>>) => {
  restrain();
  return async (bytes) => {
    if (imageFormat(bytes) === null) return refused('unsupported-format');
    try {
      const pixels = await pixelsDeclared(bytes);
      if (pixels > MAX_PIXELS) return refused('too-many-pixels');
      const webp = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
        .timeout({ seconds: TIME_LIMIT_SECONDS })
        .autoOrient()
        .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
        .webp({ quality: QUALITY })
        .toBuffer();
      return ok(webp);
    } catch {
      // The decoder's errors have no codes; each means that these bytes cannot be made into a picture.
      return refused('broken');
    }
  };
};
