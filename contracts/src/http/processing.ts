/** What is done with a track after it was published, in this order. */
export const PROCESSING_STEPS = [
  'loudness',
  'fingerprint',
  'waveform',
  'artwork',
  'preview',
  'opus-160',
  'opus-96',
  'aac-128',
  'segments',
] as const;

export const PROCESSING_FAILURES = ['undecodable', 'too_costly', 'too_large', 'gave_up'] as const;
