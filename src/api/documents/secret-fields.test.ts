import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { Secret, secretInput } from '../../contract/secret.ts';
import { exportSecrets, placeSecrets, showSecrets } from './secret-fields.ts';

test('a new field that is a secret by its schema is stored as a secret, and neither returned nor exported', () => {
  const schema = z.strictObject({
    auth: z.strictObject({ type: z.literal('key'), newSecret: secretInput }),
    options: z.array(z.strictObject({ name: z.string(), deep: z.record(z.string(), secretInput) })),
  });
  const written = schema.parse({
    auth: { type: 'key', newSecret: 'first' },
    options: [{ name: 'a', deep: { inner: 'second' } }],
  });
  const references = { problem: () => 'None here.', secret: () => new Secret('', '') };
  const { body } = placeSecrets(schema, written, undefined, { updatedAt: '2026-01-01T00:00:00Z', references });
  const mark = { set: true, updatedAt: '2026-01-01T00:00:00Z' };
  assert.deepEqual(showSecrets(body), {
    auth: { type: 'key', newSecret: mark },
    options: [{ name: 'a', deep: { inner: mark } }],
  });
  assert.deepEqual(exportSecrets(schema, body), { auth: { type: 'key' }, options: [{ name: 'a', deep: {} }] });
});
