import { ConfigError } from './config-error.ts';

export type CloudinaryConfig = {
  readonly cloudName: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Another host than Cloudinary's; null for Cloudinary's own. */
  readonly apiBase: string | null;
};

type Environment = { readonly [name: string]: string | undefined };

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Null where pictures stay on the local disk. */
export const readCloudinary = (env: Environment, production: boolean): CloudinaryConfig | null => {
  const text = env['CLOUDINARY_URL'];
  if (!text) {
    if (env['CLOUDINARY_API_BASE']) throw new ConfigError('CLOUDINARY_URL must be set where CLOUDINARY_API_BASE is');
    return null;
  }
  const [, apiKey, apiSecret, cloudName] = /^cloudinary:\/\/(\d+):([\w-]+)@([\w-]+)$/.exec(text) ?? [];
  if (apiKey === undefined || apiSecret === undefined || cloudName === undefined)
    throw new ConfigError('CLOUDINARY_URL must be of the form cloudinary://KEY:SECRET@CLOUD');
  return { apiKey, apiSecret, cloudName, apiBase: apiBase(env, production) };
};

const apiBase = (env: Environment, production: boolean): string | null => {
  const text = env['CLOUDINARY_API_BASE'];
  if (!text) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.href !== `${url.origin}/`)
    throw new ConfigError('CLOUDINARY_API_BASE must be an http or https URL without a path');
  if (url.protocol === 'http:' && (production || !LOOPBACK.test(url.hostname)))
    throw new ConfigError('CLOUDINARY_API_BASE must be an https URL: pictures and signatures are sent there');
  return url.origin;
};
