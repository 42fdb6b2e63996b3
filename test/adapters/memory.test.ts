import { memoryPorts } from '@backline/memory';
import { storeSuites } from '../suites/stores.ts';

storeSuites('memory', async () => {
  const ports = memoryPorts();
  return { ports, published: async () => ports.published() };
});
