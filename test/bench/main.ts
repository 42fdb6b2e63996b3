import { mkdir, writeFile } from 'node:fs/promises';
import { artistRows } from './artists.ts';
import { closingRows } from './closing.ts';
import { type Row, judged, median, tableOf } from './figures.ts';
import { loginRows } from './logins.ts';
import { playRows } from './plays.ts';
import { readRows } from './reads.ts';
import { recommendingRows } from './recommending.ts';
import { requestRows } from './requests.ts';
import { startingRows } from './starting.ts';
import { streamingRows } from './streaming.ts';
import { type Subject, startSubject } from './subject.ts';

/**
 * Needs wrk, nginx and pgbench on PATH, Go where there is one, and two cores. `npm run bench -- plays reads` measures
 * only those; BENCH_SECONDS, BENCH_ROUNDS, BENCH_TRACKS and BENCH_PLAYS make it shorter.
 */
const MEASURES: Readonly<Record<string, (subject: Subject) => Promise<readonly Row[]>>> = {
  // First, since signed links live for five minutes.
  streaming: streamingRows,
  requests: requestRows,
  artists: artistRows,
  // After the artists, whose tracks it reads.
  reads: readRows,
  logins: loginRows,
  plays: playRows,
  starting: startingRows,
  closing: closingRows,
  recommending: recommendingRows,
};

const asked = process.argv.slice(2);
const rows: Row[] = [];
const subject = await startSubject();
try {
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const measured = await measure(subject);
    rows.push(...measured);
    process.stdout.write(`${tableOf(measured)}\n\n`);
  }
} finally {
  await subject.stop();
}
process.stdout.write(`${tableOf(rows)}\n`);

const figures = rows.map((row) => ({
  ...row,
  median: median(row.ours.values),
  peerMedian: row.peer && median(row.peer.values),
  ...judged(row),
}));
await mkdir('.data/bench', { recursive: true });
await writeFile('.data/bench/figures.json', `${JSON.stringify(figures, null, 2)}\n`);
