import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import type { UploadId } from '@backline/core/catalog';
import { DAY_MS, err } from '@backline/core/kernel';
import { type SteppingClock, memoryUploads, steppingClock } from '@backline/memory';
import { type TusUploads, UPLOAD_LIMITS, tusUploads } from '@backline/tus-uploads';
import { type Scratch, filesBelow, scratchDirectory } from '../support/scratch.ts';
import { NOW } from '../suites/samples.ts';
import { resumableUploadsSuite } from '../suites/resumable-uploads.ts';

const TUS = { 'Tus-Resumable': '1.0.0' };
const ADA = 1 as UserId;

const on = (directory: string, clock: SteppingClock): TusUploads =>
  tusUploads({ directory, clock, path: '/uploads', limits: { ...UPLOAD_LIMITS, maxBytes: 400_000 } });

const request = (method: string, path: string, headers: Record<string, string>, body: Uint8Array | null = null) =>
  new Request(`http://localhost${path}`, {
    method,
    headers: { ...TUS, ...headers, ...(body === null ? {} : { 'Content-Length': String(body.length) }) },
    body: body === null ? null : new Uint8Array(body),
  });

const begin = async (uploads: TusUploads, artistId: UserId, sizeBytes: number): Promise<UploadId> => {
  const begun = await uploads.answer(request('POST', '/uploads', { 'Upload-Length': String(sizeBytes) }), artistId);
  if (!begun.ok) throw new Error(begun.error.refusal.code);
  return begun.value.headers['location']!.split('/').at(-1)! as UploadId;
};

const send = (uploads: TusUploads, artistId: UserId, id: string, bytes: Uint8Array, offset = 0, headers = {}) =>
  uploads.answer(
    request(
      'PATCH',
      `/uploads/${id}`,
      { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream', ...headers },
      bytes,
    ),
    artistId,
  );

resumableUploadsSuite('memory', async () => {
  const uploads = memoryUploads();
  return {
    uploads,
    receive: async (artistId, bytes, sizeBytes) => {
      const id = randomUUID() as UploadId;
      uploads.receive({ artistId, id, bytes, sizeBytes });
      return id;
    },
    close: async () => undefined,
  };
});

resumableUploadsSuite('tus', async () => {
  const scratch = scratchDirectory();
  const uploads = on(scratch.path, steppingClock(NOW));
  return {
    uploads,
    receive: async (artistId, bytes, sizeBytes) => {
      const id = await begin(uploads, artistId, sizeBytes);
      expect(await send(uploads, artistId, id, bytes)).toMatchObject({ ok: true });
      return id;
    },
    close: async () => scratch.remove(),
  };
});

describe('uploads by tus', () => {
  let scratch: Scratch;
  let clock: SteppingClock;
  let uploads: TusUploads;
  beforeEach(() => {
    scratch = scratchDirectory();
    clock = steppingClock(NOW);
    uploads = on(scratch.path, clock);
  });
  afterEach(() => scratch.remove());

  const bytes = Buffer.alloc(1_000, 7);

  test('expire for whoever sends, looks or publishes, and are swept', async () => {
    const [old, done] = [await begin(uploads, ADA, 2_000), await begin(uploads, ADA, 1_000)];
    expect(await send(uploads, ADA, old, bytes)).toMatchObject({
      value: { headers: { 'Upload-Expires': new Date(NOW + UPLOAD_LIMITS.lifeMs).toUTCString() } },
    });
    await send(uploads, ADA, done, bytes);
    clock.advance(DAY_MS);
    const young = await begin(uploads, ADA, 2_000);
    clock.advance(UPLOAD_LIMITS.lifeMs - DAY_MS + 1);
    expect(await send(uploads, ADA, old, bytes, 1_000)).toMatchObject({ error: { refusal: { code: 'expired' } } });
    expect(await uploads.answer(request('HEAD', `/uploads/${old}`, {}), ADA)).toMatchObject({ ok: false });
    expect(await uploads.finished(ADA, done)).toEqual(err({ code: 'upload_not_found' }));
    expect(await uploads.sweep()).toBe(2);
    expect(await uploads.sweep()).toBe(0);
    expect(filesBelow(scratch.path).length).toBe(2);
    expect(await send(uploads, ADA, young, bytes)).toMatchObject({ ok: true });
  });

  test('of which a crash left only the bytes are swept in time', async () => {
    const id = await begin(uploads, ADA, 2_000);
    const path = join(scratch.path, String(ADA), id);
    rmSync(`${path}.json`);
    expect(await send(uploads, ADA, id, bytes)).toMatchObject({ error: { refusal: { code: 'not_found' } } });
    utimesSync(path, NOW / 1_000, NOW / 1_000);
    expect(await uploads.sweep()).toBe(0);
    clock.advance(UPLOAD_LIMITS.lifeMs + 1_000);
    expect(await uploads.sweep()).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  test('are so many of an artist at most, and so many bytes, also when all are begun at once', async () => {
    const begun = await Promise.allSettled(Array.from({ length: 25 }, () => begin(uploads, ADA, 1_000)));
    expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(UPLOAD_LIMITS.maxUploads);
    await expect(begin(uploads, 2 as UserId, 1_000)).resolves.toBeDefined();
    const small = tusUploads({
      directory: join(scratch.path, 'small'),
      clock,
      path: '/uploads',
      limits: { ...UPLOAD_LIMITS, maxBytes: 2_000, maxBytesOfArtist: 3_000 },
    });
    await begin(small, ADA, 2_000);
    await expect(begin(small, ADA, 1_001)).rejects.toThrow('quota');
    const last = await begin(small, ADA, 1_000);
    await small.remove(ADA, last);
    await begin(small, ADA, 1_000);
  });

  test('go on in another process, from where they are on the disk', async () => {
    const id = await begin(uploads, ADA, 2_000);
    await send(uploads, ADA, id, bytes);
    const another = on(scratch.path, clock);
    expect(await another.answer(request('HEAD', `/uploads/${id}`, {}), ADA)).toMatchObject({
      value: { status: 200, headers: { 'upload-offset': '1000', 'upload-length': '2000' } },
    });
    expect(await send(another, ADA, id, bytes, 1_000)).toMatchObject({
      value: { headers: { 'upload-offset': '2000' } },
    });
    expect(await uploads.finished(ADA, id)).toMatchObject({ ok: true });
    expect(readdirSync(scratch.path)).toEqual(['1']);
  });
});
