import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestTo, responseOf } from '../egress.conformance.ts';
import { type Keepable, KeptConnections } from './kept-connections.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { httpPeer } from './testing/peers.testing.ts';

function listOf(openFilesMax = 100_000) {
  const kept = new KeptConnections(openFilesMax);
  const closed: number[] = [];
  let made = 0;
  const keep = (count: number) => {
    for (let i = 0; i < count; i++) {
      const number = made++;
      const connection: Keepable = {
        before: null,
        after: null,
        close() {
          kept.remove(connection);
          closed.push(number);
        },
      };
      kept.add(connection);
    }
  };
  const use = (count: number) => {
    for (let i = 0; i < count; i++) kept.begin();
    for (let i = 0; i < count; i++) kept.end();
  };
  return { kept, closed, keep, use };
}

test('512 idle connections are kept, and the longest idle ones are closed for others', () => {
  const { kept, closed, keep } = listOf();
  keep(515);
  assert.deepEqual([kept.count, closed], [512, [0, 1, 2]]);
});

test('as many idle connections are kept as were in use at once in the last minute', () => {
  const { kept, closed, keep, use } = listOf();
  kept.sweep(0);
  use(2_000);
  keep(2_001);
  assert.deepEqual([kept.count, closed], [2_000, [0]]);
  kept.sweep(30_000);
  kept.sweep(59_999);
  assert.equal(kept.count, 2_000);
  for (let now = 60_000; now < 61_000; now += 10) kept.sweep(now);
  assert.deepEqual([kept.count, closed.at(-1)], [512, 1_488], 'the longest idle ones were closed');
});

test('after a pause the use before it does not count', () => {
  const { kept, keep, use } = listOf();
  kept.sweep(0);
  use(2_000);
  kept.sweep(100_000);
  keep(1_000);
  assert.equal(kept.count, 512);
});

test('idle connections and those in use take half of the file descriptors at most', () => {
  const { kept, keep } = listOf(1_000);
  keep(600);
  assert.equal(kept.count, 500);
  for (let i = 0; i < 450; i++) kept.begin();
  for (let i = 0; i < 50; i++) kept.sweep(i);
  assert.equal(kept.count, 50);
  for (let i = 0; i < 450; i++) kept.end();
  keep(600);
  assert.equal(kept.count, 500);
});

test('connections of a quiet origin make room for those of a busy one', async () => {
  const peers = await Promise.all(
    Array.from({ length: 2 }, () => httpPeer((_request, response) => void response.end())),
  );
  const [quiet, busy] = peers;
  assert.ok(quiet !== undefined && busy !== undefined);
  {
    await using egress = openEgress('127.0.0.0/8', { openFilesMax: 16 });
    const send = (peer: { readonly port: number }) => egress.send(requestTo(`http://127.0.0.1:${peer.port}/`));
    for (const outcome of await Promise.all(Array.from({ length: 8 }, () => send(quiet)))) responseOf(outcome);
    for (let i = 0; i < 5; i++)
      for (const outcome of await Promise.all(Array.from({ length: 4 }, () => send(busy)))) responseOf(outcome);
    assert.deepEqual([quiet.connections(), busy.connections()], [8, 4]);
  }
  for (const peer of peers) await peer[Symbol.asyncDispose]();
});
