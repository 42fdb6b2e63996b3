import Sequencer from '@jest/test-sequencer';

/** So that most mutants are found before the long suites on memory are begun. */
export default class ShortestFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => rank(a) - rank(b) || (a.duration ?? 0) - (b.duration ?? 0));
  }
}

const rank = ({ path }) => (path.includes('/adapters/') ? 1 : 0);
