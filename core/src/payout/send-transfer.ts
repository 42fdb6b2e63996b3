import { HOUR_MS, type Instant, type Result, after, ok } from '../kernel/index.ts';
import type { TransferRefused } from './errors.ts';
import type { PayoutTransfer } from './payout-transfer.ts';
import type { PayoutPorts } from './ports.ts';
import { refreshAccount } from './refresh-account.ts';
import { recordFailed, recordTaken } from './transfer-record.ts';

/** Providers know a key for 24 hours at least; the rest is for clocks that disagree. */
const KEY_LIFE_MS = 23 * HOUR_MS;

/** `waiting`: the provider did not answer, or somebody else is at it; it is gone on with later. */
export type SendOutcome = 'settled' | 'failed' | 'short' | 'waiting';

/**
 * Goes on with a transfer that is begun, from wherever it was left: at most once is it sent. While the provider knows its
 * key, it is asked for under that again; later, only if it is not found by its group.
 */
export const sendTransfer = async (ports: PayoutPorts, begun: PayoutTransfer): Promise<SendOutcome> => {
  const { payoutGateway, clock } = ports;
  let { calledAt } = begun;
  if (calledAt === null || !knowsKey(calledAt, clock.now())) {
    const sent = calledAt === null ? ok(null) : await payoutGateway.findTransfer(begun);
    if (!sent.ok) return 'waiting';
    if (sent.value !== null) return settle(ports, sent.value);
    calledAt = await markCalled(ports, begun);
  }
  // Whoever slept between the mark and the call may not call under a key that is forgotten by now.
  if (calledAt === null || !knowsKey(calledAt, clock.now())) return 'waiting';
  const asked = await payoutGateway.transfer(begun);
  if (asked.ok) return settle(ports, asked.value);
  return asked.error.code === 'payments_away' ? 'waiting' : refuse(ports, begun, asked.error);
};

const knowsKey = (calledAt: Instant, now: Instant): boolean => now < after(calledAt, KEY_LIFE_MS);

const settle = async (ports: PayoutPorts, theirs: Parameters<typeof recordTaken>[1]): Promise<SendOutcome> => {
  await recordTaken(ports, theirs);
  return 'settled';
};

/** Null where it has ended, or somebody else has called since it was read. */
const markCalled = async (
  { uow, clock }: PayoutPorts,
  { id, calledAt: before }: PayoutTransfer,
): Promise<Instant | null> => {
  const marked: Result<Instant | null, never> = await uow.run(async ({ transfers }) => {
    const found = await transfers.find(id);
    if (found?.status !== 'begun' || found.calledAt !== before) return ok(null);
    const calledAt = clock.now();
    await transfers.save({ ...found, calledAt });
    return ok(calledAt);
  });
  return marked.value;
};

const refuse = async (
  ports: PayoutPorts,
  { id, destination }: PayoutTransfer,
  { reason }: TransferRefused,
): Promise<SendOutcome> => {
  await recordFailed(ports, id, reason);
  if (reason === 'funds-short') return 'short';
  if (reason === 'account-refused') await refreshAccount(ports, destination);
  return 'failed';
};
