import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Row } from './figures.ts';
import { load, luaScript } from './load.ts';
import { startGo } from './peers/go.ts';
import { type Peer, startNginx } from './peers/nginx.ts';
import { rounds } from './rounds.ts';
import type { Subject } from './subject.ts';

const CONNECTIONS = 64;
const RANGE_BYTES = 65_536;
const FILE_BYTES = 5_000_000;
const FANS = 200;

const BEARER = `["Authorization"] = "Bearer " .. tokens[random(#tokens)]`;

const rangeOf = (headers: string): string =>
  `local start = random(0, ${Math.floor(FILE_BYTES / RANGE_BYTES) - 2}) * ${RANGE_BYTES}
return wrk.format("GET", paths[random(#paths)], { ["Range"] = "bytes=" .. start .. "-" .. (start + ${RANGE_BYTES - 1}), ${headers} })`;

const wholeOf = (headers: string): string => `return wrk.format("GET", paths[random(#paths)], { ${headers} })`;

/** The same files from the platform's own route, with the right to hear them, from nginx and from Go. */
export const streamingRows = async (subject: Subject): Promise<readonly Row[]> => {
  const root = join(subject.folder, 'data', 'audio', 'audio');
  const files = subject.tracks.map(({ audio }) => `/${audio.slice(0, 2)}/${audio.slice(2, 4)}/${audio}`);
  const probe = files[0] ?? '';
  const nginx = await startNginx(subject.folder, root, probe);
  const go = await startGo(subject.folder, root, probe);
  try {
    return await rowsOf(subject, files, nginx, go);
  } finally {
    await Promise.all([nginx.stop(), go?.stop()]);
  }
};

const rowsOf = async (
  subject: Subject,
  files: readonly string[],
  nginx: Peer,
  go: Peer | null,
): Promise<readonly Row[]> => {
  const streams = subject.tracks.map(({ trackId }) => `/tracks/${trackId}/stream`);
  const links = subject.tracks.map(({ trackId, link }) => `/tracks/${trackId}/stream?token=${link}`);
  await sameBytes(subject, streams, links, files, [nginx, ...(go === null ? [] : [go])]);

  const measured = async (
    name: string,
    server: { readonly url: string; readonly pid: number },
    paths: readonly string[],
    request: string,
    minBytes: number,
  ): Promise<() => Promise<number>> => {
    const lists = { paths, tokens: subject.tokens.slice(0, FANS) };
    const script = await luaScript(subject.folder, name, lists, request);
    const asked = { url: server.url, connections: CONNECTIONS, script, minBytes };
    return async () => (await load(asked, server.pid)).perCpuSecond;
  };
  const goOr = async (name: string, request: string, minBytes: number): Promise<() => Promise<number>> =>
    go === null ? async () => Number.NaN : measured(name, go, files, request, minBytes);

  const range = await rounds({
    bearer: await measured('range-bearer', subject, streams, rangeOf(BEARER), RANGE_BYTES),
    link: await measured('range-link', subject, links, rangeOf(''), RANGE_BYTES),
    nginx: await measured('range-nginx', nginx, files, rangeOf(''), RANGE_BYTES),
    go: await goOr('range-go', rangeOf(''), RANGE_BYTES),
  });
  const whole = await rounds({
    bearer: await measured('whole-bearer', subject, streams, wholeOf(BEARER), FILE_BYTES),
    nginx: await measured('whole-nginx', nginx, files, wholeOf(''), FILE_BYTES),
    go: await goOr('whole-go', wholeOf(''), FILE_BYTES),
  });

  const ranges = { what: `64 KiB random ranges of 100 files of 5 MB, ${CONNECTIONS} connections`, unit: 'req/CPU s' };
  const wholes = { what: 'whole 5 MB files', unit: 'files/CPU s' };
  const byNginx = { peerName: 'nginx' };
  const byGo = { peerName: 'Go ServeContent' };
  return [
    { number: '1', ...ranges, ours: range.bearer, peer: range.nginx, ...byNginx, bar: { atLeast: 0.3 } },
    {
      number: '1',
      ...ranges,
      ours: range.link,
      peer: range.nginx,
      ...byNginx,
      bar: { atLeast: 0.3 },
      note: 'signed links',
    },
    { number: '2', ...ranges, ours: range.bearer, peer: go && range.go, ...byGo, bar: { atLeast: 1 } },
    { number: '2', ...wholes, ours: whole.bearer, peer: go && whole.go, ...byGo, bar: { atLeast: 0.65 } },
    { number: '3', ...wholes, ours: whole.bearer, peer: whole.nginx, ...byNginx, bar: { atLeast: 0.22 } },
  ];
};

/** Throws when a range of a file is not the same from all of them. */
const sameBytes = async (
  subject: Subject,
  streams: readonly string[],
  links: readonly string[],
  files: readonly string[],
  peers: readonly Peer[],
): Promise<void> => {
  const range = { Range: 'bytes=1000000-1065535' };
  const own = { ...range, Authorization: `Bearer ${subject.tokens[0]}` };
  for (const [index, file] of files.entries()) {
    const digests = await Promise.all([
      digestOf(`${subject.url}${streams[index]}`, own),
      digestOf(`${subject.url}${links[index]}`, range),
      ...peers.map(({ url }) => digestOf(url + file, range)),
    ]);
    if (new Set(digests).size !== 1) throw new Error(`${file} is not the same everywhere`);
  }
};

const digestOf = async (url: string, headers: Record<string, string>): Promise<string> => {
  const answer = await fetch(url, { headers });
  if (answer.status !== 206) throw new Error(`${url} was answered ${answer.status}`);
  return createHash('sha256')
    .update(new Uint8Array(await answer.arrayBuffer()))
    .digest('hex');
};
