import { ffmpegAudioRenderer } from '@backline/audio';
import { scratchDirectory } from '../support/scratch.ts';
import { audioRendererSuite } from '../suites/audio-renderer.ts';

audioRendererSuite('ffmpeg', async () => {
  const scratch = scratchDirectory();
  const renderer = ffmpegAudioRenderer({ scratchDirectory: scratch.path, searchPath: process.env['PATH'] ?? '' });
  const close = async (): Promise<void> => {
    await renderer.close();
    scratch.remove();
  };
  return { renderer, close };
});
