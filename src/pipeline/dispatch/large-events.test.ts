import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';

const megabyte = 1024 * 1024;
/** One character takes two bytes in memory, and so do all others of its text. */
const text = `я${'x'.repeat(megabyte)}`;
/** An event and its text in a request that is being written. */
const requestBytes = 4 * megabyte;
const heldMax = 192 * megabyte + requestBytes;

/** A peer that keeps every request until `answerAll`, and later ones until `answerAll` again. */
function slowPeer() {
  let waiting: (() => void)[] = [];
  return {
    handler: () => new Promise<FakeAnswer>((resolve) => waiting.push(() => resolve({ status: 200 }))),
    get requests() {
      return waiting.length;
    },
    answerAll() {
      const some = waiting;
      waiting = [];
      for (const answer of some) answer();
    },
    forgetAll() {
      waiting = [];
    },
  };
}

/** Destinations of their own systems, so that no other limit applies. With `isShared`, one event fires all of them. */
async function addDestinations(rig: Rig, count: number, isShared: boolean) {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const connectionId = await rig.put('connection', { name: `C${n}`, baseUrl: `https://c${n}.example` });
    ids.push(await rig.put('destination', { connectionId, name: `D${n}`, status: 'enabled' }));
  }
  const perAction = isShared ? 100 : 1;
  for (let n = 0; n < count; n += perAction)
    await rig.put('action', {
      name: `A${n}`,
      description: 'Large events',
      status: 'enabled',
      ...(isShared ? {} : { rules: { parameter: 'to', operator: 'equals', value: String(n) } }),
      destinations: ids.slice(n, n + perAction).map((destinationId) => ({ destinationId })),
    });
}

/** All deliveries are sent in several rounds, each within the bound of memory. */
async function drain(rig: Rig, peer: ReturnType<typeof slowPeer>, count: number) {
  let rounds = 0;
  for (let left = count; left > 0; rounds++) {
    await rig.clock.advance(100);
    assert.ok(peer.requests > 0, `${left} are not sent`);
    assert.ok(peer.requests * requestBytes <= heldMax, `${peer.requests} large requests at once`);
    const { heldBytes } = rig.pipeline.depth();
    assert.ok(heldBytes <= heldMax, `${heldBytes} bytes are in memory`);
    left -= peer.requests;
    peer.answerAll();
    await settled();
  }
  assert.deepEqual([(await rig.journal.housekeeping.usage()).unfinished, rig.pipeline.depth().heldBytes], [0, 0]);
  assert.ok(rounds > 1);
}

test('a large event for many destinations is in memory once, with a bounded number of requests, also after a restart', async () => {
  const peer = slowPeer();
  await using rig = await startRig({ handler: peer.handler });
  await addDestinations(rig, 100, true);
  await rig.send({ data: { text } });
  await drain(rig, peer, 100);
  await rig.send({ data: { text } });
  await settled();
  await rig.restart();
  peer.forgetAll();
  await drain(rig, peer, 100);
});

test('many destinations, each with large events, share a bounded memory', async () => {
  const peer = slowPeer();
  await using rig = await startRig({ handler: peer.handler });
  await addDestinations(rig, 100, false);
  for (let n = 0; n < 100; n++) await rig.send({ data: { to: String(n), text } });
  await settled();
  await drain(rig, peer, 100);
});

test('while large requests hang and memory is full, a small event is delivered', async () => {
  let isHanging = true;
  await using rig = await startRig({
    handler: ({ body }) => (isHanging && String(body).length > megabyte ? new Promise(() => {}) : { status: 200 }),
  });
  await addDestinations(rig, 61, false);
  for (let n = 0; n < 60; n++) await rig.send({ data: { to: String(n), text } });
  await rig.clock.advance(1_000);
  await rig.send({ data: { to: '60', text: 'small' } });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.filter(({ url }) => url.includes('c60.')).length, 1);
  isHanging = false;
});

test('deliveries that a rate delays leave memory when others need it', async () => {
  await using rig = await startRig();
  const slow = await wire(rig, {
    connection: { settings: { rate: { limit: 1, perMs: 3_600_000 } } },
    action: { rules: { parameter: 'to', operator: 'equals', value: 'slow' } },
  });
  assert.ok(slow.destinationId);
  await addDestinations(rig, 3, false);
  for (let n = 0; n < 80; n++) await rig.send({ data: { to: 'slow', text } });
  await rig.clock.advance(1_000);
  for (let n = 0; n < 3; n++) await rig.send({ data: { to: String(n), text } });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 1 + 3);
  const { heldBytes } = rig.pipeline.depth();
  assert.ok(heldBytes < 128 * megabyte, `${heldBytes} bytes are in memory`);
});
