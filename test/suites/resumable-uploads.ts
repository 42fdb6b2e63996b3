import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { ResumableUploads, UploadId } from '@backline/core/catalog';
import { err } from '@backline/core/kernel';
import { randomBytes } from '../support/audio-fixtures.ts';

export type OpenResumableUploads = {
  readonly uploads: ResumableUploads;
  /** Begins an upload of that many bytes, and sends what there is of it; its id. */
  readonly receive: (artistId: UserId, bytes: Uint8Array, sizeBytes: number) => Promise<UploadId>;
  readonly close: () => Promise<void>;
};

const [ADA, BEN] = [1 as UserId, 12 as UserId];
const SONG = randomBytes(300_001, 1);

/** What all ResumableUploads promise. */
export const resumableUploadsSuite = (adapter: string, open: () => Promise<OpenResumableUploads>): void => {
  describe(`ResumableUploads on ${adapter}`, () => {
    let at: OpenResumableUploads;
    beforeEach(async () => {
      at = await open();
    });
    afterEach(() => at.close());

    const read = async (artistId: UserId, id: UploadId): Promise<Uint8Array | string> => {
      const upload = await at.uploads.finished(artistId, id);
      if (!upload.ok) return upload.error.code;
      const chunks: Uint8Array[] = [];
      for await (const chunk of upload.value.read()) chunks.push(chunk);
      expect(upload.value.sizeBytes).toBe(SONG.length);
      return Buffer.concat(chunks);
    };

    test('gives what was sent, as often as it is asked for', async () => {
      const id = await at.receive(ADA, SONG, SONG.length);
      expect(await read(ADA, id)).toEqual(Buffer.from(SONG));
      expect(await read(ADA, id)).toEqual(Buffer.from(SONG));
    });

    test('says how much of it has come', async () => {
      const id = await at.receive(ADA, SONG.subarray(0, 1_000), SONG.length);
      expect(await at.uploads.finished(ADA, id)).toEqual(
        err({ code: 'upload_unfinished', receivedBytes: 1_000, sizeBytes: SONG.length }),
      );
    });

    test('nobody finds another’s, or what is none', async () => {
      const id = await at.receive(ADA, SONG, SONG.length);
      expect(await read(BEN, id)).toBe('upload_not_found');
      await at.uploads.remove(BEN, id);
      await at.uploads.removeAllOf(BEN);
      expect(await read(ADA, id)).toEqual(Buffer.from(SONG));
      expect(await read(ADA, randomUUID() as UploadId)).toBe('upload_not_found');
      expect(await read(ADA, '../1' as UploadId)).toBe('upload_not_found');
    });

    test('removes one, or all of an artist, also what is not there', async () => {
      const [one, two, other] = [
        await at.receive(ADA, SONG, SONG.length),
        await at.receive(ADA, SONG.subarray(1), SONG.length),
        await at.receive(BEN, SONG, SONG.length),
      ];
      await at.uploads.remove(ADA, one);
      await at.uploads.remove(ADA, one);
      expect(await read(ADA, one)).toBe('upload_not_found');
      expect(await read(ADA, two)).toBe('upload_unfinished');
      await at.uploads.removeAllOf(ADA);
      expect(await read(ADA, two)).toBe('upload_not_found');
      expect(await read(BEN, other)).toEqual(Buffer.from(SONG));
    });

    test('can be read to its end while it is removed', async () => {
      const id = await at.receive(ADA, SONG, SONG.length);
      const upload = await at.uploads.finished(ADA, id);
      if (!upload.ok) throw new Error(upload.error.code);
      let length = 0;
      for await (const chunk of upload.value.read()) {
        await at.uploads.remove(ADA, id);
        length += chunk.length;
      }
      expect(length).toBe(SONG.length);
    });
  });
};
