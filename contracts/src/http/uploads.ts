import { formed, headerFields, line, object, optional } from './fields.ts';
import { problem, route } from './route.ts';

export const UploadId = formed('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', 36, 'the id of an upload', {
  description: 'The end of the Location of POST /uploads.',
});

const params = object({ uploadId: UploadId });

const text = optional(line(0, 4_096));

const VERSION = { 'tus-resumable': text };
const PIECE = { 'upload-offset': text, 'upload-checksum': text };

const PIECE_TYPE = { contentType: 'application/offset+octet-stream' } as const;

const TOLD = ['Tus-Resumable', 'Upload-Offset', 'Upload-Expires'] as const;

const refused = { 404: problem, 410: problem, 412: problem } as const;

const PIECE_REFUSALS = { 409: problem, 413: problem, 460: problem, 507: problem } as const;

export const getUploadCapabilities = route({
  method: 'options',
  path: '/uploads',
  summary: 'Which parts of tus 1.0 there are for uploads that can be resumed',
  tag: 'Tracks',
  auth: 'public',
  responses: {
    204: {
      carries: 'nothing',
      headers: ['Tus-Version', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Checksum-Algorithm'],
    },
  },
});

export const beginUpload = route({
  method: 'post',
  path: '/uploads',
  summary: 'Begins an upload, by tus 1.0, that POST /tracks finishes; its first piece may be sent along',
  tag: 'Tracks',
  auth: 'artist',
  headers: headerFields({ ...VERSION, 'upload-length': text, 'upload-metadata': text, 'upload-checksum': text }),
  streamedBody: PIECE_TYPE,
  responses: {
    201: { carries: 'nothing', headers: ['Location', ...TOLD] },
    412: problem,
    ...PIECE_REFUSALS,
  },
});

export const lookAtUpload = route({
  method: 'head',
  path: '/uploads/:uploadId',
  summary: 'How much of an upload has come',
  tag: 'Tracks',
  auth: 'artist',
  params,
  headers: headerFields(VERSION),
  responses: {
    200: { carries: 'nothing', headers: ['Cache-Control', 'Upload-Length', 'Upload-Metadata', ...TOLD] },
    ...refused,
  },
});

export const resumeUpload = route({
  method: 'patch',
  path: '/uploads/:uploadId',
  summary: 'The next piece of an upload; once it is answered it is on the disk',
  tag: 'Tracks',
  auth: 'artist',
  params,
  headers: headerFields({ ...VERSION, ...PIECE }),
  streamedBody: PIECE_TYPE,
  responses: { 204: { carries: 'nothing', headers: TOLD }, ...refused, ...PIECE_REFUSALS },
});

export const abandonUpload = route({
  method: 'delete',
  path: '/uploads/:uploadId',
  summary: 'Gives up an upload',
  tag: 'Tracks',
  auth: 'artist',
  params,
  headers: headerFields(VERSION),
  responses: { 204: { carries: 'nothing', headers: ['Tus-Resumable'] }, ...refused },
});
