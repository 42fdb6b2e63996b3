import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createEmptyTestResult } from '@jest/test-result';
import runner from 'jest-circus/runner';

/** Jest takes a file for broken that has no test at all. */
const LEFT_OUT = {
  numPendingTests: 1,
  testResults: [
    { status: 'pending', title: '', fullName: '', ancestorTitles: [], failureMessages: [], failureDetails: [] },
  ],
};

/** The mutant that a test of this process has found. */
let found;

/**
 * Jest's own runner, which leaves out the files that can tell Stryker nothing more: all others once a test has found the
 * mutant, and those without a test that gets to it. What tests a file has is noted in the first run, without a mutant.
 */
export default async function run(globalConfig, config, environment, runtime, path, send) {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  const notes = `${path}.tests`;
  if (mutant !== undefined && (mutant === found || !hasAny(notes, globalConfig.testNamePattern)))
    return { ...createEmptyTestResult(), ...LEFT_OUT, testFilePath: path };
  const result = await runner.default(globalConfig, config, environment, runtime, path, send);
  if (mutant === undefined) writeFileSync(notes, JSON.stringify(result.testResults.map(({ fullName }) => fullName)));
  else if (result.numFailingTests > 0 || result.testExecError) found = mutant;
  return result;
}

const hasAny = (notes, pattern) => {
  if (!pattern || !existsSync(notes)) return true;
  const asked = new RegExp(pattern, 'i');
  return JSON.parse(readFileSync(notes, 'utf8')).some((name) => asked.test(name));
};
