export {
  INSPECTION_LIMITS,
  type InspectionLimits,
  type MusicMetadataInspector,
  musicMetadataInspector,
} from './inspector.ts';
export { type RenderLimits } from './render-limits.ts';
export { type FfmpegOptions, type FfmpegRenderer, ffmpegAudioRenderer } from './renderer.ts';
