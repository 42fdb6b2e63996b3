import { randomUUID } from 'node:crypto';
import type { Ids } from '@backline/core/kernel';

export const systemIds = (): Ids => ({ uuid: () => randomUUID() });
