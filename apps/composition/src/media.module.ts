import { join } from 'node:path';
import { ffmpegAudioRenderer, musicMetadataInspector } from '@backline/audio';
import { localImageStore } from '@backline/local-media';
import { MAX_AUDIO_BYTES } from '@backline/core/catalog';
import { UPLOAD_LIMITS, tusUploads } from '@backline/tus-uploads';
import { ContainerModule } from 'inversify';
import type { Config } from './config.ts';
import { TOKENS } from './tokens.ts';

/** Uploads in pieces and pictures on the local disk, and what reads and renders sound. */
export const mediaModule = ({ dataDir, publicUrl }: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.uploads)
      .toResolvedValue(
        (clock) =>
          tusUploads({
            directory: join(dataDir, 'uploads'),
            clock,
            limits: { ...UPLOAD_LIMITS, maxBytes: MAX_AUDIO_BYTES },
            path: '/uploads',
          }),
        [TOKENS.clock],
      )
      .inSingletonScope();
    bind(TOKENS.localImages)
      .toResolvedValue(
        (clock) => localImageStore({ directory: join(dataDir, 'images'), publicUrl, clock }),
        [TOKENS.clock],
      )
      .inSingletonScope()
      .onDeactivation((images) => images.close());
    bind(TOKENS.audioInspector)
      .toDynamicValue(() => musicMetadataInspector())
      .inSingletonScope()
      .onDeactivation((inspector) => inspector.close());
    bind(TOKENS.audioRenderer)
      .toDynamicValue(() =>
        ffmpegAudioRenderer({
          scratchDirectory: join(dataDir, 'scratch'),
          searchPath: process.env['PATH'] ?? '',
        }),
      )
      .inSingletonScope()
      .onDeactivation((renderer) => renderer.close());
  });
