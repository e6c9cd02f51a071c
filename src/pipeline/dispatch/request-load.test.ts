import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import { connectionFigures } from '../insight/connection-metrics.ts';

const data = (count: number) => Array.from({ length: count }, (_, n) => ({ data: { n: String(n) } }));

/** A system that responds only when told to. */
function slowSystem() {
  const open: ((response: { status: number }) => void)[] = [];
  return {
    handler: () => new Promise<{ status: number }>((resolve) => open.push(resolve)),
    respond: (status: number) => open.shift()?.({ status }),
  };
}

async function loads(
  { pipeline }: Rig,
  { connectionId, destinationId }: Record<'connectionId' | 'destinationId', string>,
) {
  const { healthAt, health } = pipeline.queueStatus;
  return [(await healthAt(destinationId)).requests, (await health(connectionId)).requests];
}

test('the health of a destination and of its connection says how many requests are in flight, and what the others wait for', async () => {
  const slow = slowSystem();
  await using rig = await startRig(slow);
  const ids = await wire(rig);
  const none = { inFlight: 0, limit: 8, responseMs: null, limitedBy: null };
  assert.deepEqual(await loads(rig, ids), [none, none]);
  await rig.send(...data(20));
  await settled();
  const growing = { inFlight: 8, limit: 8, responseMs: null, limitedBy: 'concurrency' };
  assert.deepEqual(await loads(rig, ids), [growing, growing]);
  const figures = connectionFigures(rig.pipeline);
  assert.deepEqual(figures.requests(), { [ids.connectionId]: 8 });
  assert.deepEqual(figures.requestLimits(), { [ids.connectionId]: 8 });
  assert.deepEqual(figures.limited(), { rate: 0, concurrency: 1, receiver: 0 });
  await rig.clock.advance(300);
  for (let n = 0; n < 8; n++) {
    slow.respond(200);
    await settled();
  }
  const known = { inFlight: 12, limit: 16, responseMs: 300, limitedBy: null };
  assert.deepEqual(await loads(rig, ids), [known, known]);
  assert.deepEqual(figures.responseSeconds(), { [ids.connectionId]: 0.3 });
});

test('after a refusal the receiver is what deliveries wait for', async () => {
  const slow = slowSystem();
  await using rig = await startRig(slow);
  const ids = await wire(rig);
  await rig.send(...data(20));
  await settled();
  slow.respond(503);
  await settled();
  const refused = { inFlight: 7, limit: 5, responseMs: null, limitedBy: 'receiver' };
  assert.deepEqual(await loads(rig, ids), [refused, refused]);
});

test('a rate, and a configured number of requests at once, are named as the limit', async () => {
  const slow = slowSystem();
  await using rig = await startRig(slow);
  const rated = await wire(rig, { connection: { settings: { rate: { limit: 3, perMs: 60_000 } } } });
  const few = await wire(rig, {
    connection: { name: 'Few', settings: { rate: { concurrency: 2 } } },
    destination: { name: 'Few' },
    action: { name: 'Few' },
  });
  await rig.send(...data(5));
  await settled();
  assert.deepEqual((await loads(rig, rated))[0], { inFlight: 3, limit: 8, responseMs: null, limitedBy: 'rate' });
  const set = { inFlight: 2, limit: 2, responseMs: null, limitedBy: 'concurrency' };
  assert.deepEqual(await loads(rig, few), [set, set]);
});
