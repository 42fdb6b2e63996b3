import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Row, interleaved } from './figures.ts';
import { load, luaScript } from './load.ts';
import { type Running, SERVER_CORE, answers, freePort, startPinned } from './processes.ts';
import type { Subject } from './subject.ts';

const CONNECTIONS = 64;
const RANGE_BYTES = 65_536;
const FILE_BYTES = 5_000_000;

const RANDOM_RANGE = `local start = random(0, ${Math.floor(FILE_BYTES / RANGE_BYTES) - 2}) * ${RANGE_BYTES}
local headers = { ["Range"] = "bytes=" .. start .. "-" .. (start + ${RANGE_BYTES - 1}), ["Authorization"] = "Bearer " .. tokens[random(#tokens)] }
return wrk.format("GET", paths[random(#paths)], headers)`;

const WHOLE_FILE = `return wrk.format("GET", paths[random(#paths)], { ["Authorization"] = "Bearer " .. tokens[random(#tokens)] })`;

/** The same files: the platform's routes, with tokens and entitlement, and nginx with sendfile and open_file_cache. */
export const streamingRows = async (subject: Subject): Promise<readonly Row[]> => {
  const nginx = await startNginx(subject);
  try {
    const tokens = subject.tokens.slice(0, 200);
    const ours = subject.tracks.map(({ trackId }) => `/tracks/${trackId}/stream`);
    const peers = subject.tracks.map(({ audio }) => `/${audio.slice(0, 2)}/${audio.slice(2, 4)}/${audio}`);
    const script = (name: string, paths: readonly string[], request: string): Promise<string> =>
      luaScript(subject.folder, name, { paths, tokens }, request);
    const compare = async (name: string, request: string) => {
      const [own, peer] = [await script(`${name}-own`, ours, request), await script(`${name}-peer`, peers, request)];
      return interleaved(
        async () => (await load({ url: subject.url, connections: CONNECTIONS, script: own }, subject.pid)).perCpuSecond,
        async () => (await load({ url: nginx.url, connections: CONNECTIONS, script: peer }, nginx.pid)).perCpuSecond,
      );
    };
    const ranges = await compare('ranges', RANDOM_RANGE);
    const files = await compare('files', WHOLE_FILE);
    const megabytes = (perCpuSecond: number): number => (perCpuSecond * FILE_BYTES) / 1e6;
    return [
      {
        what: '64 KiB random range of 100 files, 64 connections',
        unit: 'requests/CPU s',
        ...ranges,
        peerName: 'nginx',
        bar: 0.3,
      },
      {
        what: 'whole 5 MB file',
        unit: 'MB/CPU s',
        ours: megabytes(files.ours),
        peer: megabytes(files.peer),
        peerName: 'nginx',
        bar: 0.22,
      },
    ];
  } finally {
    await nginx.stop();
  }
};

const startNginx = async ({ folder, tracks }: Subject): Promise<Running & { readonly url: string }> => {
  const port = await freePort();
  const home = join(folder, 'nginx');
  await mkdir(home, { recursive: true });
  const config = join(home, 'nginx.conf');
  await writeFile(config, configurationOf(port, home, join(folder, 'data', 'audio', 'audio')));
  const { audio = '' } = tracks[0] ?? {};
  const url = `http://127.0.0.1:${port}`;
  const running = await startPinned(
    SERVER_CORE,
    ['nginx', '-c', config, '-e', join(home, 'error.log')],
    {},
    answers(`${url}/${audio.slice(0, 2)}/${audio.slice(2, 4)}/${audio}`),
  );
  return { ...running, url };
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
