/** What the ratio of ours to the peer's is to be; design/performance.md, section 7. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number };

/** What was measured in each round; a window in which others used the machine is left out where enough remain. */
export type Samples = { readonly values: readonly number[]; readonly noisy: boolean };

/** One row of the table: what we reach, what the peer reaches in the same run, and what their ratio is to be. */
export type Row = {
  /** Of section 7 of design/performance.md. */
  readonly number: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: Samples;
  /** Null where the peer is not on this machine. */
  readonly peer: Samples | null;
  readonly peerName: string;
  readonly bar: Bar;
  readonly note?: string;
};

/** Where one number is the whole of it: what the platform may use, or may take. */
export const fixed = (value: number): Samples => ({ values: [value], noisy: false });

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
};

/** The worst of a hundred, or of fewer the worst. */
export const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;

/** A row whose bar is a number of its own unit: the peer is that limit. */
export const limitRow = (number: string, what: string, unit: string, ours: Samples, most: number): Row => ({
  number,
  what,
  unit,
  ours,
  peer: fixed(most),
  peerName: 'limit',
  bar: { atMost: 1 },
});

export type Judged = {
  readonly ofMedians: number;
  readonly ofBest: number;
  readonly verdict: 'pass' | 'fail' | 'noisy' | 'absent';
};

/** How far both ratios may miss the bar: the machine is never quite quiet. */
const TOLERANCE = 0.1;

export const judged = ({ ours, peer, bar }: Row): Judged => {
  if (peer === null) return { ofMedians: Number.NaN, ofBest: Number.NaN, verdict: 'absent' };
  const best = (values: readonly number[]): number => ('atLeast' in bar ? Math.max(...values) : Math.min(...values));
  const ofMedians = median(ours.values) / median(peer.values);
  const ofBest = best(ours.values) / best(peer.values);
  const passed =
    'atLeast' in bar
      ? Math.min(ofMedians, ofBest) >= bar.atLeast * (1 - TOLERANCE)
      : Math.max(ofMedians, ofBest) <= bar.atMost * (1 + TOLERANCE);
  if (ours.noisy || peer.noisy) return { ofMedians, ofBest, verdict: 'noisy' };
  return { ofMedians, ofBest, verdict: passed ? 'pass' : 'fail' };
};

const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

const cells = (row: Row): readonly string[] => {
  const { ofMedians, ofBest, verdict } = judged(row);
  const bar = 'atLeast' in row.bar ? `≥ ${row.bar.atLeast}` : `≤ ${row.bar.atMost}`;
  return [
    row.number,
    row.what + (row.note === undefined ? '' : ` (${row.note})`),
    row.unit,
    shown(median(row.ours.values)),
    row.peer === null ? `${row.peerName}: absent` : `${row.peerName} ${shown(median(row.peer.values))}`,
    row.peer === null ? '' : ofMedians.toFixed(2),
    row.peer === null ? '' : ofBest.toFixed(2),
    bar,
    verdict,
  ];
};

export const tableOf = (rows: readonly Row[]): string =>
  [
    ['Row', 'What', 'Unit', 'Ours', 'Peer', 'Ratio', 'Best/best', 'Bar', 'Verdict'],
    Array.from({ length: 9 }, () => '---'),
    ...rows.map(cells),
  ]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
