import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Running, SERVER_CORE, answers, freePort, startPinned } from '../processes.ts';

export type Peer = Running & { readonly url: string };

/** nginx as Debian builds it, one worker on the server's core, with sendfile and its cache of open files. */
export const startNginx = async (folder: string, root: string, probe: string): Promise<Peer> => {
  const port = await freePort();
  const home = join(folder, 'nginx');
  await mkdir(home, { recursive: true });
  const config = join(home, 'nginx.conf');
  await writeFile(config, configurationOf(port, home, root));
  const url = `http://127.0.0.1:${port}`;
  const command = ['nginx', '-c', config, '-e', join(home, 'error.log')];
  return { ...(await startPinned(SERVER_CORE, command, {}, answers(url + probe))), url };
};

const configurationOf = (port: number, home: string, root: string): string => `
daemon off;
user root;
worker_processes 1;
pid ${home}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=1000 inactive=60s;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
  server { listen 127.0.0.1:${port}; root ${root}; }
}
`;
