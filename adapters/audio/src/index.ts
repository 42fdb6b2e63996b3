export {
  INSPECTION_LIMITS,
  type InspectionLimits,
  type MusicMetadataInspector,
  musicMetadataInspector,
} from './inspector.ts';
