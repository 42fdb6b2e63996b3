import { Gauge, Histogram, type Registry, collectDefaultMetrics } from 'prom-client';

export type HttpMetrics = {
  readonly begin: () => void;
  readonly end: (labels: { method: string; route: string; status: string }, seconds: number) => void;
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Registers the process's own metrics and those of HTTP; routes by their pattern, so that there are few. */
export const httpMetrics = (registry: Registry): HttpMetrics => {
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const underWay = new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests whose answer has not ended',
    registers: [registry],
  });
  return {
    begin: () => underWay.inc(),
    end: ({ method, route, status }, seconds) => {
      underWay.dec();
      duration.observe({ method: METHODS.has(method) ? method : 'other', route, status }, seconds);
    },
  };
};
