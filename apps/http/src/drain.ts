import type { IncomingMessage } from 'node:http';

const MAX_DRAIN_BYTES = 1024 * 1024;

/**
 * Reads on, up to a limit, in a request that is refused already: a client that is still sending when its connection
 * ends may never see the answer.
 */
export const drain = async (request: IncomingMessage): Promise<void> => {
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
