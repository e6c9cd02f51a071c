import { z } from 'zod';
import { connection, connectionInput } from '../connection.ts';
import { errorKind } from '../delivery.ts';
import { documentRoutes } from '../document-routes.ts';
import { api } from '../route.ts';

const testStep = z.strictObject({
  name: z.enum(['url', 'dns', 'connect', 'tls', 'token_request', 'token_answer', 'probe']),
  ok: z.boolean(),
  durationMs: z.number(),
  detail: z.string(),
  error: z.strictObject({ kind: errorKind, message: z.string() }).optional(),
});

const testSteps = z.strictObject({ ok: z.boolean(), steps: z.array(testStep) });

export const connectionRoutes = {
  ...documentRoutes({
    one: 'connection',
    many: 'connections',
    area: 'connections',
    at: '/connections',
    input: connectionInput,
    output: connection,
  }),
  testConnection: api('POST', '/connections/{id}/test', ['connections:manage'], 'Test a connection step by step', {
    tag: 'connections',
    audit: { act: 'test', kind: 'connection' },
    output: testSteps,
  }),
  testUnsavedConnection: api(
    'POST',
    '/connections/test',
    ['connections:manage'],
    'Test a connection before saving it',
    { tag: 'connections', audit: { act: 'test', kind: 'connection' }, body: connectionInput, output: testSteps },
  ),
};
