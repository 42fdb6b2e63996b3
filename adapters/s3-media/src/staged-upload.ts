import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { isFull, translate } from './failures.ts';

/** S3 takes no smaller parts but the last; so much of an upload is in memory, and once more where a part is on its way. */
const PART_BYTES = 5 * 1024 * 1024;

export type Written = { readonly sizeBytes: number; /** Lower-case hex. */ readonly sha256: string };

type Target = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly objectKey: string;
  readonly metadata: Readonly<Record<string, string>>;
};

/** Null when there are more than `maxBytes`; then, and when the source throws, which is passed on, nothing is left. */
export const writeStaged = async (
  { client, bucket, objectKey, metadata }: Target,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Written | null> => {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let broken: { readonly by: unknown } | null = null;
  const tooMany = new Error('more bytes than may be');

  const counted = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        sizeBytes += chunk.length;
        if (sizeBytes > maxBytes) throw tooMany;
        hash.update(chunk);
        // The source may use its buffer again.
        yield Uint8Array.from(chunk);
      }
    } catch (thrown) {
      broken = { by: thrown };
      throw thrown;
    }
  };

  const upload = new Upload({
    client,
    params: {
      Bucket: bucket,
      Key: objectKey,
      Body: Readable.from(counted(), { objectMode: false }),
      Metadata: metadata,
    },
    partSize: PART_BYTES,
    queueSize: 1,
  });
  try {
    await upload.done();
  } catch (thrown) {
    if (broken === null) throw isFull(thrown) ? thrown : translate(thrown);
    const { by } = broken as { readonly by: unknown };
    if (by === tooMany) return null;
    throw by;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
};
