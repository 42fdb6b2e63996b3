import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { UserId } from '@backline/core/accounts';
import type { ResumableUploads } from '@backline/core/catalog';
import { type Clock, DAY_MS, type Result, err, invariant, ok } from '@backline/core/kernel';
import { Server } from '@tus/server';
import { CHECKSUM_ALGORITHMS, parseChecksum } from './checksum.ts';
import { refusalOf } from './refusals.ts';
import { isUploadId, uploadFiles } from './upload-files.ts';
import type { UploadRefusal } from './upload-fault.ts';
import { type Asking, type UploadLimits, UploadStore } from './upload-store.ts';

export type TusUploadsOptions = {
  /** Made when it is not there. */
  readonly directory: string;
  readonly clock: Clock;
  readonly limits: UploadLimits;
  /** Where clients find uploads; what it answers as `Location` lies below. */
  readonly path: string;
};

export type TusAnswer = { readonly status: number; readonly headers: { readonly [name: string]: string } };

export type TusUploads = ResumableUploads & {
  /** Speaks tus 1.0 with an artist. What the platform cannot help is thrown. */
  readonly answer: (
    request: Request,
    artistId: UserId,
  ) => Promise<Result<TusAnswer, { readonly refusal: UploadRefusal } & TusAnswer>>;
  /** What the protocol says of itself to anyone. */
  readonly capabilities: () => Promise<TusAnswer>;
  /** Removes what expired; how many. */
  readonly sweep: () => Promise<number>;
};

export const UPLOAD_LIMITS = {
  maxUploads: 20,
  maxBytesOfArtist: 2 * 1024 * 1024 * 1024,
  lifeMs: 2 * DAY_MS,
} as const;

/** Of the server's own; about other origins the app decides. */
const PASSED_ON = /^(location|cache-control|tus-.*|upload-.*)$/;

const passedOn = (response: Response): TusAnswer => ({
  status: response.status,
  headers: Object.fromEntries([...response.headers].filter(([name]) => PASSED_ON.test(name))),
});

/** Uploads on one file system, by the protocol's reference server. */
export const tusUploads = ({ directory, clock, limits, path }: TusUploadsOptions): TusUploads => {
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const files = uploadFiles(directory);
  const current = new AsyncLocalStorage<Asking>();
  const asking = (): Asking => {
    const it = current.getStore();
    invariant(it !== undefined, 'nobody asks');
    return it;
  };
  const thrownBy = new WeakMap<Asking, unknown>();
  const server = new Server({
    path,
    datastore: new UploadStore({ files, clock, limits, asking }),
    maxSize: limits.maxBytes,
    namingFunction: () => randomUUID(),
    generateUrl: (_request, { id }) => `${path}/${id}`,
    getFileIdFromRequest: (_request, last = '') => (isUploadId(last) ? last : undefined),
    onResponseError: (_request, thrown) => {
      thrownBy.set(asking(), thrown);
      return undefined;
    },
  });

  const expiry = async (artistId: number, id: string): Promise<TusAnswer['headers']> => {
    const upload = await files.find(artistId, id);
    return upload === null || upload.receivedBytes === upload.sizeBytes
      ? {}
      : { 'Upload-Expires': new Date(upload.createdAt + limits.lifeMs).toUTCString() };
  };

  return {
    answer: async (request, artistId) => {
      const header = request.headers.get('upload-checksum');
      const checksum = header === null ? null : parseChecksum(header);
      if (header !== null && checksum === null)
        return err({ refusal: { code: 'bad_header', field: 'Upload-Checksum' }, status: 400, headers: {} });
      const it: Asking = { artistId, checksum };
      const response = await current.run(it, () => server.handleWeb(request));
      const answered = passedOn(response);
      if (response.status >= 400) {
        const refusal = refusalOf(response.status, await response.text(), thrownBy.get(it));
        return err({ refusal, ...answered });
      }
      const id = (answered.headers['location'] ?? new URL(request.url).pathname).split('/').at(-1) ?? '';
      return ok({ ...answered, headers: { ...answered.headers, ...(await expiry(artistId, id)) } });
    },
    capabilities: async () => {
      const answered = passedOn(await server.handleWeb(new Request('http://localhost/', { method: 'OPTIONS' })));
      return {
        ...answered,
        headers: { ...answered.headers, 'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS.join(',') },
      };
    },
    finished: async (artistId, id) => {
      const upload = isUploadId(id) ? await files.find(artistId, id) : null;
      if (upload === null || clock.now() > upload.createdAt + limits.lifeMs) return err({ code: 'upload_not_found' });
      const { sizeBytes, receivedBytes } = upload;
      if (receivedBytes !== sizeBytes) return err({ code: 'upload_unfinished', receivedBytes, sizeBytes });
      return ok({ sizeBytes, read: () => files.read(artistId, id) });
    },
    remove: (artistId, id) => files.remove(artistId, id),
    removeAllOf: async (artistId) => {
      for (const id of await files.idsOf(artistId)) await files.remove(artistId, id);
    },
    sweep: async () => {
      let swept = 0;
      for (const artistId of await files.artists())
        for (const id of await files.idsOf(artistId)) {
          const begunAt = (await files.find(artistId, id))?.createdAt ?? (await files.touchedAt(artistId, id));
          if (begunAt !== null && clock.now() <= begunAt + limits.lifeMs) continue;
          await files.remove(artistId, id);
          swept += 1;
        }
      return swept;
    },
  };
};
