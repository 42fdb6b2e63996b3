import { cloudinaryImages } from '@backline/cloudinary';
import { ContainerModule } from 'inversify';
import type { CloudinaryConfig } from './cloudinary-config.ts';
import { TOKENS } from './tokens.ts';

/** Pictures stay where they are put. */
export const localPicturesModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.images).toResolvedValue((images) => images, [TOKENS.localImages]);
});

/** Pictures are put here, and brought to Cloudinary. */
export const cloudinaryModule = (cloudinary: CloudinaryConfig): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.cloudinary)
      .toResolvedValue(
        (local, clock, log) =>
          cloudinaryImages({ ...cloudinary, local, clock, warn: (message, detail) => log.warn(detail, message) }),
        [TOKENS.localImages, TOKENS.clock, TOKENS.log],
      )
      .inSingletonScope();
    bind(TOKENS.images).toResolvedValue((images) => images, [TOKENS.cloudinary]);
    bind(TOKENS.circuit).toResolvedValue(({ circuit }) => ({ name: 'cloudinary', ...circuit }), [TOKENS.cloudinary]);
    bind(TOKENS.remoteCheck).toResolvedValue(
      ({ check }) => ({ name: 'pictures', required: false, run: check }),
      [TOKENS.cloudinary],
    );
  });
