import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../test/support/rig.ts';

test('a change of anything but actions and behaviors compiles nothing anew', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId, actionId } = await wire(rig);
  const { configuration } = rig.pipeline;
  const { rules } = configuration.snapshot;
  await rig.put('connection', { name: 'CRM 2', baseUrl: 'https://crm.example' }, connectionId);
  assert.equal(configuration.snapshot.rules, rules);
  const action = { name: 'None', description: 'no event', status: 'disabled', destinations: [{ destinationId }] };
  await rig.put('action', action, actionId);
  assert.notEqual(configuration.snapshot.rules, rules);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 0);
});
