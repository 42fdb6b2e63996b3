/** `npm run mutation -- stryker [FILE …]`: what is mutated, and by which tests it is to be found. */
export default {
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner', new URL('invariants.mjs', import.meta.url).pathname],
  ignorers: ['invariants'],
  testRunnerNodeArgs: ['--conditions=@backline/source', '--experimental-vm-modules'],
  jest: { configFile: 'test/mutation/jest.config.mjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // Each of these would need a run of all tests of its own; the numbers of the policy are checked by policy.test.ts.
  ignoreStatic: true,
  mutate: [
    'core/src/payout/*.ts',
    '!core/src/payout/{index,ports,errors,events,period}.ts',
    '!core/src/payout/*-ports.ts',
    'adapters/memory/src/ledger.ts',
    'adapters/mikro-orm/src/ledger-rows.ts',
  ],
  ignorePatterns: ['/.data', '/apps', '/contracts', '/node_modules', 'dist', '.nx'],
  concurrency: 2,
  timeoutMS: 15_000,
  timeoutFactor: 3,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.data/mutation/report.json' },
  tempDirName: '.data/mutation/sandbox',
  // Stryker 10 reads it with TypeScript's old API, which TypeScript 7 has no more.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  thresholds: { high: 98, low: 95, break: 95 },
};
