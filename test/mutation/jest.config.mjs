import config from '../jest.config.mjs';

/** Tests that need no server, on the core that lies beside them: a copy, where Stryker has changed it. */
export default {
  transform: config.transform,
  extensionsToTreatAsEsm: config.extensionsToTreatAsEsm,
  testEnvironmentOptions: config.testEnvironmentOptions,
  testTimeout: config.testTimeout,
  rootDir: '..',
  testRunner: '<rootDir>/mutation/jest-circus-in-short.mjs',
  testSequencer: '<rootDir>/mutation/shortest-first.mjs',
  testMatch: ['<rootDir>/core/payout/*.test.ts', '<rootDir>/adapters/{ledger-rows,memory}.test.ts'],
  moduleNameMapper: {
    '^fast-check$': '<rootDir>/mutation/quick-fast-check.ts',
    '^@backline/core$': '<rootDir>/../core/src/index.ts',
    '^@backline/core/(.*)$': '<rootDir>/../core/src/$1/index.ts',
    '^@backline/memory$': '<rootDir>/../adapters/memory/src/index.ts',
  },
};
