import type { UserId } from '@backline/core/accounts';
import type { ResumableUploads, UploadId } from '@backline/core/catalog';
import { err, ok } from '@backline/core/kernel';

type Held = {
  readonly artistId: UserId;
  readonly id: UploadId;
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
};

export type MemoryUploads = ResumableUploads & {
  /** What has come of an upload so far. */
  readonly receive: (upload: Held) => void;
};

/** Uploads whole in this process's memory; they never expire. */
export const memoryUploads = (): MemoryUploads => {
  const uploads = new Map<UploadId, Held>();
  return {
    receive: (upload) => void uploads.set(upload.id, upload),
    finished: async (artistId, id) => {
      const upload = uploads.get(id);
      if (upload === undefined || upload.artistId !== artistId) return err({ code: 'upload_not_found' });
      const { bytes, sizeBytes } = upload;
      if (bytes.length < sizeBytes) return err({ code: 'upload_unfinished', receivedBytes: bytes.length, sizeBytes });
      return ok({
        sizeBytes,
        read: async function* () {
          yield bytes;
        },
      });
    },
    remove: async (artistId, id) => {
      if (uploads.get(id)?.artistId === artistId) uploads.delete(id);
    },
    removeAllOf: async (artistId) => {
      for (const [id, upload] of uploads) if (upload.artistId === artistId) uploads.delete(id);
    },
  };
};
