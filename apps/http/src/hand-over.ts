import { isAbsolute, relative, sep } from 'node:path';
import type { StoredMedia } from '@backline/core/catalog';
import type { Context } from 'koa';

type As = { readonly contentType: string; readonly fileName: string };

/** Whether somebody else sends the source's bytes: the answer then says where they lie, and no more. */
export type HandOver = (ctx: Context, source: StoredMedia, as: As) => Promise<boolean>;

export const keepAll: HandOver = async () => false;

/** By a redirect to the store, of sources that have an address there. Of HEAD the app knows the answer itself. */
export const toStore: HandOver = async (ctx, { link }, as) => {
  if (link === undefined || ctx.method !== 'GET') return false;
  const address = await link(as);
  for (const name of ['ETag', 'Last-Modified', 'Content-Type', 'Content-Disposition', 'Accept-Ranges'])
    ctx.remove(name);
  ctx.set('Cache-Control', 'private, no-store');
  ctx.redirect(address);
  ctx.body = null;
  ctx.status = 302;
  return true;
};

/**
 * By nginx's `X-Accel-Redirect`, of files below the folder: nginx evaluates ranges and conditions itself, and gives its
 * own `ETag` and `Last-Modified`.
 *
 * @param location nginx's internal location for the folder, without a slash at its end
 */
export const toNginx =
  (location: string, folder: string): HandOver =>
  async (ctx, { localPath }) => {
    const below = localPath === undefined ? '' : relative(folder, localPath);
    if (below === '' || below.startsWith('..') || isAbsolute(below)) return false;
    for (const name of ['ETag', 'Last-Modified', 'Content-Length']) ctx.remove(name);
    ctx.set('X-Accel-Redirect', [location, ...below.split(sep).map(encodeURIComponent)].join('/'));
    ctx.status = 200;
    ctx.res.end();
    ctx.respond = false;
    return true;
  };
