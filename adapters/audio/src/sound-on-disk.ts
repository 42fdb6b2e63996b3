import type { Sound } from '@backline/core/catalog';
import { INPUT_FILE } from './confined-run.ts';
import { type ScratchFile, inheritedPath, openScratchFile } from './scratch-file.ts';

/** Where ffmpeg finds it; the copy, where there had to be one, is to be handed down and closed. */
export type SoundOnDisk = { readonly path: string; readonly copy: ScratchFile | null };

/** The stored file itself where it lies on this machine, else a copy. */
export const soundOnDisk = async ({ source }: Sound, scratchDirectory: string): Promise<SoundOnDisk> => {
  if (source.localPath !== undefined) return { path: `file:${source.localPath}`, copy: null };
  const copy = await openScratchFile(scratchDirectory);
  try {
    await source.send(
      { start: 0, end: source.sizeBytes - 1 },
      {
        write: async (chunk) => {
          for (let done = 0; done < chunk.length;) done += (await copy.handle.write(chunk, done)).bytesWritten;
        },
      },
    );
    return { path: inheritedPath(INPUT_FILE), copy };
  } catch (thrown) {
    await copy.close();
    throw thrown;
  }
};
