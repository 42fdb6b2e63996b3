import { randomUUID } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { MediaKey, MediaStore, StoredMedia } from '@backline/core/catalog';
import {
  type Clock,
  DAY_MS,
  HOUR_MS,
  type Instant,
  SECOND_MS,
  before,
  err,
  instant,
  invariant,
  ok,
} from '@backline/core/kernel';
import { isAbsent, isFull, translate } from './failures.ts';
import { type Place, STAGING, keyOf, placeOf, stagingKey } from './layout.ts';
import { objectSource, wholeObject } from './object-source.ts';
import { writeStaged } from './staged-upload.ts';

export type S3MediaOptions = {
  readonly bucket: string;
  readonly region: string;
  /** Of a store other than Amazon's, whose buckets are named in the path; null for Amazon's. */
  readonly endpoint: string | null;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly clock: Clock;
};

export type S3MediaStore = MediaStore & {
  /** Throws where the bucket cannot be reached. */
  readonly check: () => Promise<void>;
  /** Removes what uploads of over a day ago left behind; how many objects. */
  readonly sweep: () => Promise<number>;
  readonly close: () => Promise<void>;
};

/** Longer than a song, and than a pause in it. */
const LINK_MS = 6 * HOUR_MS;
const LEFTOVER_AGE_MS = DAY_MS;
/** By the platform's clock, in milliseconds; S3's own time is of the upload, to the second. */
const KEPT_AT = 'kept-at';

const CONNECT_MS = 3_000;
const SILENCE_MS = 20_000;

/**
 * Media in a bucket of S3, or of a store that speaks its protocol: `staging/` for uploads that belong to nothing yet,
 * `masters/` and `derived/`. What is removed while it is read can be read no further, but for ranges on their way.
 */
export const s3MediaStore = ({ bucket, clock, ...options }: S3MediaOptions): S3MediaStore => {
  const client = clientOf(options);
  const now = (): Record<string, string> => ({ [KEPT_AT]: String(clock.now()) });

  const remove = async (objectKey: string): Promise<void> => {
    try {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: objectKey }));
    } catch (error) {
      throw translate(error);
    }
  };

  const look = async (objectKey: string): Promise<{ sizeBytes: number; modifiedAt: Instant } | null> => {
    try {
      const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: objectKey }));
      const keptAt = Number(found.Metadata?.[KEPT_AT] ?? Number.NaN);
      const modifiedAt = Number.isSafeInteger(keptAt) ? keptAt : (found.LastModified?.getTime() ?? 0);
      return { sizeBytes: found.ContentLength ?? 0, modifiedAt: instant(modifiedAt) };
    } catch (error) {
      if (isAbsent(error)) return null;
      throw translate(error);
    }
  };

  const linkTo =
    ({ objectKey }: Place): NonNullable<StoredMedia['link']> =>
    ({ contentType, fileName }) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket: bucket,
          Key: objectKey,
          ResponseContentType: contentType,
          ResponseContentDisposition: `inline; filename="${fileName}"`,
          ResponseCacheControl: 'private, no-transform',
        }),
        { expiresIn: LINK_MS / SECOND_MS },
      );

  return {
    stage: async (bytes, { maxBytes }) => {
      const id = randomUUID();
      const objectKey = stagingKey(id);
      try {
        const written = await writeStaged({ client, bucket, objectKey, metadata: now() }, bytes, maxBytes);
        if (written === null) return err({ code: 'media_too_large', maxBytes });
        return ok({ id, ...written, read: () => wholeObject({ client, bucket, objectKey }) });
      } catch (error) {
        if (isFull(error)) return err({ code: 'storage_full' });
        throw error;
      }
    },
    keyOf,
    keep: async (staged, role) => {
      const key = keyOf(staged, role);
      const place = placeOf(key);
      invariant(place !== null, 'a key that leads nowhere');
      const from = stagingKey(staged.id);
      try {
        const copied = { Bucket: bucket, Key: place.objectKey, CopySource: `${bucket}/${from}` };
        await client.send(new CopyObjectCommand({ ...copied, Metadata: now(), MetadataDirective: 'REPLACE' }));
      } catch (error) {
        throw translate(error);
      }
      await remove(from);
      return key;
    },
    discard: (staged) => remove(stagingKey(staged.id)),
    open: async (key) => {
      const place = placeOf(key);
      const found = place === null ? null : await look(place.objectKey);
      return place === null || found === null
        ? null
        : objectSource({ client, bucket, ...place, ...found }, linkTo(place));
    },
    remove: async (key: MediaKey) => {
      const place = placeOf(key);
      if (place !== null) await remove(place.objectKey);
    },
    check: async () => {
      await client.send(new HeadBucketCommand({ Bucket: bucket }));
    },
    sweep: async () => {
      const oldest = before(clock.now(), LEFTOVER_AGE_MS);
      let swept = 0;
      for (const objectKey of await keysBelow(client, bucket, STAGING)) {
        const found = await look(objectKey);
        if (found === null || found.modifiedAt >= oldest) continue;
        await remove(objectKey);
        swept += 1;
      }
      return swept;
    },
    close: async () => client.destroy(),
  };
};

const clientOf = ({ region, endpoint, accessKeyId, secretAccessKey }: Omit<S3MediaOptions, 'bucket' | 'clock'>) =>
  new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    // Stores that speak S3 know these seldom; the key of what is kept is its SHA-256.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: SILENCE_MS },
  });

/** Of no order; as many as there are. */
const keysBelow = async (client: S3Client, bucket: string, prefix: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = { Bucket: bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) };
    const found = await client.send(new ListObjectsV2Command(page));
    keys.push(...(found.Contents ?? []).flatMap(({ Key: key }) => key ?? []));
    token = found.NextContinuationToken;
  } while (token !== undefined);
  return keys;
};
