import { ffmpegAudioRenderer } from '@backline/audio';
import { describeWithFfmpeg } from '../support/ffmpeg.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { type OpenAudioRenderer, audioRendererSuite } from '../suites/audio-renderer.ts';

const open = async (): Promise<OpenAudioRenderer> => {
  const scratch = scratchDirectory();
  const renderer = ffmpegAudioRenderer({ scratchDirectory: scratch.path, searchPath: process.env['PATH'] ?? '' });
  const close = async (): Promise<void> => {
    await renderer.close();
    scratch.remove();
  };
  return { renderer, close };
};

describeWithFfmpeg('confined', () => audioRendererSuite('ffmpeg', open));
