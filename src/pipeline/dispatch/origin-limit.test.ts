import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig } from '../../../test/support/rig.ts';
import { EXCHANGES_MAX } from '../../egress/egress.ts';

/** A system that responds only when told to, to the oldest request first. */
function slowSystem() {
  const open: (() => void)[] = [];
  return {
    handler: () =>
      new Promise<{ status: number }>((resolve) => {
        open.push(() => resolve({ status: 200 }));
      }),
    async answer(most = Number.POSITIVE_INFINITY) {
      for (let answered = 0; answered < most && open.length > 0; answered++) {
        open.shift()?.();
        await settled();
      }
    },
  };
}

/** Connections with one destination each, and the action that sends the events `name` to all of them. */
async function connect(rig: Rig, name: string, baseUrl: string, count: number) {
  const made: { connectionId: string; destinationId: string }[] = [];
  for (let n = 0; n < count; n++) {
    const connectionId = await rig.put('connection', { name: `${name} ${n}`, baseUrl });
    const named = { name: `${name} ${n}`, path: `/${name}/${n}` };
    const destinationId = await rig.put('destination', { connectionId, ...named, status: 'enabled' });
    made.push({ connectionId, destinationId });
  }
  await rig.put('action', {
    name,
    description: name,
    status: 'enabled',
    destinations: made.map(({ destinationId }) => ({ destinationId })),
    rules: { parameter: 'to', operator: 'equals', value: name },
  });
  return made;
}

const events = (to: string, count: number) => Array.from({ length: count }, () => ({ data: { to } }));

const system = 'https://system.example';

test('deliveries over the limit of their origin wait without an attempt, and all are delivered', async () => {
  const slow = slowSystem();
  await using rig = await startRig(slow);
  await connect(rig, 'many', system, 20);
  await rig.send(...events('many', 10));
  await settled();
  assert.equal(rig.egress.requests.length, EXCHANGES_MAX, 'although each destination may have eight');
  await rig.clock.advance(60_000);
  assert.equal(rig.egress.requests.length, EXCHANGES_MAX);
  const waiting = (await rig.deliveries()).filter(({ status }) => status === 'pending');
  assert.equal(waiting.length, 200 - EXCHANGES_MAX);
  for (const { reason, detail } of waiting)
    assert.deepEqual([reason, detail], [null, '128 requests to its server are in flight, which is the limit.']);
  await slow.answer(1);
  assert.equal(rig.egress.requests.length, EXCHANGES_MAX + 1, 'one ended, one more was sent');
  await slow.answer();
  const deliveries = await rig.journal.log.deliveries({ limit: 500, closed: [], now: rig.clock.now() });
  assert.equal(deliveries.filter(({ status }) => status === 'delivered').length, 200);
  assert.equal(rig.egress.requests.length, 200, 'each was sent once');
  assert.deepEqual(rig.failures, []);
});

test('connections that wait for a slow origin take turns; other origins are not affected', async () => {
  const slow = slowSystem();
  await using rig = await startRig({
    handler: ({ url }) => (url.startsWith(system) ? slow.handler() : { status: 200 }),
  });
  const sentTo = (name: string) => rig.egress.requests.filter(({ url }) => url.includes(`/${name}/`)).length;
  await connect(rig, 'many', system, 20);
  await connect(rig, 'late', system, 1);
  await connect(rig, 'other', 'https://other.example', 1);
  await rig.send(...events('many', 12));
  await settled();
  await rig.send(...events('late', 1), ...events('other', 3));
  await settled();
  assert.deepEqual([sentTo('many'), sentTo('late'), sentTo('other')], [EXCHANGES_MAX, 0, 3]);
  await slow.answer(4);
  assert.equal(sentTo('late'), 0, 'four waited before it');
  await slow.answer(1);
  assert.equal(sentTo('late'), 1, 'although all others have more to send');
});

test('a connection that moves to another origin continues there', async () => {
  const slow = slowSystem();
  await using rig = await startRig({
    handler: ({ url }) => (url.startsWith(system) ? slow.handler() : { status: 200 }),
  });
  await connect(rig, 'many', system, 16);
  const [late] = await connect(rig, 'late', system, 1);
  assert.ok(late);
  await rig.send(...events('many', 8));
  await settled();
  await rig.send(...events('late', 1));
  await settled();
  assert.equal(rig.egress.requests.length, EXCHANGES_MAX);
  await rig.put('connection', { name: 'late 0', baseUrl: 'https://elsewhere.example' }, late.connectionId);
  await settled();
  assert.equal(rig.egress.requests.at(-1)?.url, 'https://elsewhere.example/late/0');
});

test('a waiting delivery names the requests in flight that it waits for: of its connection, or to its destination', async () => {
  const slow = slowSystem();
  await using rig = await startRig(slow);
  const reported = async (destinationId: string) => {
    const waiting = (await rig.deliveries()).filter((d) => d.destinationId === destinationId && d.status === 'pending');
    return [...new Set(waiting.map(({ detail }) => detail))];
  };
  const [many] = await connect(rig, 'many', 'https://many.example', 1);
  const [one] = await connect(rig, 'one', 'https://one.example', 1);
  assert.ok(many && one);
  const settings = { rate: { limit: null, perMs: 1_000, concurrency: 1 } };
  await rig.put('connection', { name: 'one', baseUrl: 'https://one.example', settings }, one.connectionId);
  await rig.send(...events('many', 20), ...events('one', 2));
  await settled();
  assert.deepEqual(await reported(many.destinationId), [
    '8 requests to its destination are in flight, which is the limit.',
  ]);
  assert.deepEqual(await reported(one.destinationId), [
    '1 request of its connection is in flight, which is the limit.',
  ]);
  await slow.answer();
});
