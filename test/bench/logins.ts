import { setTimeout } from 'node:timers/promises';
import { argon2PasswordHasher } from '@backline/auth';
import { type Row, fixed, limitRow, median, p99 } from './figures.ts';
import { rounds } from './rounds.ts';
import type { Subject } from './subject.ts';

const LOGINS = 60;
const AT_ONCE = 8;

/** Node measures how late timers of so many ms are, and tells it with these ms in it. */
const DELAY_RESOLUTION_MS = 10;

/** Logging in while somebody streams. The server has one core, so the peer is one hash after the other. */
export const loginRows = async ({ url, tokens, tracks }: Subject): Promise<readonly Row[]> => {
  const hasher = argon2PasswordHasher({});
  const hash = await hasher.hash('Benchmark2026');
  if (!hash.ok) throw new Error(hash.error.code);
  const firstBytes: number[] = [];
  const meanwhile = async (): Promise<void> => {
    firstBytes.push(await firstByteMs(url, tokens[0] ?? '', tracks[0]?.trackId ?? 0));
  };
  // What happened before is forgotten when it is asked for.
  await eventLoopDelayMs(url);
  const delays: number[] = [];
  const figures = await rounds({
    ours: async () => {
      await eventLoopDelayMs(url);
      const perSecond = await loginsPerSecond(url, meanwhile);
      delays.push(await eventLoopDelayMs(url));
      return perSecond;
    },
    peer: async () => {
      const begun = performance.now();
      for (let number = 0; number < LOGINS; number += 1) await hasher.verify('Benchmark2026', hash.value);
      return (LOGINS * 1_000) / (performance.now() - begun);
    },
  });
  return [
    {
      number: '13',
      what: `logins while somebody streams, ${AT_ONCE} at once`,
      unit: 'logins/s',
      ...figures,
      peerName: 'argon2id alone',
      bar: { atLeast: 0.8 },
      note: `first audio byte meanwhile: median ${median(firstBytes).toFixed(1)} ms, p99 ${p99(firstBytes).toFixed(1)} ms`,
    },
    limitRow('13', 'the p99 of the event loop’s delay meanwhile', 'ms', fixed(median(delays)), 20),
  ];
};

/** The 99th percentile since it was asked for last. */
const eventLoopDelayMs = async (url: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const seconds = Number(/^nodejs_eventloop_lag_p99_seconds ([\d.e-]+)$/m.exec(text)?.[1]);
  return Math.max(0, seconds * 1_000 - DELAY_RESOLUTION_MS);
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
