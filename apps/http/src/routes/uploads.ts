import { Readable } from 'node:stream';
import {
  abandonUpload,
  beginUpload,
  getUploadCapabilities,
  lookAtUpload,
  resumeUpload,
} from '@backline/contracts/http';
import type { Claims } from '@backline/core/accounts';
import type { Context } from 'koa';
import type { ServeRaw } from '../bind.ts';
import type { AppDependencies } from '../dependencies.ts';
import { connectionHeaders } from '../multipart.ts';
import { Refusal } from '../problem.ts';
import type { UploadRefusal } from '../upload-desk.ts';

/** tus 1.0: its server speaks, and this app says who may, and words what is refused. */
export const uploadRoutes = (serveRaw: ServeRaw, { uploads }: Pick<AppDependencies, 'uploads'>): void => {
  const answer = async (_input: unknown, ctx: Context, { userId }: Claims): Promise<void> => {
    const answered = await uploads.answer(requestOf(ctx), userId);
    if (!answered.ok) {
      const { refusal, headers } = answered.error;
      throw refusalOf(refusal, { ...headers, ...connectionHeaders(ctx.req) });
    }
    ctx.status = answered.value.status;
    ctx.set(answered.value.headers);
  };
  serveRaw(beginUpload, answer);
  serveRaw(lookAtUpload, answer);
  serveRaw(resumeUpload, answer);
  serveRaw(abandonUpload, answer);
  serveRaw(getUploadCapabilities, async (_input, ctx) => {
    const { status, headers } = await uploads.capabilities();
    ctx.status = status;
    ctx.set(headers);
  });
};

const WITH_BODY = ['POST', 'PATCH'];

const requestOf = ({ req, method, path }: Context): Request => {
  const headers = Object.entries(req.headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const body = WITH_BODY.includes(method) ? Readable.toWeb(req) : null;
  return new Request(`http://localhost${path}`, { method, headers, body, duplex: 'half' });
};

const WORDS: {
  readonly [Code in Exclude<UploadRefusal['code'], 'bad_header'>]: readonly [
    status: number,
    type: string,
    title: string,
    detail: string,
  ];
} = {
  wrong_version: [412, 'tus-version', 'Another version of tus', 'The header Tus-Resumable must be 1.0.0.'],
  not_found: [404, 'not-found', 'There is no such upload', 'You have no upload of this id.'],
  expired: [410, 'upload-expired', 'The upload has expired', 'It was not finished in time; begin it again.'],
  offset_conflict: [
    409,
    'upload-offset',
    'The piece does not go on where the upload ends',
    'Upload-Offset must be what HEAD tells of the upload.',
  ],
  too_large: [
    413,
    'too-large',
    'The upload is too large',
    'It is longer than Upload-Length said, or than may be taken.',
  ],
  wrong_checksum: [
    460,
    'wrong-checksum',
    'The piece was damaged',
    'It is not what Upload-Checksum says; send it again.',
  ],
  quota: [
    507,
    'upload-quota',
    'Too much is under way',
    'Your uploads that are not published yet take all the room they may; finish or delete some.',
  ],
  storage_full: [507, 'storage-full', 'No room is left', 'There is no room for the piece; send it again later.'],
  interrupted: [
    409,
    'upload-interrupted',
    'The upload was interrupted',
    'Ask by HEAD how much has come, and go on there.',
  ],
};

const refusalOf = (refusal: UploadRefusal, headers: { readonly [name: string]: string }): Refusal => {
  if (refusal.code !== 'bad_header') return new Refusal(...WORDS[refusal.code], { headers });
  const errors = [{ field: refusal.field, message: 'must be as tus 1.0 says' }];
  return new Refusal(
    400,
    'invalid-input',
    'The request is not as the contract says',
    `${refusal.field} must be as tus 1.0 says`,
    { headers, errors },
  );
};
