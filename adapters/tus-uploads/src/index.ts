export { type TusAnswer, type TusUploads, type TusUploadsOptions, UPLOAD_LIMITS, tusUploads } from './tus-uploads.ts';
export type { UploadRefusal } from './upload-fault.ts';
export type { UploadLimits } from './upload-store.ts';
