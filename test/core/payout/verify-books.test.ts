import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Ports, createCore } from '@backline/core';
import { err, month, monthStart, ok } from '@backline/core/kernel';
import { memoryPorts } from '@backline/memory';
import { type ClosingWorld, closingWorld } from '../../suites/closing-world.ts';
import { addArtist, addTrack } from '../../suites/samples.ts';

const OCTOBER = month('2026-10');
const NOVEMBER = month('2026-11');

let world: ClosingWorld;

const never = async (): Promise<never> => {
  throw new Error('it is closed');
};

/** October is closed: an artist has a statement. */
beforeEach(async () => {
  const harness = { ports: memoryPorts(), published: async () => [] };
  world = closingWorld(harness, OCTOBER);
  const track = await addTrack(harness, await addArtist(harness));
  await world.listen(await world.fan(), track, 5);
  await world.close();
});

const on = (changes: Partial<Ports>) => createCore({ ...world.ports, ...changes });
const statements = (changes: Partial<Ports['statementReader']>) =>
  on({ statementReader: { ...world.ports.statementReader, ...changes } });

/** What comes of the chain, the file having been changed so. */
const afterChange = (change: (document: string) => string) =>
  statements({
    eachChain: (take) =>
      world.ports.statementReader.eachChain((artistId, documents) => take(artistId, documents.map(change))),
  }).payout.verifyBooks();

describe('the books', () => {
  test('differ in nothing, and that they were verified is kept', async () => {
    const before = await world.ports.verifications.latest();
    expect(before?.differences).toEqual([]);
    world.clock.advance(1);
    expect(await world.core.payout.verifyBooks()).toEqual([]);
    expect(await world.ports.verifications.latest()).toEqual({ verifiedAt: world.clock.now(), differences: [] });
  });

  test('name the artist, the file and the place where a statement is not what was issued', async () => {
    const changed = await afterChange((document) => document.replace('"policyVersion":1', '"policyVersion":2'));
    expect(changed).toMatchObject([
      { check: 'statement', where: expect.stringMatching(/^artist \d+, statement 1, digest$/) },
    ]);
    expect(changed[0]!.expected).toMatch(/^[0-9a-f]{64}$/);
    expect(changed[0]!.found).toMatch(/^[0-9a-f]{64}$/);
    expect(await afterChange((document) => document.replace('"policyVersion":1', '"policyVersion":0'))).toMatchObject([
      { check: 'statement', where: expect.stringMatching(/^artist \d+, statement 1, policyVersion$/) },
    ]);
    expect(await afterChange(() => '{')).toEqual([
      {
        check: 'statement',
        where: expect.stringMatching(/^artist \d+, statement 1, not-json$/),
        expected: 'a statement',
        found: '',
      },
    ]);
    expect((await world.ports.verifications.latest())?.differences).toHaveLength(1);
  });

  test.each([
    ['otherwise', 'a'.repeat(64), 'a'.repeat(64)],
    ['not at all', null, 'none'],
  ])('differ where a close kept %s what it counted', async (_, kept, expected) => {
    expect(await statements({ countsOf: async () => kept }).payout.verifyBooks()).toEqual([
      {
        check: 'close-counts',
        where: 'period 2026-10',
        expected,
        found: await world.ports.statementReader.countsOf(OCTOBER),
      },
    ]);
  });

  test('differ where it can not be counted again', async () => {
    const playCounts = { eachOf: async () => err({ code: 'counts_unsettled' } as const) };
    const expected = await world.ports.statementReader.countsOf(OCTOBER);
    expect(await on({ playCounts }).payout.verifyBooks()).toEqual([
      { check: 'close-counts', where: 'period 2026-10', expected, found: 'counts_unsettled' },
    ]);
  });

  test('are counted again for closed months alone', async () => {
    const counted: string[] = [];
    const { statementReader } = world.ports;
    await world.ports.uow.run(async ({ periods }) => ok(await periods.open(NOVEMBER, world.clock.now())));
    await statements({
      countsOf: (period) => {
        counted.push(period);
        return statementReader.countsOf(period);
      },
    }).payout.verifyBooks();
    expect(counted).toEqual([OCTOBER]);
  });

  test('in which something differs are not closed over', async () => {
    const difference = { check: 'balance', where: 'account x', expected: '1', found: '2' } as const;
    const ledgerAudit = { ...world.ports.ledgerAudit, differences: async () => [difference] };
    world.set(Date.parse('2026-12-10T00:00:00Z') as never);
    expect(await on({ ledgerAudit }).payout.closePeriod(NOVEMBER)).toEqual(
      err({ code: 'checks_failed', differences: [difference] }),
    );
    expect((await world.ports.verifications.latest())?.differences).toEqual([difference]);
    expect(await on({ ledgerAudit }).payout.closeDuePeriods()).toEqual(
      err({ code: 'checks_failed', differences: [difference], period: NOVEMBER }),
    );
    expect(await world.ports.statementReader.report(NOVEMBER)).toBeNull();
    expect(await world.core.payout.closeDuePeriods()).toMatchObject(ok([{ period: NOVEMBER }]));
  });
});

