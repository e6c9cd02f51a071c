import { z } from 'zod';
import { anything, route, tagged } from './route.ts';

export const operatingRoutes = tagged('operating', {
  livez: route('GET /livez', null, 'Liveness check', { output: anything }),
  readyz: route('GET /readyz', null, 'Readiness check: the instance accepts and delivers events', {
    query: z.object({ verbose: z.string().optional() }),
    output: anything,
  }),
  healthz: route('GET /healthz', null, 'The same as /readyz', { output: anything }),
  version: route('GET /version', null, 'The version of Millrace and its components, and whether it has an Inbox', {
    output: anything,
  }),
  metrics: route(
    'GET /metrics',
    'settings:view',
    'Metrics in the OpenMetrics format, or that of Prometheus with `Accept: text/plain` (public when the server listens only on loopback)',
    {
      output: z.string(),
      produces: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      orElse: 'text/plain',
    },
  ),
  openapi: route('GET /openapi.json', null, 'This description as OpenAPI 3.1', { output: anything }),
});
