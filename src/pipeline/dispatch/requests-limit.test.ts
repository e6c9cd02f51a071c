import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';

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

const requestsMax = 100;

test('a destination that refuses every request gets few, and all when it takes them again', async () => {
  let isRefusing = true;
  await using rig = await startRig({ handler: () => ({ status: isRefusing ? 429 : 200 }) });
  const retry = { scheduleMs: [0, 30_000, 30_000, 30_000, 30_000, 30_000], jitter: 0 };
  await wire(rig, { connection: { settings: { retry } } });
  for (let n = 0; n < 5; n++) await rig.send(...Array.from({ length: 100 }, () => ({ data: { n: '1' } })));
  await rig.clock.advance(10_000);
  const waiting = (await rig.deliveries()).find(({ attempts }) => attempts === 0);
  assert.equal(waiting?.detail, 'The system refuses requests: one at a time is sent, with breaks.');
  assert.ok(rig.egress.requests.length < 60, `${rig.egress.requests.length} requests`);
  isRefusing = false;
  await rig.clock.advance(60_000);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

test('deliveries over the limit of all requests wait without an attempt, and all are delivered', async () => {
  const slow = slowSystem();
  await using rig = await startRig({ ...slow, requestsMax });
  await connect(rig, 'many', system, 20);
  await rig.send(...events('many', 10));
  await settled();
  const sent = rig.egress.requests.length;
  assert.ok(sent > 90 && sent <= requestsMax, `${sent} of the 160 that the destinations may have`);
  await rig.clock.advance(60_000);
  assert.equal(rig.egress.requests.length, sent);
  const waiting = (await rig.deliveries()).filter(({ status }) => status === 'pending');
  assert.equal(waiting.length, 200 - sent);
  const some = waiting.find(({ detail }) => detail === `${sent} requests are in flight, close to the limit of all.`);
  assert.ok(some, JSON.stringify(waiting[0]));
  await slow.answer(20);
  const more = rig.egress.requests.length - sent;
  assert.ok(more >= 10 && more <= 20, `twenty ended, ${more} more were sent`);
  await slow.answer();
  const deliveries = await rig.journal.log.deliveries({ limit: 500, closed: [], now: rig.clock.now() });
  assert.equal(deliveries.filter(({ status }) => status === 'delivered').length, 200);
  assert.equal(rig.egress.requests.length, 200, 'each was sent once');
  assert.deepEqual(rig.failures, []);
});

test('while as many requests hang as a connection may begin, another one is not delayed', async () => {
  const slow = slowSystem();
  await using rig = await startRig({
    handler: ({ url }) => (url.startsWith(system) ? slow.handler() : { status: 200 }),
    requestsMax: 50,
  });
  const sentTo = (name: string) => rig.egress.requests.filter(({ url }) => url.includes(`/${name}/`)).length;
  await connect(rig, 'many', system, 7);
  await connect(rig, 'other', 'https://other.example', 1);
  await rig.send(...events('many', 12));
  await settled();
  const hanging = sentTo('many');
  assert.ok(hanging > 40, `${hanging}`);
  await rig.send(...events('other', 30));
  await settled();
  assert.deepEqual([sentTo('many'), sentTo('other')], [hanging, 30]);
});

test('a destination that hangs leaves its neighbours in its connection requests of their own', async () => {
  const slow = slowSystem();
  await using rig = await startRig({
    handler: ({ url }) => (url.endsWith('/hanging') ? slow.handler() : { status: 200 }),
    requestsMax: 16,
  });
  const connectionId = await rig.put('connection', { name: 'CRM', baseUrl: system });
  const made = ['hanging', 'well'].map((name) =>
    rig.put('destination', { connectionId, name, path: `/${name}`, status: 'enabled' }),
  );
  const destinations = (await Promise.all(made)).map((destinationId) => ({ destinationId }));
  const everything = { parameter: 'to', operator: 'equals', value: 'both' };
  await rig.put('action', { name: 'both', description: 'both', status: 'enabled', destinations, rules: everything });
  await rig.send(...events('both', 30));
  await settled();
  const sentTo = (name: string) => rig.egress.requests.filter(({ url }) => url.endsWith(name)).length;
  assert.deepEqual([sentTo('hanging'), sentTo('well')], [8, 30]);
});

test('connections that wait for a request to end take turns', async () => {
  const slow = slowSystem();
  await using rig = await startRig({ ...slow, requestsMax: 50 });
  const sentTo = (name: string) => rig.egress.requests.filter(({ url }) => url.includes(`/${name}/`)).length;
  await connect(rig, 'many', system, 20);
  await rig.send(...events('many', 12));
  await settled();
  const counts = new Map<string, number>();
  await slow.answer(200);
  for (const { url } of rig.egress.requests) counts.set(url, (counts.get(url) ?? 0) + 1);
  assert.equal(counts.size, 20);
  assert.ok(Math.max(...counts.values()) <= 12);
  assert.ok(sentTo('many') > 230);
  await slow.answer();
  assert.equal(sentTo('many'), 240);
});

test('of the connections that wait for a request to end, those without anything to send take no turn', async () => {
  const slow = slowSystem();
  await using rig = await startRig({ ...slow, requestsMax: 1 });
  const ids = (await connect(rig, 'many', system, 12)).map(({ destinationId }) => destinationId);
  await rig.send(...events('many', 1));
  await settled();
  const urls = () => rig.egress.requests.map(({ url }) => url);
  const [first] = urls();
  const waiting = ids.filter((_, n) => first !== `${system}/many/${n}`);
  for (const id of waiting.slice(0, -1)) {
    const { body } = rig.pipeline.configuration.snapshot.documents.destination.get(id) ?? assert.fail();
    await rig.put('destination', { ...body, status: 'paused' }, id);
  }
  await slow.answer(1);
  assert.deepEqual(urls(), [first, `${system}/many/${ids.indexOf(waiting.at(-1) ?? '')}`]);
  await slow.answer();
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
