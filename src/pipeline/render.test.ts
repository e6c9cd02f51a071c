import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionInput } from '../contract/action.ts';
import { type DestinationBody, destinationInput } from '../contract/destination.ts';
import { quickjsSandbox } from '../sandbox/quickjs/quickjs-sandbox.ts';
import type { RenderOutcome } from '../sandbox/sandbox.ts';
import { planRender } from './render.ts';

test('a failure tells its place in the template, and in another part that part by name', async () => {
  await using sandbox = await quickjsSandbox();
  const stamp = { version: 1, createdAt: '', updatedAt: '', updatedBy: '' };

  async function failureOf(destination: Record<string, unknown>, mapping: unknown[] = []) {
    const parsed = destinationInput.parse({ name: 'D', ...destination });
    const body = { ...parsed, connectionId: 'con_1' } as DestinationBody; // it has no secrets
    const action = {
      kind: 'action' as const,
      id: 'act_1',
      ...stamp,
      body: actionInput.parse({ name: 'A', description: 'a', destinations: [{ destinationId: 'dst_1', mapping }] }),
    };
    const render = async (job: Parameters<typeof sandbox.render>[0][number]): Promise<RenderOutcome> => {
      const [outcome] = await sandbox.render([job]);
      return outcome ?? assert.fail('no outcome');
    };
    const meta = {
      deliveryId: 'dlv_1',
      idempotencyKey: 'dlv_1',
      action: { id: 'act_1', name: 'A' },
      destination: { id: 'dst_1', name: 'D' },
      time: 0,
    };
    const rendering = await planRender(render, action, { id: 'dst_1', body }).render({
      data: [{}],
      events: [{}],
      meta,
    });
    return rendering.kind === 'failed' ? [rendering.line, rendering.reason] : rendering.kind;
  }

  const missing = '`b` is read from a value that is missing';
  const tag = '{{ it.data[0].a.b }}';
  assert.deepEqual(await failureOf({ template: `x\n${tag}` }), [2, missing]);
  assert.deepEqual(await failureOf({ path: `/${tag}` }), [null, `path, line 1, column 17: ${missing}`]);
  assert.deepEqual(await failureOf({ settings: { headers: [{ name: 'X-A', value: tag }] } }), [
    null,
    `header X-A, line 1, column 16: ${missing}`,
  ]);
  assert.deepEqual(await failureOf({}, [{ field: 'f', expression: 'it.a.b' }]), [
    null,
    `mapping field f, line 1, column 5: ${missing}`,
  ]);
});
