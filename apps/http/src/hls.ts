import type { SegmentedStream } from '@backline/core/playback';

/** RFC 6381 names of the codecs; a player passes by what it cannot play. */
const CODECS: { readonly [codec: string]: string } = { AAC: 'mp4a.40.2', Opus: 'opus' };

const PREFACE = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];

const bitsPerSecond = (bytes: number, durationMs: number): number => Math.ceil((bytes * 8_000) / durationMs);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** RFC 8216, 4.3.4.2. Links are relative to `/tracks/{trackId}/`. */
export const multivariantPlaylist = (streams: readonly SegmentedStream[], token: string): string =>
  lines([
    ...PREFACE,
    ...streams.flatMap(({ form, codec, segments: { sizesBytes, durationsMs } }) => {
      const peak = sizesBytes.reduce((most, size, at) => Math.max(most, bitsPerSecond(size, durationsMs[at] ?? 1)), 0);
      const average = bitsPerSecond(sum(sizesBytes), sum(durationsMs));
      const codecs = CODECS[codec] === undefined ? '' : `,CODECS="${CODECS[codec]}"`;
      return [
        `#EXT-X-STREAM-INF:BANDWIDTH=${peak},AVERAGE-BANDWIDTH=${average}${codecs}`,
        `playlists/${form}.m3u8?token=${token}`,
      ];
    }),
  ]);

/** RFC 8216, 4.3.3. Links are relative to `/tracks/{trackId}/playlists/`. */
export const mediaPlaylist = ({ form, segments }: SegmentedStream, token: string): string => {
  const { initBytes, startsAt, sizesBytes, durationsMs } = segments;
  const uri = `../segments/${form}.mp4?token=${token}`;
  const longestMs = durationsMs.reduce((longest, durationMs) => Math.max(longest, durationMs), 0);
  let at = startsAt;
  return lines([
    ...PREFACE,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.round(longestMs / 1_000))}`,
    `#EXT-X-MAP:URI="${uri}",BYTERANGE="${initBytes}@0"`,
    ...sizesBytes.flatMap((size, index) => {
      const range = `#EXT-X-BYTERANGE:${size}@${at}`;
      at += size;
      return [`#EXTINF:${((durationsMs[index] ?? 0) / 1_000).toFixed(3)},`, range, uri];
    }),
    '#EXT-X-ENDLIST',
  ]);
};

const lines = (texts: readonly string[]): string => `${texts.join('\n')}\n`;
