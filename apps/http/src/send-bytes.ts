import type { ServerResponse } from 'node:http';
import type { ByteRange, ByteSink, ByteSource } from '@backline/core/kernel';

/** A reader that takes nothing for so long is given up. */
const STALL_MS = 30_000;

export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** A chunk is written when the socket has taken it, so that its buffer may be used again. */
const responseSink = (response: ServerResponse): ByteSink => ({
  write: (chunk) =>
    new Promise((resolve, reject) => {
      if (response.destroyed) return reject(new ClientGone('the client is gone'));
      const give = (): void => reject(new ClientGone('the client is gone'));
      const stalled = setTimeout(() => response.destroy(), STALL_MS);
      response.once('close', give);
      response.write(chunk, (cause) => {
        clearTimeout(stalled);
        response.off('close', give);
        if (cause) reject(new ClientGone('the client is gone', { cause }));
        else resolve();
      });
    }),
});

/** Writes the range and ends the response; a client that goes away in the middle is no error. */
export const sendBytes = async (response: ServerResponse, source: ByteSource, range: ByteRange): Promise<void> => {
  response.on('error', () => undefined);
  try {
    await source.send(range, responseSink(response));
    response.end();
  } catch (thrown) {
    response.destroy();
    if (!(thrown instanceof ClientGone)) throw thrown;
  }
};
