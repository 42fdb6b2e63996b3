import { mkdir, writeFile } from 'node:fs/promises';
import { type Row, tableOf } from './figures.ts';
import { playRows } from './plays.ts';
import { readRows } from './reads.ts';
import { requestRows } from './requests.ts';
import { streamingRows } from './streaming.ts';
import { startSubject } from './subject.ts';

/** Needs wrk, nginx and pgbench on PATH, and two cores. BENCH_SECONDS and BENCH_ROUNDS make it shorter. */
const subject = await startSubject();
const rows: Row[] = [];
try {
  for (const measure of [streamingRows, requestRows, readRows, playRows]) {
    rows.push(...(await measure(subject)));
    process.stdout.write(`${tableOf(rows.slice(-2))}\n`);
  }
} finally {
  await subject.stop();
}
process.stdout.write(`\n${tableOf(rows)}\n`);
await mkdir('.data/bench', { recursive: true });
await writeFile('.data/bench/figures.json', `${JSON.stringify(rows, null, 2)}\n`);
