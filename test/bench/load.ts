import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIENT_CORE, cpuSeconds, runPinned } from './processes.ts';

export const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4);
const WARM_UP_SECONDS = 1;

export type Load = {
  readonly url: string;
  readonly connections: number;
  readonly script: string;
  /** Of each answer; fewer would mean that something else was answered. */
  readonly minBytes?: number;
};

export type Measured = {
  readonly requests: number;
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly p99Ms: number;
};

/** wrk on the client's core, after a warm-up; throws when any answer was an error, or on the whole too short. */
export const load = async (asked: Load, serverPid: number): Promise<Measured> => {
  await wrk(asked, WARM_UP_SECONDS);
  const before = cpuSeconds(serverPid);
  const said = await wrk(asked, SECONDS);
  const cpu = cpuSeconds(serverPid) - before;
  if (/Non-2xx|Socket errors/.test(said)) throw new Error(`errors under load:\n${said}`);
  const requests = Number(/(\d+) requests in/.exec(said)?.[1]);
  const [, amount, unit] = /, ([\d.]+)(\w+) read/.exec(said) ?? [];
  const bytes = Number(amount) * (BYTES[unit ?? ''] ?? Number.NaN);
  // wrk writes three digits.
  if (!(bytes * 1.01 >= requests * (asked.minBytes ?? 1))) throw new Error(`answers too short:\n${said}`);
  return {
    requests,
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]),
    perCpuSecond: requests / cpu,
    p99Ms: milliseconds(/99%\s+([\d.]+\w+)/.exec(said)?.[1] ?? ''),
  };
};

const BYTES: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

const wrk = ({ url, connections, script }: Load, seconds: number): Promise<string> =>
  runPinned(CLIENT_CORE, [
    'wrk',
    '--timeout',
    '10s',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '-s',
    script,
    url,
  ]);

const milliseconds = (text: string): number => {
  const [, value, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  const scale = { us: 0.001, ms: 1, s: 1_000, m: 60_000 }[unit ?? ''] ?? Number.NaN;
  return Number(value) * scale;
};

/** A wrk script that takes its requests from a Lua function body; `random` and `list(name)` are at its hand. */
export const luaScript = async (
  folder: string,
  name: string,
  lists: Record<string, readonly string[]>,
  request: string,
): Promise<string> => {
  const path = join(folder, `${name}.lua`);
  const tables = Object.entries(lists).map(
    ([list, values]) => `local ${list} = {${values.map((value) => JSON.stringify(value)).join(',')}}`,
  );
  await writeFile(
    path,
    `${tables.join('\n')}\nlocal random = math.random\nmath.randomseed(os.time())\nrequest = function()\n${request}\nend\n`,
  );
  return path;
};
