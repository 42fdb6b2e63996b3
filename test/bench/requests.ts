import { setTimeout } from 'node:timers/promises';
import { argon2PasswordHasher } from '@backline/auth';
import { type Row, interleaved, median } from './figures.ts';
import { load, luaScript } from './load.ts';
import { SERVER_CORE, answers, freePort, startPinned } from './processes.ts';
import type { Subject } from './subject.ts';

const HELLO = `require('node:http').createServer((_, r) => { r.setHeader('Content-Type', 'application/json'); r.end('{"hello":"world, this is forty-two bytes"}'); }).listen(process.env.PORT, '127.0.0.1')`;

const SUBSCRIPTION = `return wrk.format("GET", "/payments/subscription", { ["Authorization"] = "Bearer " .. tokens[random(#tokens)] })`;
const ROOT = `return wrk.format("GET", "/")`;

const LOGINS = 60;
const AT_ONCE = 8;

/** An authenticated request through the whole chain, and logging in while somebody streams. */
export const requestRows = async (subject: Subject): Promise<readonly Row[]> => [
  await authenticated(subject),
  await logins(subject),
];

const authenticated = async (subject: Subject): Promise<Row> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const hello = await startPinned(SERVER_CORE, [process.execPath, '-e', HELLO], { PORT: String(port) }, answers(url));
  try {
    const own = await luaScript(subject.folder, 'subscription', { tokens: subject.tokens.slice(0, 200) }, SUBSCRIPTION);
    const peer = await luaScript(subject.folder, 'hello', {}, ROOT);
    const figures = await interleaved(
      async () => (await load({ url: subject.url, connections: 64, script: own }, subject.pid)).perCpuSecond,
      async () => (await load({ url, connections: 64, script: peer }, hello.pid)).perCpuSecond,
    );
    return {
      what: 'GET /payments/subscription with a bearer, whole chain',
      unit: 'requests/CPU s',
      ...figures,
      peerName: 'node:http hello',
      bar: 0.45,
    };
  } finally {
    await hello.stop();
  }
};

/** The platform hashes one at a time, so that audio goes on: the peer is one hash after the other. */
const logins = async ({ url, tokens, tracks }: Subject): Promise<Row> => {
  const hasher = argon2PasswordHasher({});
  const hash = await hasher.hash('Benchmark2026');
  if (!hash.ok) throw new Error(hash.error.code);
  const firstBytes: number[] = [];
  const figures = await interleaved(
    () =>
      loginsPerSecond(url, async () =>
        firstBytes.push(await firstByteMs(url, tokens[0] ?? '', tracks[0]?.trackId ?? 0)),
      ),
    async () => {
      const begun = performance.now();
      for (let number = 0; number < LOGINS; number += 1) await hasher.verify('Benchmark2026', hash.value);
      return (LOGINS * 1_000) / (performance.now() - begun);
    },
  );
  const note = `first audio byte meanwhile: median ${median(firstBytes).toFixed(1)} ms, worst ${Math.max(...firstBytes).toFixed(0)} ms`;
  return { what: 'logins, 8 at once', unit: 'logins/s', ...figures, peerName: 'argon2id alone', bar: 0.8, note };
};

const loginsPerSecond = async (url: string, meanwhile: () => Promise<unknown>): Promise<number> => {
  const body = JSON.stringify({ email: 'artist@bench.example', password: 'Benchmark2026' });
  const begun = performance.now();
  const left = Array.from({ length: LOGINS });
  const lane = async (): Promise<void> => {
    while (left.length > 0) {
      left.pop();
      const { status } = await fetch(`${url}/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      if (status !== 200) throw new Error(`a login was answered ${status}`);
    }
  };
  const lanes = Promise.all(Array.from({ length: AT_ONCE }, lane));
  while (left.length > 0) {
    await meanwhile();
    await setTimeout(20);
  }
  await lanes;
  return (LOGINS * 1_000) / (performance.now() - begun);
};

const firstByteMs = async (url: string, token: string, trackId: number): Promise<number> => {
  const begun = performance.now();
  const answer = await fetch(`${url}/tracks/${trackId}/stream`, {
    headers: { Authorization: `Bearer ${token}`, Range: 'bytes=0-65535' },
  });
  const reader = answer.body?.getReader();
  await reader?.read();
  const elapsed = performance.now() - begun;
  await reader?.cancel();
  return elapsed;
};
