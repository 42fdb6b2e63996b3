import { join } from 'node:path';
import { ffmpegAudioRenderer, musicMetadataInspector } from '@backline/audio';
import { localImageStore, localMediaStore, sweepStaging } from '@backline/local-media';
import { ContainerModule } from 'inversify';
import type { Config } from './config.ts';
import { TOKENS } from './tokens.ts';

/** Audio and pictures on the local disk. */
export const localMediaModule = ({ dataDir, publicUrl }: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.media)
      .toResolvedValue((clock) => localMediaStore({ directory: join(dataDir, 'audio'), clock }), [TOKENS.clock])
      .inSingletonScope()
      .onDeactivation((media) => media.close());
    bind(TOKENS.sweepUploads).toResolvedValue(
      (clock) => () => sweepStaging({ directory: join(dataDir, 'audio'), clock }),
      [TOKENS.clock],
    );
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
