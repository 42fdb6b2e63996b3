export const ALGORITHM = 'HS256';
/** RFC 9068, 2.1: what keeps another kind of JWT from passing for an access token. */
export const TOKEN_TYPE = 'at+jwt';

/**
 * The key that a token names, if its header is one of ours to the letter: any further parameter (`crit`, `jku`,
 * `jwk`, …) asks for something that this platform never does. Says nothing of the signature.
 */
export const keyIdOf = (token: string): string | null => {
  const header = parsed(token.slice(0, token.indexOf('.')));
  if (typeof header !== 'object' || header === null) return null;
  const { alg, typ, kid, ...others }: Readonly<Record<string, unknown>> = { ...header };
  const isOurs = alg === ALGORITHM && typ === TOKEN_TYPE && Object.keys(others).length === 0;
  return isOurs && typeof kid === 'string' ? kid : null;
};

/** Decoded as jsonwebtoken decodes it (Latin-1), so that both see the same header. */
const parsed = (segment: string): unknown => {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString('latin1'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};
