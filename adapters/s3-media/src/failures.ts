import { S3ServiceException } from '@aws-sdk/client-s3';
import { Unavailable } from '@backline/core/kernel';

const ABSENT = new Set(['NoSuchKey', 'NotFound']);
const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'EntityTooLarge']);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

export const isAbsent = (error: unknown): boolean => ABSENT.has(nameOf(error));

export const isFull = (error: unknown): boolean => FULL.has(nameOf(error));

/** What the store itself refuses is said as it is; no answer, or none of use, is that the storage is away. */
export const translate = (error: unknown): unknown =>
  error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 500) < 500
    ? error
    : new Unavailable('storage', { cause: error });
