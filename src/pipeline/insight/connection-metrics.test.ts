import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { connectionFigures } from './connection-metrics.ts';

test('one reading of all connections counts the backlog once, however many connections are held', async () => {
  await using rig = await startRig({ handler: () => ({ status: 401 }) });
  const connections: string[] = [];
  for (const name of ['A', 'B', 'C']) {
    const { connectionId } = await wire(rig, {
      connection: { name, auth: { type: 'bearer', token: 'old' } },
      destination: { name },
      action: { name },
    });
    connections.push(connectionId);
  }
  await rig.send({ data: { n: '1' } });
  await settled();
  let counts = 0;
  const { held } = rig.pipeline.queueStatus;
  const queueStatus = {
    ...rig.pipeline.queueStatus,
    held: () => {
      counts += 1;
      return held();
    },
    health: () => assert.fail('the health of a connection counts its held deliveries'),
  };
  const figures = connectionFigures({ ...rig.pipeline, queueStatus });
  const since = rig.clock.now() / 1_000;
  assert.deepEqual(figures.closedSince(), Object.fromEntries(connections.map((id) => [`${id}\nauth_rejected`, since])));
  assert.deepEqual(await figures.held(), Object.fromEntries(connections.map((id) => [id, 1])));
  assert.deepEqual(figures.ends(), {});
  assert.equal(counts, 1);
});

test('the hold of a destination alone is one of its connection, which is otherwise ok', async () => {
  await using rig = await startRig({ handler: ({ url }) => ({ status: url.includes('orders') ? 503 : 200 }) });
  const { connectionId, destinationId } = await wire(rig);
  const well = await rig.put('destination', { connectionId, name: 'Well', path: '/well', status: 'enabled' });
  const destinations = [{ destinationId: well }];
  await rig.put('action', { name: 'Well', description: 'the other', status: 'enabled', destinations });
  await rig.send(...Array.from({ length: 30 }, (_, n) => ({ data: { n: String(n) } })));
  await settled();
  const figures = connectionFigures(rig.pipeline);
  const since = rig.clock.now() / 1_000;
  assert.deepEqual(figures.closedSince(), { [`${connectionId}\nbreaker_open`]: since });
  assert.deepEqual([figures.states()['ok'], figures.states()['tripped']], [1, 0]);
  const { state, held } = await rig.pipeline.queueStatus.healthAt(destinationId);
  assert.deepEqual([state, held], ['tripped', (await figures.held())[connectionId]]);
  const stopped = { connectionId, name: 'Well', path: '/well', status: 'disabled' };
  await rig.put('destination', stopped, well);
  assert.equal(
    (await rig.pipeline.queueStatus.health(connectionId)).state,
    'tripped',
    'nothing is delivered to it now',
  );
});

test('deliveries that wait for a person are held deliveries of their connection, also when it is fine', async () => {
  const answers = [{ status: 500 }, { error: { kind: 'timeout', message: 'too late' } }] as const;
  await using rig = await startRig({ handler: (_, index) => answers[index] ?? { status: 200 } });
  const settings = { onTimeout: 'hold', retry: { scheduleMs: [0], jitter: 0 } };
  const { connectionId, destinationId } = await wire(rig, { destination: { settings } });
  for (const n of ['exhausted', 'unknown', 'fine']) {
    await rig.send({ data: { n } });
    await settled();
  }
  assert.deepEqual(await rig.statuses(), ['held', 'held', 'delivered']);
  const { health, healthAt } = rig.pipeline.queueStatus;
  const { state, held } = await health(connectionId);
  assert.deepEqual([state, held, (await healthAt(destinationId)).held], ['ok', 2, 2]);
  assert.deepEqual(await connectionFigures(rig.pipeline).held(), { [connectionId]: 2 });
});
