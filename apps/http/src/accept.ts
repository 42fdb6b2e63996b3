/** What players call a type that has another name here. */
const ALSO: { readonly [type: string]: readonly string[] } = {
  'audio/mp4': ['audio/aac', 'audio/m4a', 'audio/x-m4a', 'audio/mp4a-latm'],
  'audio/ogg': ['audio/opus', 'application/ogg', 'audio/vorbis'],
  'audio/mpeg': ['audio/mp3'],
  'audio/wav': ['audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
  'audio/flac': ['audio/x-flac'],
  'audio/aac': ['audio/aacp', 'audio/x-aac'],
};

type Range = { readonly type: string; readonly q: number };

/** RFC 9110, 12.5.1; parameters but `q` are not looked at, and what cannot be understood says nothing. */
const rangesOf = (header: string): readonly Range[] =>
  header.split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const q = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    return /^[!-~]+\/[!-~]+$/.test(type) && q >= 0 && q <= 1 ? [{ type, q }] : [];
  });

/** How gladly the sender of the header takes a type, from 0 (not at all) to 1; the nearest of its ranges decides. */
export const acceptance = (header: string | undefined): ((contentType: string) => number) => {
  const ranges = rangesOf(header ?? '');
  if (ranges.length === 0) return () => 1;
  const qOf = (type: string): number | undefined => ranges.find((range) => range.type === type)?.q;
  return (contentType) => {
    const named = [contentType, ...(ALSO[contentType] ?? [])].flatMap((type) => qOf(type) ?? []);
    if (named.length > 0) return Math.max(...named);
    return qOf(contentType.replace(/\/.*$/, '/*')) ?? qOf('*/*') ?? 0;
  };
};
