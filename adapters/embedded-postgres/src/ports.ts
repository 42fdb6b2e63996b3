import { createServer } from 'node:net';
import { HOST } from './connect.ts';

/** The wanted port if it is free, else any. */
export const freePort = async (wanted: number | null): Promise<number> => {
  if (wanted !== null && (await isFree(wanted))) return wanted;
  const port = await tryPort(0);
  if (port === null) throw new Error('no port is free');
  return port;
};

export const isFree = async (port: number): Promise<boolean> => (await tryPort(port)) !== null;

const tryPort = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(null));
    server.listen({ host: HOST, port }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
