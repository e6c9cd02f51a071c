import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { startRig } from '../../../test/support/rig.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import { startEraser } from './erasure.ts';

test('an erasure that continues after a restart first removes its text from all memory', async () => {
  await using rig = await startRig();
  const { journal } = rig;
  const entry = { principal: 'test', act: 'erase', kind: 'erasure', id: 'era_1', name: null, changes: [] };
  const begun = { id: 'era_1', code: 'x', sought: { visitorId: 'canary' }, now: rig.clock.now() };
  await journal.housekeeping.erasures.begin(begun, entry as unknown as NewAuditEntry); // what this test does not read is left out
  const order: string[] = [];
  const { step } = journal.housekeeping.erasures;
  const erasures: typeof journal.housekeeping.erasures = Object.assign(Object.create(journal.housekeeping.erasures), {
    step(...args: Parameters<typeof step>) {
      order.push('step');
      return step(...args);
    },
  });
  await using eraser = await startEraser({
    erasures,
    configuration: rig.pipeline.configuration,
    clock: fakeClock(),
    newId: () => assert.fail('none is new'),
    parameters: { forget: async () => {} },
    sending: () => [],
    cancelled: () => {},
    failed: (error) => assert.fail(String(error)),
  });
  await settled();
  eraser.watch((text) => void order.push(text));
  eraser.resume();
  await settled();
  assert.deepEqual(order.slice(0, 2), ['canary', 'step']);
});
