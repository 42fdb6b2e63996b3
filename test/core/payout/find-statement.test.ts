import { expect, test } from '@jest/globals';
import { err, month, ok } from '@backline/core/kernel';
import { memoryPorts } from '@backline/memory';
import { closingWorld } from '../../suites/closing-world.ts';
import { addArtist, addTrack } from '../../suites/samples.ts';

const OCTOBER = month('2026-10');

test('statements are found by their month, and listed', async () => {
  const harness = { ports: memoryPorts(), published: async () => [] };
  const world = closingWorld(harness, OCTOBER);
  const artist = await addArtist(harness);
  await world.listen(await world.fan(), await addTrack(harness, artist), 5);
  const { findStatement, listStatements } = world.core.payout;
  expect(await findStatement(artist.id, OCTOBER)).toEqual(err({ code: 'statement_not_found', period: OCTOBER }));
  await world.close();
  const found = await findStatement(artist.id, OCTOBER);
  expect(found).toMatchObject(ok({ statement: { artistId: artist.id, period: OCTOBER, sequence: 1 } }));
  expect(await listStatements(artist.id, { limit: 5, after: null })).toEqual(
    ok({ items: [found.ok && found.value], next: null }),
  );
  expect(await listStatements(artist.id, { limit: 5, after: 'no cursor' })).toEqual(err({ code: 'bad_cursor' }));
});
