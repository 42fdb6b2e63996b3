import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { StoredMedia } from '@backline/core/catalog';
import { type Instant, invariant } from '@backline/core/kernel';
import { translate } from './failures.ts';

export type StoredObject = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly objectKey: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Instant;
};

/** Each range is a request of its own. */
export const objectSource = (
  { client, bucket, objectKey, digest, sizeBytes, modifiedAt }: StoredObject,
  link: NonNullable<StoredMedia['link']>,
): StoredMedia => {
  let isOpen = true;
  return {
    sizeBytes,
    modifiedAt,
    digest,
    link,
    send: async ({ start, end }, sink) => {
      invariant(isOpen, 'a byte source was read after it was closed');
      invariant(0 <= start && start <= end && end < sizeBytes, 'a range outside its bytes');
      const body = await openRange({ client, bucket, objectKey }, `bytes=${start}-${end}`);
      let left = end - start + 1;
      for await (const chunk of read(body)) {
        await sink.write(chunk);
        left -= chunk.length;
      }
      if (left !== 0) throw translate(new Error(`${left} bytes of ${objectKey} did not come`));
    },
    close: async () => {
      isOpen = false;
    },
  };
};

export const wholeObject = async function* (
  object: Pick<StoredObject, 'client' | 'bucket' | 'objectKey'>,
): AsyncGenerator<Uint8Array> {
  yield* read(await openRange(object));
};

const openRange = async (
  { client, bucket, objectKey }: Pick<StoredObject, 'client' | 'bucket' | 'objectKey'>,
  range?: string,
): Promise<Readable> => {
  try {
    const { Body: body } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: objectKey, ...(range === undefined ? {} : { Range: range }) }),
    );
    invariant(body !== undefined, 'an object has a body');
    // In Node it is a Readable; the type is that of all runtimes.
    return body as Readable;
  } catch (error) {
    throw translate(error);
  }
};

/** As it comes; whoever stops taking ends the request. */
const read = async function* (body: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw translate(error);
  } finally {
    body.destroy();
  }
};
