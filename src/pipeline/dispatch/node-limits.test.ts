import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { nodeOf, type Rig, type RigOptions, startRig } from '../../../test/support/rig.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';

const megabyte = 1024 * 1024;
/** One character takes two bytes in memory, and so do all others of its text. */
const text = `я${'x'.repeat(megabyte)}`;
/** An event and its text in a request that is being written. */
const requestBytes = 4 * megabyte;
const heldMax = 192 * megabyte + requestBytes;
const connections = 100;

/** A node that owns four partitions; its peer keeps every request until `answerAll`. */
async function startNode(options: RigOptions = {}) {
  const clock = fakeClock();
  let waiting: (() => void)[] = [];
  let isEnding = false;
  const handler = () =>
    new Promise<FakeAnswer>((resolve) => {
      if (isEnding) resolve({ status: 200 });
      else waiting.push(() => resolve({ status: 200 }));
    });
  const rig = await startRig({ ...options, clock, handler, node: nodeOf('a', 4, clock) });
  const destinations: { destinationId: string }[] = [];
  for (let n = 0; n < connections; n++) {
    const connectionId = await rig.put('connection', { name: `C${n}`, baseUrl: `https://c${n}.example` });
    const destinationId = await rig.put('destination', { connectionId, name: `D${n}`, status: 'enabled' });
    destinations.push({ destinationId });
  }
  await rig.put('action', { name: 'All', description: 'Every event', status: 'enabled', destinations });
  return {
    rig,
    get requests() {
      return waiting.length;
    },
    answerAll() {
      const some = waiting;
      waiting = [];
      for (const answer of some) answer();
    },
    async [Symbol.asyncDispose]() {
      isEnding = true;
      this.answerAll();
      await rig[Symbol.asyncDispose]();
    },
  };
}

/** Answers until all deliveries are finished. `check` looks at each round before. */
async function drain(node: Awaited<ReturnType<typeof startNode>>, check: (rig: Rig, requests: number) => void) {
  const { rig } = node;
  let rounds = 0;
  for (; rounds < 50; rounds++) {
    await rig.clock.advance(6_000);
    if (node.requests === 0) break;
    check(rig, node.requests);
    node.answerAll();
    await settled();
  }
  assert.deepEqual([(await rig.journal.housekeeping.usage()).unfinished, rig.pipeline.depth().heldBytes], [0, 0]);
  assert.ok(rounds > 1, `${rounds} rounds`);
}

test('the partitions of a node share its requests at once, and all deliveries are sent', async () => {
  await using node = await startNode({ requestsMax: 40 });
  await node.rig.send(...Array.from({ length: 3 }, () => ({ data: { n: '1' } })));
  await drain(node, (_, requests) => assert.ok(requests <= 40, `${requests} requests at once`));
  assert.equal(node.rig.egress.requests.length, 3 * connections);
  assert.deepEqual(node.rig.failures, []);
});

test('the partitions of a node share its memory, and all large deliveries are sent', async () => {
  await using node = await startNode();
  await node.rig.send({ data: { text } });
  await drain(node, (rig, requests) => {
    assert.ok(requests * requestBytes <= heldMax, `${requests} large requests at once`);
    const { heldBytes } = rig.pipeline.depth();
    assert.ok(heldBytes <= heldMax, `${heldBytes} bytes are in memory`);
  });
  assert.equal(node.rig.egress.requests.length, connections);
  assert.deepEqual(node.rig.failures, []);
});

test('requests that outlive a drained partition count until they end, and its memory is free', async () => {
  await using node = await startNode({ requestsMax: 40 });
  const { rig } = node;
  await rig.send({ data: { text: 'x'.repeat(1_000) } });
  await rig.clock.advance(1_000);
  const before = node.requests;
  assert.ok(before > 30 && before <= 40, `${before} requests`);
  const other = await rig.start(nodeOf('b', 4, rig.clock), rig.clock);
  // It takes two of the four, each after 30 s in which its requests should have ended.
  await rig.clock.advance(120_000);
  assert.ok(rig.pipeline.depth().inFlight < before, 'the first node has given partitions away');
  // Both nodes send at most as many, and what the first one sent for its former partitions counts with it.
  assert.ok(node.requests <= 80, `${node.requests} requests of two nodes`);
  for (let round = 0; round < 10; round++) {
    node.answerAll();
    await rig.clock.advance(6_000);
  }
  assert.deepEqual([rig.pipeline.depth().heldBytes, other.depth().heldBytes], [0, 0]);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(6_000);
  assert.ok(node.requests > 30, `${node.requests} requests: none of the former ones counts`);
  for (let round = 0; round < 10; round++) {
    node.answerAll();
    await rig.clock.advance(6_000);
  }
  assert.equal((await rig.journal.housekeeping.usage()).unfinished, 0);
  const ended = other[Symbol.asyncDispose]();
  await rig.clock.advance(60_000);
  await ended;
});