describe('a month that is closed', () => {
  test('is told, and nothing is looked at again', async () => {
    const again = on({ longUow: { run: never }, playCounts: { eachOf: never } });
    expect(await again.payout.closePeriod(OCTOBER)).toMatchObject(ok({ period: OCTOBER, now: false }));
    const early = on({ clock: { now: () => monthStart(NOVEMBER) } });
    expect(await early.payout.closePeriod(OCTOBER)).toMatchObject(ok({ period: OCTOBER, now: false }));
  });

  test('was counted after all that was played had been taken up', async () => {
    world.set(Date.parse('2026-12-10T00:00:00Z') as never);
    const { uow } = world.ports;
    const left = [2, 1, 0];
    const slow: typeof uow = {
      run: (work) =>
        uow.run((stores) => work({ ...stores, rollup: { ...stores.rollup, advance: async () => left.shift()! } })),
    };
    expect(await on({ uow: slow }).payout.closePeriod(NOVEMBER)).toMatchObject(ok({ now: true }));
    expect(left).toEqual([]);
  });

  test('was closed in the first moment in which it could be', async () => {
    world.set((Date.parse('2026-12-10T00:00:00Z') - 1) as never);
    expect(await world.core.payout.closeDuePeriods()).toEqual(ok([]));
    world.clock.advance(1);
    expect(await world.core.payout.closeDuePeriods()).toMatchObject(ok([{ period: NOVEMBER }]));
  });

  test('by somebody else in the same moment is not told as closed by us', async () => {
    world.set(Date.parse('2026-12-10T00:00:00Z') as never);
    const { uow } = world.ports;
    let others = 1;
    const overtaken: typeof uow = {
      run: async (work) => {
        const read = await uow.run(work);
        if (others-- > 0) await world.core.payout.closePeriod(NOVEMBER);
        return read;
      },
    };
    expect(await on({ uow: overtaken }).payout.closeDuePeriods()).toEqual(ok([]));
    expect(await world.ports.statementReader.report(NOVEMBER)).not.toBeNull();
  });

  test('was checked before it was begun, and not when it is gone on with', async () => {
    world.set(Date.parse('2026-12-10T00:00:00Z') as never);
    const playCounts = { eachOf: async () => err({ code: 'counts_unsettled' } as const) };
    const verifyingNothing = {
      ...world.ports.statementReader,
      eachChain: async () => undefined,
      countsOf: async () => 'counts_unsettled',
    };
    const begun = on({ playCounts, statementReader: verifyingNothing });
    expect(await begun.payout.closePeriod(NOVEMBER)).toEqual(err({ code: 'counts_unsettled' }));
    const { verifiedAt } = (await world.ports.verifications.latest())!;
    world.clock.advance(1);
    expect(await world.core.payout.closePeriod(NOVEMBER)).toMatchObject(ok({ now: true }));
    expect((await world.ports.verifications.latest())!.verifiedAt).toBe(verifiedAt);
  });
});
