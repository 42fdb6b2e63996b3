import type { Circuit } from '@backline/composition';
import { Gauge, type Registry } from 'prom-client';

const STATES = ['closed', 'half-open', 'open'] as const;

/** Read whenever the metrics are: nothing is counted twice. */
export const circuitMetrics = (registry: Registry, circuits: readonly Circuit[]): void => {
  const states = new Gauge({
    name: 'circuit_state',
    help: '1 for the state that the circuit to an outside service is in',
    labelNames: ['circuit', 'state'],
    registers: [],
    collect() {
      for (const { name, state } of circuits)
        for (const each of STATES) this.set({ circuit: name, state: each }, state() === each ? 1 : 0);
    },
  });
  const calls = new Gauge({
    name: 'circuit_calls_total',
    help: 'Calls to an outside service since the start, by how they ended',
    labelNames: ['circuit', 'outcome'],
    registers: [],
    collect() {
      for (const circuit of circuits)
        for (const [outcome, count] of Object.entries(circuit.calls()))
          this.set({ circuit: circuit.name, outcome }, count);
    },
  });
  registry.registerMetric(states);
  registry.registerMetric(calls);
};
