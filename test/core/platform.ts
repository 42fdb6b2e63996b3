import type { Core, PlatformEvent } from '@backline/core';
import { createCore } from '@backline/core';
import type { Role, User } from '@backline/core/accounts';
import { type Instant, type Result, instant } from '@backline/core/kernel';
import { type MemoryPorts, type SignedEvent, type SteppingClock, memoryPorts, steppingClock } from '@backline/memory';

export const START: Instant = instant(Date.parse('2026-11-15T12:00:00Z'));

export type Platform = {
  readonly core: Core;
  readonly ports: MemoryPorts;
  readonly clock: SteppingClock;
};

/** The whole core on memory, at a time that stands still; what is given replaces the port of that name. */
export const platform = (given: Parameters<typeof memoryPorts>[0] = {}): Platform => {
  const clock = steppingClock(START);
  const ports = memoryPorts({ clock, ...given });
  return { core: createCore(ports), ports, clock };
};

export const valueOf = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

export const PASSWORD = 'FanPass123';

export const join = async ({ core }: Platform, email: string, role: Role = 'FAN'): Promise<User> =>
  valueOf(await core.accounts.register({ email, password: PASSWORD, role, displayName: null }));

export const eventsOf = <Type extends PlatformEvent['type']>(
  { ports }: Platform,
  type: Type,
): readonly Extract<PlatformEvent, { type: Type }>[] =>
  ports.published().filter((event): event is Extract<PlatformEvent, { type: Type }> => event.type === type);

/** What the app and the worker do with a webhook. */
export const deliver = async ({ core }: Platform, { body, signature, eventId }: SignedEvent): Promise<void> => {
  valueOf(await core.subscriptions.receiveWebhook(body, signature));
  valueOf(await core.subscriptions.applyWebhook(eventId));
};

/** Through a checkout of their own. */
export const subscribe = async (on: Platform, user: User): Promise<void> => {
  const { sessionId } = valueOf(await on.core.subscriptions.startCheckout(user.id));
  await deliver(on, on.ports.payments.pay(sessionId));
};
