/** A way to something outside, which is left alone for a while after it failed several times. */
export type Circuit = {
  readonly name: string;
  readonly state: () => 'closed' | 'half-open' | 'open';
  /** How many calls ended how since the start. */
  readonly calls: () => { readonly [outcome: string]: number };
};
