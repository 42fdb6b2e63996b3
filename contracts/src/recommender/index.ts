export { jsonValidator } from '../http/validation.ts';
export * from './endpoints.ts';
export * from './training-data.ts';
export * from './wire.ts';
