import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { settled } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { pause } from '../../async/clock.ts';
import type { EgressRequest } from '../../egress/egress.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';

const template = '{{! return JSON.stringify(it.data); }}';
const order = { key: 'visitorId', releaseAfter: null };
const retry = { scheduleMs: [0, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000] };

type Answer = { status: number; afterMs?: number };
/** The name of a record has its visitor and its number: `a0`, `b1`. */
type Peer = (records: string[], index: number) => Answer;

/**
 * An ordered destination. `problems` has each record that was sent while another one of its visitor was in flight in
 * another request, or before an earlier one of its visitor was finished.
 */
async function startOrdered(answer: Peer, batch: Record<string, unknown>) {
  const requests: string[][] = [];
  const problems: string[] = [];
  const accepted: string[] = [];
  const finished = new Set<string>();
  const onWire = new Set<string>();

  function check(records: string[]) {
    for (const [at, record] of records.entries()) {
      const [visitor] = record;
      if (visitor === undefined || visitor === '-') continue;
      const earlier = accepted.slice(0, accepted.indexOf(record)).filter((one) => one.startsWith(visitor));
      for (const one of earlier)
        if (!finished.has(one) && !records.slice(0, at).includes(one)) problems.push(`${record} before ${one}`);
      for (const one of onWire) if (one.startsWith(visitor)) problems.push(`${record} while ${one} was in flight`);
    }
  }

  const handler = async ({ body }: EgressRequest, index: number): Promise<FakeAnswer> => {
    const parsed: unknown = JSON.parse(String(body));
    const records = [parsed].flat().map((one) => (one as { n: string }).n); // the template writes the event's data
    requests.push(records);
    check(records);
    for (const one of records) onWire.add(one);
    const { status, afterMs = 0 } = answer(records, index);
    if (afterMs > 0) await pause(rig.clock, afterMs);
    for (const one of records) onWire.delete(one);
    if (status < 300 || (status < 500 && records.length === 1)) for (const one of records) finished.add(one);
    return { status };
  };
  const rig = await startRig({ handler });
  const { connectionId, destinationId } = await wire(rig, {
    connection: { settings: { retry, breaker: { minimum: 1_000 } } },
    destination: { template, settings: { order, batch } },
    action: { rules: { parameter: 'kind', operator: 'notEquals', value: 'other' } },
  });
  await rig.put('action', {
    name: 'Other',
    description: 'Events of another kind',
    status: 'enabled',
    rules: { parameter: 'kind', operator: 'equals', value: 'other' },
    destinations: [{ destinationId }],
  });
  return {
    rig,
    requests,
    problems,
    async send(...events: { visitor: string; kind?: string }[]) {
      const records = events.map(({ visitor }, at) => `${visitor}${accepted.length + at}`);
      accepted.push(...records);
      await rig.send(
        ...events.map(({ visitor, kind = 'any' }, at) => ({
          visitorId: visitor === '-' ? null : visitor,
          data: { n: records[at] ?? '', kind },
        })),
      );
    },
    setBatch: (next: Record<string, unknown>) =>
      rig.put(
        'destination',
        {
          connectionId,
          name: 'Orders',
          path: '/orders',
          status: 'enabled',
          template,
          settings: { order, batch: next },
        },
        destinationId,
      ),
    async retry(which: number) {
      const open = (await rig.deliveries()).filter(({ status }) => status === 'held' || status === 'retrying');
      const one = open[which % Math.max(1, open.length)];
      if (one === undefined) return;
      await rig.retry(one.id);
      rig.pipeline.queueStatus.wake([destinationId]);
    },
    async allDelivered() {
      for (let second = 0; second < 60; second++) await rig.clock.advance(1_000);
      return new Set((await rig.deliveries()).map(({ status }) => status));
    },
  };
}

test('a record that was sent alone is retried before a later one of its key is sent', async () => {
  let failures = 2;
  const peer: Peer = ([first]) => ({ status: first === 'a0' && failures-- > 0 ? 500 : 200, afterMs: 300 });
  const world = await startOrdered(peer, { records: 5, waitMs: 0 });
  await using _ = world.rig;
  await world.send({ visitor: 'a' });
  await settled();
  await world.send({ visitor: 'a' }, { visitor: 'b' });
  assert.deepEqual(await world.allDelivered(), new Set(['delivered']));
  assert.deepEqual(world.problems, []);
  assert.deepEqual(
    world.requests.filter(([one]) => one?.startsWith('a')),
    [['a0'], ['a0'], ['a0'], ['a1']],
  );
});

