export { memoryAudioInspector } from './audio-inspector.ts';
export { memoryAudioRenderer } from './audio-renderer.ts';
export * from './auth.ts';
export * from './clock.ts';
export * from './media.ts';
export { type MemoryPorts, memoryPorts } from './memory-ports.ts';
export { type MemoryPayees, memoryPayees } from './payees.ts';
export { type MemoryUploads, memoryUploads } from './uploads.ts';
export { type MemoryPayments, type SignedEvent, memoryPayments } from './payments.ts';
