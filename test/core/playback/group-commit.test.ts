import { describe, expect, test } from '@jest/globals';
import { groupCommit } from '@backline/core/playback';

/** A commit that waits to be let through, one call at a time; each request is answered with its double. */
const gatedCommit = () => {
  const groups: (readonly number[])[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const commit = async (requests: readonly number[]): Promise<readonly number[]> => {
    groups.push(requests);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    return requests.map((request) => request * 2);
  };
  /** Lets all through, those too that begin meanwhile. */
  const open = async (): Promise<void> => {
    for (let next = gates.shift(); next !== undefined; next = gates.shift()) {
      next.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { groups, gates, commit, open };
};

const one = { lanes: 1, weightOf: () => 1, maxWeight: 3 };

describe('group commit', () => {
  test('begins at once where a lane is free, and answers each request with its own', async () => {
    const { commit, groups, open } = gatedCommit();
    const submit = groupCommit(commit, one);
    const answers = Promise.all([submit(1), submit(2), submit(3)]);
    expect(groups).toEqual([[1]]);
    await open();
    expect(await answers).toEqual([2, 4, 6]);
    expect(groups).toEqual([[1], [2, 3]]);
  });

  test('commits no more at once than it has lanes', async () => {
    const { commit, groups, open } = gatedCommit();
    const submit = groupCommit(commit, { ...one, lanes: 2 });
    const answers = Promise.all([1, 2, 3, 4].map(submit));
    expect(groups).toEqual([[1], [2]]);
    await open();
    expect(await answers).toEqual([2, 4, 6, 8]);
  });

  test('a group weighs no more than it may, unless one request alone does', async () => {
    const { commit, groups, open } = gatedCommit();
    const submit = groupCommit(commit, { lanes: 1, weightOf: (request) => request, maxWeight: 5 });
    const answers = Promise.all([1, 2, 3, 9, 4, 1, 1].map(submit));
    await open();
    await answers;
    expect(groups).toEqual([[1], [2, 3], [9], [4, 1], [1]]);
  });

  test('a commit that fails fails its own group, and the next is tried', async () => {
    let calls = 0;
    const submit = groupCommit(async (requests: readonly number[]) => {
      calls += 1;
      if (calls === 2) throw new Error('the disk is gone');
      return requests;
    }, one);
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(submit));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });

  test('a request that the commit left unanswered is rejected', async () => {
    const submit = groupCommit(async (requests: readonly number[]) => requests.slice(1), one);
    await expect(submit(1)).rejects.toThrow('unanswered');
  });
});
