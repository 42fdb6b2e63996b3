import { join } from 'node:path';
import { localMediaStore, sweepStaging } from '@backline/local-media';
import { s3MediaStore } from '@backline/s3-media';
import { ContainerModule } from 'inversify';
import type { Config } from './config.ts';
import type { S3Config } from './s3-config.ts';
import { TOKENS } from './tokens.ts';

/** Audio on the local disk. */
export const localAudioModule = ({ dataDir }: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const directory = join(dataDir, 'audio');
    bind(TOKENS.localMedia)
      .toResolvedValue((clock) => localMediaStore({ directory, clock }), [TOKENS.clock])
      .inSingletonScope()
      .onDeactivation((media) => media.close());
    bind(TOKENS.media).toResolvedValue((media) => media, [TOKENS.localMedia]);
    bind(TOKENS.mediaPath).toResolvedValue(({ pathOf }) => pathOf, [TOKENS.localMedia]);
    bind(TOKENS.sweepUploads).toResolvedValue(
      (clock, uploads) => async () => (await sweepStaging({ directory, clock })) + (await uploads.sweep()),
      [TOKENS.clock, TOKENS.uploads],
    );
  });

/** Audio in a bucket. */
export const s3AudioModule = (s3: S3Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.bucket)
      .toResolvedValue((clock) => s3MediaStore({ ...s3, clock }), [TOKENS.clock])
      .inSingletonScope()
      .onDeactivation((bucket) => bucket.close());
    bind(TOKENS.media).toResolvedValue((bucket) => bucket, [TOKENS.bucket]);
    bind(TOKENS.mediaPath).toConstantValue(() => null);
    bind(TOKENS.sweepUploads).toResolvedValue(
      (bucket, uploads) => async () => (await bucket.sweep()) + (await uploads.sweep()),
      [TOKENS.bucket, TOKENS.uploads],
    );
    bind(TOKENS.remoteCheck).toResolvedValue(
      ({ check }) => ({ name: 'audio', required: true, run: check }),
      [TOKENS.bucket],
    );
  });
