import { z } from 'zod';
import { connection, connectionInput, health } from '../../documents/connection.ts';
import { documentRoutes } from '../../documents/document-routes.ts';
import { errorKind } from '../../records/delivery.ts';
import { api, tagged } from '../../route.ts';

const testStep = z.strictObject({
  name: z.enum(['url', 'dns', 'connect', 'tls', 'token_request', 'token_answer', 'probe']),
  ok: z.boolean(),
  durationMs: z.number(),
  detail: z.string(),
  error: z.strictObject({ kind: errorKind, message: z.string() }).optional(),
});

const testSteps = z.strictObject({ ok: z.boolean(), steps: z.array(testStep) });

export const connectionRoutes = tagged('connections', {
  ...documentRoutes({ one: 'connection', area: 'connections', input: connectionInput, output: connection }),
  testConnection: api('POST /connections/{id}/test', 'connections:manage', 'Test a connection step by step', {
    audit: 'test connection',
    output: testSteps,
  }),
  testUnsavedConnection: api('POST /connections/test', 'connections:manage', 'Test a connection before saving it', {
    audit: 'test connection',
    body: connectionInput,
    output: testSteps,
  }),
  probeConnection: api(
    'POST /connections/{id}/probe',
    'deliveries:manage',
    'Send the next held delivery as a probe, to check whether a tripped or refused connection works again',
    { audit: 'probe connection', output: health },
  ),
  releaseConnection: api(
    'POST /connections/{id}/release',
    'deliveries:manage',
    'Send the held deliveries of a connection: releases a hold that its traffic caused and restarts the retry schedule of exhausted deliveries',
    { audit: 'release connection', output: z.strictObject({ released: z.int(), health }) },
  ),
});
