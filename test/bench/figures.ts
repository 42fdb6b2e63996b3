/** One row of the table: what we reach, what the peer reaches in the same run, and what their ratio is to be. */
export type Row = {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** From design/performance.md; null where there is none. */
  readonly bar: number | null;
  readonly note?: string;
};

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** The median of each, over rounds in which one follows the other, so that what disturbs them disturbs both. */
export const interleaved = async (
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<{ readonly ours: number; readonly peer: number }> => {
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    a.push(await ours());
    b.push(await peer());
  }
  return { ours: median(a), peer: median(b) };
};

const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

export const tableOf = (rows: readonly Row[]): string =>
  [
    '| What | Unit | Ours | Peer | Ratio | Bar |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(({ what, unit, ours, peer, peerName, bar, note }) => {
      const ratio = ours / peer;
      const verdict = bar === null ? '' : ` ${bar} ${ratio >= bar ? '(reached)' : '(missed)'}`;
      return `| ${what}${note === undefined ? '' : ` (${note})`} | ${unit} | ${shown(ours)} | ${peerName} ${shown(peer)} | ${ratio.toFixed(2)} |${verdict} |`;
    }),
  ].join('\n');
