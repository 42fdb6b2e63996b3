import { expect, test } from '@jest/globals';
import { month } from '@backline/core/kernel';
import { memoryPorts } from '@backline/memory';
import { closingWorld } from '../../suites/closing-world.ts';
import { addArtist, addTrack } from '../../suites/samples.ts';

test('the rollup takes up what was played, once', async () => {
  const harness = { ports: memoryPorts(), published: async () => [] };
  const world = closingWorld(harness, month('2026-10'));
  const artist = await addArtist(harness);
  await world.listen(await world.fan(), await addTrack(harness, artist), 5);
  expect(await world.core.payout.advanceRollup()).toBeGreaterThan(0);
  expect(await world.core.payout.advanceRollup()).toBe(0);
  expect((await world.core.payout.earningsOf(artist.id)).earned.micros).toBe(5n * 8_000n);
});
