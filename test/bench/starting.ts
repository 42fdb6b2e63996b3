import { type Row, fixed, limitRow, median } from './figures.ts';
import { noise, wavHeader } from './noise.ts';
import { withPlatform } from './own-platform.ts';
import { residentMebibytes } from './processes.ts';
import { rounds } from './rounds.ts';
import type { Subject } from './subject.ts';

const STARTS = 3;
const SETTLING_MS = 3_000;
const UPLOADS = 10;
const UPLOAD_BYTES = 50_000_000;

/** How soon the platform as anyone starts it is ready, and what it holds in memory, idle and while it takes uploads. */
export const startingRows = async ({ databaseUrl }: Subject): Promise<readonly Row[]> => {
  const memory = await memoryOf(databaseUrl);
  const { existing, fresh } = await rounds(
    { existing: () => secondsToReady(databaseUrl), fresh: () => secondsToReady(null) },
    STARTS,
  );
  return [
    limitRow('17', 'memory of the idle platform', 'MiB', fixed(memory.idle), 150),
    limitRow('17', `more for ${UPLOADS} uploads of 50 MB at once`, 'MiB', fixed(memory.uploading - memory.idle), 64),
    limitRow('18', 'start to ready with an existing database', 's', existing, 2),
    limitRow('18', 'start to ready with a new embedded one', 's', fresh, 6),
  ];
};

const secondsToReady = (databaseUrl: string | null): Promise<number> =>
  withPlatform({ databaseUrl }, async ({ secondsToReady: seconds }) => seconds);

const memoryOf = (databaseUrl: string): Promise<{ readonly idle: number; readonly uploading: number }> =>
  withPlatform({ databaseUrl }, async ({ pid, url }) => {
    const held: number[] = [];
    const watching = setInterval(() => held.push(residentMebibytes(pid)), 20);
    try {
      await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
      const idle = median(held.slice(-50));
      held.length = 0;
      await upload(url);
      return { idle, uploading: Math.max(...held) };
    } finally {
      clearInterval(watching);
    }
  });

const upload = async (url: string): Promise<void> => {
  const token = await artistToken(url);
  const body = noise(UPLOAD_BYTES, 1);
  const one = async (number: number): Promise<void> => {
    const own = noise(65_536, number + 2);
    const form = new FormData();
    form.append('title', `Upload ${number}`);
    const file = new Blob([
      new Uint8Array(wavHeader(44 + own.length + body.length)),
      new Uint8Array(own),
      new Uint8Array(body),
    ]);
    form.append('file', file, `${number}.wav`);
    const answer = await fetch(`${url}/tracks`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: form,
    });
    if (answer.status !== 201) throw new Error(`an upload was answered ${answer.status}: ${await answer.text()}`);
  };
  await Promise.all(Array.from({ length: UPLOADS }, (_, number) => one(number)));
};

const artistToken = async (url: string): Promise<string> => {
  const person = { email: `${crypto.randomUUID()}@bench.example`, password: 'Benchmark2026' };
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  await post('/auth/register', { ...person, role: 'ARTIST' });
  return String((await post('/auth/login', person))['accessToken']);
};