test('the parts of a refused batch keep the order down to single records', async () => {
  const peer: Peer = ({ length }) => ({ status: length > 1 ? 422 : 200, afterMs: 40 });
  const world = await startOrdered(peer, { records: 8, waitMs: 0 });
  await using _ = world.rig;
  await world.send(...['a', 'a', 'b', 'a', 'b', 'a', 'a'].map((visitor) => ({ visitor })));
  assert.deepEqual(await world.allDelivered(), new Set(['delivered']));
  assert.deepEqual(world.problems, []);
});

test('two events of one key that can not share a batch are sent one after the other', async () => {
  const world = await startOrdered(() => ({ status: 200, afterMs: 100 }), { records: 5, waitMs: 0, key: 'colour' });
  await using _ = world.rig;
  await world.send({ visitor: 'a' }, { visitor: 'a', kind: 'other' }, { visitor: 'a' }, { visitor: 'b' });
  assert.deepEqual(await world.allDelivered(), new Set(['delivered']));
  assert.deepEqual(world.problems, []);
});

test('a destination that gets single records from now on sends those of one key one after the other', async () => {
  const world = await startOrdered(() => ({ status: 200, afterMs: 100 }), { records: 5, waitMs: 60_000 });
  await using _ = world.rig;
  await world.send({ visitor: 'a' }, { visitor: 'a' }, { visitor: 'a' });
  await settled();
  assert.equal(world.requests.length, 0, 'they wait for a full batch');
  await world.setBatch({ records: 1 });
  assert.deepEqual(await world.allDelivered(), new Set(['delivered']));
  assert.deepEqual(world.problems, []);
  assert.equal(world.requests.length, 3);
});

const visitor = fc.constantFrom('a', 'a', 'b', '-');
const event = fc.record({ visitor, kind: fc.constantFrom('any', 'any', 'any', 'other') });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ send: fc.array(event, { minLength: 1, maxLength: 6 }) }) },
  { weight: 5, arbitrary: fc.record({ waitMs: fc.constantFrom(0, 10, 50, 300, 1_000, 2_500) }) },
  { weight: 1, arbitrary: fc.record({ records: fc.constantFrom(1, 2, 5) }) },
  { weight: 1, arbitrary: fc.record({ retry: fc.nat(20) }) },
);
const answer = fc.record({
  status: fc.constantFrom(200, 200, 200, 500, 503, 422, 413),
  afterMs: fc.constantFrom(0, 0, 20, 400, 1_500),
});

test('with batches, retries, refused batches and changes, no record is sent before an earlier one of its key is finished', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 20, size: 'max' }),
      fc.array(answer, { minLength: 1, maxLength: 10, size: 'max' }),
      fc.constantFrom(1, 2, 3, 8),
      fc.constantFrom(0, 0, 500),
      async (story, answers, records, waitMs) => {
        let isGood = false;
        const peer: Peer = (_, index) =>
          isGood ? { status: 200 } : (answers[index % answers.length] ?? { status: 200 });
        const world = await startOrdered(peer, { records, waitMs });
        await using _ = world.rig;
        for (const one of story) {
          if ('send' in one) await world.send(...one.send);
          else if ('waitMs' in one) await world.rig.clock.advance(one.waitMs);
          else if ('records' in one) await world.setBatch({ records: one.records, waitMs });
          else await world.retry(one.retry);
          await settled();
        }
        isGood = true;
        await world.setBatch({ records, waitMs });
        for (const status of await world.allDelivered()) assert.ok(['delivered', 'failed'].includes(status), status);
        assert.deepEqual(world.problems, []);
      },
    ),
    {
      seed: Number(process.env['MILLRACE_SIMULATION_SEED'] ?? 7),
      numRuns: Number(process.env['MILLRACE_SIMULATIONS'] ?? 50),
    },
  ));
