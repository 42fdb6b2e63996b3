import type { SessionId } from '@backline/core/accounts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isSessionId = (value: unknown): value is SessionId => typeof value === 'string' && UUID.test(value);
