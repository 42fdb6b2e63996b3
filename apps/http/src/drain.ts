import type { IncomingMessage } from 'node:http';

const MAX_DRAIN_BYTES = 1024 * 1024;
const DRAIN_MS = 500;

/**
 * Reads on, for a little and up to a limit, in a request that is refused already: a client that is still sending when
 * its connection ends may never see the answer.
 */
export const drain = async (request: IncomingMessage): Promise<void> => {
  const enough = Promise.withResolvers<void>();
  const timer = setTimeout(enough.resolve, DRAIN_MS);
  await Promise.race([readOn(request), enough.promise]);
  clearTimeout(timer);
};

const readOn = async (request: IncomingMessage): Promise<void> => {
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Uint8Array).byteLength;
      if (size > MAX_DRAIN_BYTES) return;
    }
  } catch {
    // The client has gone; there is nobody left to hear the answer.
  }
};
