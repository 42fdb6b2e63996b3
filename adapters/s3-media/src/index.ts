export { type S3MediaOptions, type S3MediaStore, s3MediaStore } from './s3-media.ts';
