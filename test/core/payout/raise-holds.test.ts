import { beforeEach, expect, test } from '@jest/globals';
import { createCore } from '@backline/core';
import type { UserId } from '@backline/core/accounts';
import { type Instant, type Month, instant, isoText, month } from '@backline/core/kernel';
import { PAYOUT_POLICY, type ListeningDay } from '@backline/core/payout';
import { type MemoryPorts, memoryPorts, steppingClock } from '@backline/memory';
import { commit } from '../../suites/harness.ts';
import { beginClosing, endClosing } from '../../suites/ledger-samples.ts';
import { addUser } from '../../suites/samples.ts';

const NOON = instant(Date.parse('2026-11-15T12:00:00Z'));
/** A play of this day can still be reported in time, by a day to spare. */
const REPORTABLE = '2026-10-15T00:00:00.000Z';

let ports: MemoryPorts;
let asked: (readonly [from: string, moreThan: number])[];

beforeEach(() => {
  ports = memoryPorts({ clock: steppingClock(NOON) });
  asked = [];
});

/** The holds that are raised while these days are busy. */
const raised = (busy: readonly ListeningDay[] = []): Promise<number> =>
  createCore({
    ...ports,
    holdReader: {
      ...ports.holdReader,
      busyDays: async (from: Instant, moreThan: number) => {
        asked.push([isoText(from), moreThan]);
        return busy;
      },
    },
  }).payout.raiseHolds();
const open = (of: Month) => commit(ports.uow, ({ periods }) => periods.open(of, NOON));
const close = async (of: Month): Promise<void> => {
  await open(of);
  await beginClosing({ ports }, of);
  await endClosing({ ports }, of);
};

test.each<[string, () => Promise<unknown>, string]>([
  ['nothing has happened', async () => undefined, REPORTABLE],
  ['an older month is open', () => open(month('2026-09')), '2026-09-01T00:00:00.000Z'],
  ['a newer month is open', () => open(month('2026-11')), REPORTABLE],
  [
    'an older month is closed and a newer one open',
    async () => {
      await close(month('2026-08'));
      await open(month('2026-09'));
    },
    '2026-09-01T00:00:00.000Z',
  ],
  ['all are closed', () => close(month('2026-09')), REPORTABLE],
])('where %s, days are looked at from the first that a close may yet count', async (_, given, from) => {
  await given();
  await raised();
  expect(asked).toEqual([[from, Math.min(PAYOUT_POLICY.velocity.dailyPlays, PAYOUT_POLICY.velocity.watchedPlays)]]);
});

test('a day is held once, and only for what the rule names', async () => {
  const { id: listenerId } = await addUser({ ports, published: async () => [] });
  const [one, other] = [1, 2] as readonly number[] as [UserId, UserId];
  const dayOf = (day: string, ...plays: readonly number[]): ListeningDay => ({
    listenerId,
    day: day as ListeningDay['day'],
    byArtist: plays.map((count, index) => ({ artistId: index === 0 ? one : other, plays: count })),
  });
  const suspicious = dayOf('2026-11-14', 401);
  const busy = [dayOf('2026-11-13', 60, 60), suspicious, suspicious];
  expect(await raised(busy)).toBe(1);
  expect(await raised(busy)).toBe(0);
  expect((await ports.holdReader.holds({ undecided: true }, 10)).map(({ scope }) => scope)).toEqual([
    { of: 'listening-day', listenerId, day: '2026-11-14' },
  ]);
});
