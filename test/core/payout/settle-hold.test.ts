import { expect, test } from '@jest/globals';
import { createCore } from '@backline/core';
import { type Day, type UnitOfWork, err, ok } from '@backline/core/kernel';
import { type HeldPlayStores, type HoldId, PAYOUT_POLICY, velocityHold } from '@backline/core/payout';
import { memoryPorts } from '@backline/memory';
import { NOW, addUser, uuid } from '../../suites/samples.ts';

const ID = uuid(1) as HoldId;

test('what is decided by somebody else in the same moment stays as they decided', async () => {
  const ports = memoryPorts();
  const { id: listenerId } = await addUser({ ports, published: async () => [] });
  const busy = { listenerId, day: '2026-11-14' as Day, byArtist: [{ artistId: listenerId, plays: 401 }] };
  const playLog: UnitOfWork<HeldPlayStores> = ports.playLog;
  await playLog.run(async ({ holds }) => ok(await holds.raise(velocityHold(busy, PAYOUT_POLICY)!, ID, NOW)));
  const overtaken = createCore({
    ...ports,
    playLog: {
      run: (work) =>
        playLog.run((stores) =>
          work({
            ...stores,
            holds: {
              ...stores.holds,
              decide: async (id, decision) => {
                await stores.holds.decide(id, { ...decision, decision: 'refused', by: 'Ben' });
                return stores.holds.decide(id, decision);
              },
            },
          }),
        ),
    },
  });
  expect(await overtaken.payout.settleHold(ID, { decision: 'released', by: 'Ann' })).toEqual(
    err({ code: 'hold_decided', decision: 'refused' }),
  );
});
