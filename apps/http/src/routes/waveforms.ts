import { createHash } from 'node:crypto';
import { getWaveform } from '@backline/contracts/http';
import type { Peaks, TrackId } from '@backline/core/catalog';
import { acceptance } from '../accept.ts';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { problem } from '../refusal.ts';
import { waveformPicture } from '../waveform-picture.ts';

/** Peaks as they are printed: more digits than a picture can show. */
const PLACES = 4;

export const waveformRoutes = (serve: Serve, { readers }: Pick<Dependencies, 'readers'>): void => {
  serve(getWaveform, async ({ params, headers }, reply) => {
    const trackId = params.trackId as TrackId;
    const peaks = await readers.catalog.waveform(trackId);
    if (peaks === null) {
      const isThere = (await readers.catalog.playable(trackId)) !== null;
      const refused = isThere
        ? problem(404, 'not-made-yet', 'There is none yet', 'The waveform is drawn after the upload; try later.')
        : problem(404, 'not-found', 'There is no such track', 'There is no track with this id.');
      return reply(refused.status, refused.body, isThere ? { 'Retry-After': '5' } : {});
    }

    const asPicture = prefersPicture(headers.accept);
    const known = { ETag: etagOf(peaks, asPicture), Vary: 'Accept', 'Cache-Control': 'public, max-age=300' };
    if (headers['if-none-match'] === known.ETag) return reply(304, null, known);
    if (asPicture) return reply(200, waveformPicture(peaks), { ...known, 'Content-Type': 'image/png' });
    return reply(200, { peaks: peaks.map((peak) => Number(peak.toFixed(PLACES))) }, known);
  });
};

const prefersPicture = (accept: string | undefined): boolean => {
  const accepts = acceptance(accept);
  return accepts('image/png') > accepts('application/json');
};

const etagOf = (peaks: Peaks, asPicture: boolean): string =>
  `"${createHash('sha256').update(Float64Array.from(peaks)).digest('hex')}${asPicture ? '-png' : ''}"`;
