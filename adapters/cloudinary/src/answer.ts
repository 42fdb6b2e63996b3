/** Cloudinary answered, but not what its description promises. */
export class MisshapenAnswer extends Error {
  override readonly name = 'MisshapenAnswer';

  constructor(at: string) {
    super(`Cloudinary's answer is not what it should be at ${at}`);
  }
}

/** Cloudinary understood, and will not. */
export class RefusedByCloudinary extends Error {
  override readonly name = 'RefusedByCloudinary';
}

const MOST_BYTES = 64 * 1024;

/** @throws RefusedByCloudinary for an answer that is an error, with what it says */
export const jsonOf = async (response: Response): Promise<unknown> => {
  const text = await textOf(response);
  if (!response.ok) throw new RefusedByCloudinary(`${response.status}: ${text.slice(0, 200)}`);
  try {
    return JSON.parse(text);
  } catch {
    throw new MisshapenAnswer('the body');
  }
};

/** However much comes, no more than that is held. */
const textOf = async ({ body }: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new MisshapenAnswer('its length');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;

/** That it is the picture that was uploaded, and is delivered by that host. */
export const checkUploaded = (answer: unknown, publicId: string, host: string): void => {
  if (member(answer, 'public_id') !== publicId) throw new MisshapenAnswer('public_id');
  const address = member(answer, 'secure_url');
  if (typeof address !== 'string' || !URL.canParse(address) || new URL(address).host !== host)
    throw new MisshapenAnswer('secure_url');
};

/** Whether it is gone, which it also is when it was never there. */
export const isGone = (answer: unknown): boolean => {
  const result = member(answer, 'result');
  return result === 'ok' || result === 'not found';
};
