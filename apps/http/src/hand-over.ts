import { isAbsolute, relative, sep } from 'node:path';
import type { ByteSource } from '@backline/core/kernel';
import type { Context } from 'koa';

/** Whether whoever stands before the app sends the source's bytes: the answer then says where they lie, and no more. */
export type HandOver = (ctx: Context, source: ByteSource & { readonly localPath?: string }) => boolean;

export const keepAll: HandOver = () => false;

/**
 * By nginx's `X-Accel-Redirect`, of files below the folder: nginx evaluates ranges and conditions itself, and gives its
 * own `ETag` and `Last-Modified`.
 *
 * @param location nginx's internal location for the folder, without a slash at its end
 */
export const toNginx =
  (location: string, folder: string): HandOver =>
  (ctx, { localPath }) => {
    const below = localPath === undefined ? '' : relative(folder, localPath);
    if (below === '' || below.startsWith('..') || isAbsolute(below)) return false;
    for (const name of ['ETag', 'Last-Modified', 'Content-Length']) ctx.remove(name);
    ctx.set('X-Accel-Redirect', [location, ...below.split(sep).map(encodeURIComponent)].join('/'));
    ctx.status = 200;
    ctx.res.end();
    ctx.respond = false;
    return true;
  };
