import type { ServerResponse } from 'node:http';
import type { ByteRange, ByteSink, ByteSource } from '@backline/core/kernel';
import type { Context } from 'koa';

export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Sends the range as the body of an answer whose headers are set; a client that goes away in the middle is no error. */
export type SendBytes = (ctx: Context, source: ByteSource, range: ByteRange) => Promise<void>;

/** Past Koa, which would wrap the bytes in streams of its own; it answers what fails before the first byte is out. */
export const byteSender =
  (chunkMs: number): SendBytes =>
  async (ctx, source, range) => {
    const { res } = ctx;
    ctx.respond = false;
    res.on('error', () => undefined);
    try {
      await source.send(range, responseSink(res, chunkMs));
      res.end();
    } catch (thrown) {
      if (thrown instanceof ClientGone) {
        res.destroy();
        return;
      }
      if (res.headersSent) res.destroy();
      else giveBack(ctx);
      throw thrown;
    }
  };

/** The answer is about something else now. */
const giveBack = (ctx: Context): void => {
  for (const name of ['ETag', 'Last-Modified', 'Accept-Ranges', 'Content-Range', 'Content-Disposition'])
    ctx.remove(name);
  ctx.respond = true;
};

/** A chunk is written when the socket has taken it, so that its buffer may be used again. */
const responseSink = (response: ServerResponse, chunkMs: number): ByteSink => ({
  write: (chunk) =>
    new Promise((resolve, reject) => {
      if (response.destroyed) return reject(new ClientGone('the client is gone'));
      const give = (): void => reject(new ClientGone('the client is gone'));
      const slow = setTimeout(() => response.destroy(), chunkMs);
      response.once('close', give);
      response.write(chunk, (cause) => {
        clearTimeout(slow);
        response.off('close', give);
        if (cause) reject(new ClientGone('the client is gone', { cause }));
        else resolve();
      });
    }),
});
