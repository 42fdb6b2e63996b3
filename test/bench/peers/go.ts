import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_CORE, SERVER_CORE, answers, freePort, runPinned, startPinned } from '../processes.ts';
import type { Peer } from './nginx.ts';

const COMPILERS = ['/usr/local/go/bin/go', '/usr/bin/go'];

/** content-server.go on the server's core; null where there is no Go. */
export const startGo = async (folder: string, root: string, probe: string): Promise<Peer | null> => {
  const compiler = COMPILERS.find(existsSync);
  if (compiler === undefined) return null;
  const program = join(folder, 'content-server');
  await runPinned(CLIENT_CORE, [compiler, 'build', '-o', program, join(import.meta.dirname, 'content-server.go')], {
    GOCACHE: join(folder, 'go-cache'),
    GOFLAGS: '-mod=mod',
    GO111MODULE: 'off',
  });
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const command = [program, root, address];
  return { ...(await startPinned(SERVER_CORE, command, { GOMAXPROCS: '1' }, answers(url + probe))), url };
};
