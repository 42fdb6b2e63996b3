/** One mistake in the rules, and the test that finds it. */
export type SeededBug = {
  readonly name: string;
  /** In core/src. */
  readonly file: string;
  /** Text of the file, there exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly killedBy: {
    /** In test. */
    readonly file: string;
    /** The end of the test's full name. */
    readonly test: string;
  };
};

/** By the laws, under our policy. */
export const law = (test: string): SeededBug['killedBy'] => ({
  file: 'core/payout/laws.test.ts',
  test: `Payout by our policy ${test}`,
});

/** By one of the worked examples. */
export const example = (file: string, test: string): SeededBug['killedBy'] => ({
  file: `core/payout/${file}.test.ts`,
  test,
});
