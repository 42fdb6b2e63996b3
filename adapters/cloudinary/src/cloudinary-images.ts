import type { ImageRef, ImageSize, ImageStore } from '@backline/core/accounts';
import { type Clock, SECOND_MS, Unavailable, err, invariant, ok } from '@backline/core/kernel';
import { checkUploaded, isGone, jsonOf } from './answer.ts';
import { type CircuitTimes, type CloudinaryCircuit, cloudinaryCircuit } from './circuit.ts';

export type CloudinaryAccount = { readonly cloudName: string; readonly apiKey: string; readonly apiSecret: string };

export type CloudinaryOptions = CloudinaryAccount & {
  /** Where pictures are put at first, and stay while Cloudinary is away. */
  readonly local: ImageStore;
  /** Another host than Cloudinary's, which then also delivers; null for Cloudinary's own. */
  readonly apiBase: string | null;
  readonly clock: Clock;
  readonly warn: (message: string, detail: object) => void;
  readonly times?: Partial<CircuitTimes>;
};

export type CloudinaryImages = ImageStore & {
  readonly circuit: Pick<CloudinaryCircuit, 'state' | 'calls'>;
  /** Throws where Cloudinary does not answer, or does not take the key. */
  readonly check: () => Promise<void>;
};

const API_BASE = 'https://api.cloudinary.com';
const DELIVERY_BASE = 'https://res.cloudinary.com';
/** design/reliability.md: 15 s. */
const TIMES: CircuitTimes = { callMs: 15 * SECOND_MS, openMs: 30 * SECOND_MS };

/** Of pictures that are at Cloudinary: the id that we gave it there. Another picture never comes under the same one. */
const REF = /^cloudinary:([A-Za-z0-9_-]{1,100})$/;

/**
 * Pictures at Cloudinary, by signed uploads under ids that follow from where they were put at first: however often one is
 * uploaded, it is there once. The SDK signs and writes addresses; requests are our own, since the SDK's can neither be
 * given up nor bounded, and are http or https for a whole process.
 */
export const cloudinaryImages = async (options: CloudinaryOptions): Promise<CloudinaryImages> => {
  const { local, cloudName, apiKey, apiSecret, clock, warn } = options;
  // Read from the environment when it is loaded, and refused there where it makes no sense: only after our configuration was.
  const { v2: sdk } = await import('cloudinary');
  const circuit = cloudinaryCircuit({ ...TIMES, ...options.times });
  const apiBase = options.apiBase ?? API_BASE;
  const deliveryBase = options.apiBase ?? DELIVERY_BASE;
  const folder = 'backline';

  const call = (
    action: 'upload' | 'destroy',
    params: Readonly<Record<string, string>>,
    file?: Blob,
  ): Promise<unknown> => {
    const signed = { ...params, timestamp: String(Math.floor(clock.now() / SECOND_MS)) };
    const form = new FormData();
    for (const [name, value] of Object.entries(signed)) form.set(name, value);
    form.set('api_key', apiKey);
    form.set('signature', sdk.utils.api_sign_request(signed, apiSecret));
    if (file !== undefined) form.set('file', file, 'picture.webp');
    const url = `${apiBase}/v1_1/${encodeURIComponent(cloudName)}/image/${action}`;
    return circuit.ask(async (signal) =>
      jsonOf(await fetch(url, { method: 'POST', body: form, signal, redirect: 'error' })),
    );
  };

  const upload = async (ref: ImageRef, picture: Blob): Promise<ImageRef> => {
    const id = ref.replace(/\.\w+$/, '');
    invariant(/^[A-Za-z0-9_-]{1,100}$/.test(id), 'not a name that Cloudinary takes');
    const publicId = `${folder}/${id}`;
    const answer = await call('upload', { public_id: publicId, overwrite: 'true', invalidate: 'true' }, picture);
    checkUploaded(answer, publicId, new URL(deliveryBase).host);
    return `cloudinary:${id}` as ImageRef;
  };

  return {
    reserve: local.reserve,
    put: local.put,
    isSettled: (ref) => REF.test(ref),
    settle: async (ref) => {
      if (REF.test(ref)) return ok(ref);
      const picture = await pictureIn(local, ref);
      if (picture === null) return ok(null);
      try {
        return ok(await upload(ref, picture));
      } catch (thrown) {
        warn('a picture could not be brought to Cloudinary; it stays here until it can', { err: thrown });
        return err({ code: 'images_away' });
      }
    },
    url: (ref, size = 'original') => {
      const [, id] = REF.exec(ref) ?? [];
      if (id === undefined) return local.url(ref, size);
      const address = sdk.url(`${folder}/${id}`, {
        cloud_name: cloudName,
        secure: true,
        force_version: false,
        transformation: [...cropTo(size), { fetch_format: 'auto', quality: 'auto' }],
        urlAnalytics: false,
      });
      return address.replace(DELIVERY_BASE, deliveryBase);
    },
    open: async (ref, size) => (REF.test(ref) ? null : local.open(ref, size)),
    remove: async (ref) => {
      const [, id] = REF.exec(ref) ?? [];
      if (id === undefined) return local.remove(ref);
      const answer = await call('destroy', { public_id: `${folder}/${id}`, invalidate: 'true' }).catch(
        (cause: unknown) => {
          throw new Unavailable('images', { cause });
        },
      );
      if (!isGone(answer)) throw new Unavailable('images', { cause: answer });
    },
    circuit: { state: circuit.state, calls: circuit.calls },
    check: async () => {
      const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
      const url = `${apiBase}/v1_1/${encodeURIComponent(cloudName)}/ping`;
      await circuit.ask(async (signal) =>
        jsonOf(await fetch(url, { headers: { Authorization: authorization }, signal, redirect: 'error' })),
      );
    },
  };
};

const cropTo = (size: ImageSize): readonly object[] =>
  size === 'original' ? [] : [{ width: size, height: size, crop: 'fill' }];

const pictureIn = async (local: ImageStore, ref: ImageRef): Promise<Blob | null> => {
  const source = await local.open(ref);
  if (source === null) return null;
  try {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    await source.send(
      { start: 0, end: source.sizeBytes - 1 },
      { write: async (chunk) => void chunks.push(new Uint8Array(chunk)) },
    );
    return new Blob(chunks, { type: source.contentType });
  } finally {
    await source.close();
  }
};
