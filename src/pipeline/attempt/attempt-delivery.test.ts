import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { byItself } from '../../contract/by-itself.ts';

const onlyName = [{ field: 'name', parameter: 'name' }];
const orders = { name: 'Orders', path: '/orders' };

test('a held delivery keeps the mapping it was planned with when its action drops the destination', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId } = await wire(rig, {
    destination: { status: 'paused' },
    action: { status: 'disabled' },
  });
  const action = { name: 'Few', description: 'one field', status: 'enabled' };
  const actionId = await rig.put('action', { ...action, destinations: [{ destinationId, mapping: onlyName }] });
  await rig.send({ data: { name: 'a', email: 'a@example.com' } });
  await settled();
  await rig.put('action', { ...action, destinations: [] }, actionId);
  await rig.put('destination', { connectionId, ...orders, status: 'enabled' }, destinationId);
  await rig.clock.advance(1);
  assert.deepEqual(
    rig.egress.requests.map(({ body }) => body),
    ['{"name":"a"}'],
  );
});

test('a delivery without the version of its action is not sent, since its mapping is not known', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId, actionId } = await wire(rig, { destination: { status: 'paused' } });
  await rig.send({ data: { email: 'a@example.com' } });
  await settled();
  await rig.pipeline.configuration.change(byItself, ({ documents }) =>
    [...documents.action.values()].map((document) => ({ op: 'delete', document })),
  );
  const [waiting] = await rig.deliveries();
  await rig.journal.log.retry({
    id: waiting?.id ?? '',
    now: rig.clock.now(),
    render: { actionVersion: null, destinationVersion: 1 },
  });
  await rig.put('destination', { connectionId, ...orders, status: 'enabled' }, destinationId);
  await rig.clock.advance(1);
  assert.deepEqual(
    (await rig.deliveries()).map(({ status, actionId: id, detail }) => [status, id, /its action/.test(detail ?? '')]),
    [['cancelled', actionId, true]],
  );
  assert.equal(rig.egress.requests.length, 0);
});
