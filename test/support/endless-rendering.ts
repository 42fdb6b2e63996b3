import { ffmpegAudioRenderer } from '@backline/audio';
import { RENDITIONS } from '@backline/core/catalog';
import { instant } from '@backline/core/kernel';

/** Run by itself, to be killed: renders ten hours of silence. */
const [scratchDirectory = '', searchPath = ''] = process.argv.slice(2);
const durationMs = 36_000_000;
const samples = durationMs * 8;
const header = Buffer.alloc(44);
header.write('RIFF', 0);
header.writeUInt32LE(samples + 36, 4);
header.write('WAVEfmt ', 8);
header.writeUInt32LE(16, 16);
header.writeUInt16LE(1, 20);
header.writeUInt16LE(1, 22);
header.writeUInt32LE(8_000, 24);
header.writeUInt32LE(8_000, 28);
header.writeUInt16LE(1, 32);
header.writeUInt16LE(8, 34);
header.write('data', 36);
header.writeUInt32LE(samples, 40);

await ffmpegAudioRenderer({ scratchDirectory, searchPath }).render(
  {
    contentType: 'audio/wav',
    durationMs,
    source: {
      sizeBytes: header.length + samples,
      modifiedAt: instant(0),
      digest: 'digest',
      send: async (_, sink) => {
        await sink.write(header);
        for (let at = 0; at < samples; at += 1_000_000) await sink.write(Buffer.alloc(1_000_000, 0x80));
      },
      close: async () => undefined,
    },
  },
  { ...RENDITIONS['opus-160'], startMs: 0 },
  async () => 'go-on',
);
