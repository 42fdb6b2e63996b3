import type { Row } from './figures.ts';
import { load, luaScript } from './load.ts';
import { SERVER_CORE, answers, freePort, startPinned } from './processes.ts';
import { rounds } from './rounds.ts';
import type { Subject } from './subject.ts';

const CONNECTIONS = 64;

const HELLO = `require('node:http').createServer((_, r) => { r.setHeader('Content-Type', 'application/json'); r.end('{"hello":"world, this is forty-two bytes"}'); }).listen(process.env.PORT, '127.0.0.1')`;

/** The route whose own work is least: what is left is the chain that every route has. */
const SUBSCRIPTION = `return wrk.format("GET", "/payments/subscription", { ["Authorization"] = "Bearer " .. tokens[random(#tokens)] })`;
const ROOT = `return wrk.format("GET", "/")`;

/** An authenticated request through the whole chain, against the least that node can do. */
export const requestRows = async (subject: Subject): Promise<readonly Row[]> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const hello = await startPinned(SERVER_CORE, [process.execPath, '-e', HELLO], { PORT: String(port) }, answers(url));
  try {
    const own = await luaScript(subject.folder, 'subscription', { tokens: subject.tokens.slice(0, 200) }, SUBSCRIPTION);
    const peer = await luaScript(subject.folder, 'hello', {}, ROOT);
    const figures = await rounds({
      ours: async () =>
        (await load({ url: subject.url, connections: CONNECTIONS, script: own }, subject.pid)).perCpuSecond,
      peer: async () => (await load({ url, connections: CONNECTIONS, script: peer }, hello.pid)).perCpuSecond,
    });
    return [
      {
        number: '12',
        what: 'GET /payments/subscription with a bearer, whole chain',
        unit: 'req/CPU s',
        ...figures,
        peerName: 'node:http hello',
        bar: { atLeast: 0.45 },
      },
    ];
  } finally {
    await hello.stop();
  }
};
