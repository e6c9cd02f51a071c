import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../../test/support/engine.ts';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import type { Notes } from '../../../notes/notes.ts';
import { silentTelemetry } from '../../../telemetry/silent-telemetry.testing.ts';
import { loadHoldEnds } from './hold-ends.ts';

/** A node that owns some destinations. `failed` resolves with the next write that fails. */
async function startNode(notes: Pick<Notes, 'list' | 'save'>, clock = fakeClock(), owned = ['dst_1', 'dst_2']) {
  const failed = Promise.withResolvers<void>();
  const telemetry = { ...silentTelemetry(), failed: () => failed.resolve() };
  const ends = await loadHoldEnds({ notes, isOwn: (id) => owned.includes(id), clock, telemetry });
  return { ...ends, clock, failed: failed.promise };
}

test('the end of a hold that could not be stored is stored with the next one', async () => {
  await using storage = await openEngine();
  const { notes } = storage;
  let isFull = true;
  const written = Promise.withResolvers<void>();
  const save: Notes['save'] = async (...changes) => {
    if (isFull) throw new Error('full');
    await notes.save(...changes);
    written.resolve();
  };
  const node = await startNode({ ...notes, list: notes.list.bind(notes), save });
  node.ended('dst_1');
  await node.failed;
  isFull = false;
  node.ended('dst_2');
  await written.promise;
  assert.deepEqual((await startNode(notes)).endedAt, node.endedAt);
  assert.equal(node.endedAt.size, 2);
});

test('the next owner knows the ends that the owner before it stored, and any node removes that of a deleted destination', async () => {
  await using storage = await openEngine();
  const { notes } = storage;
  const clock = fakeClock();
  let written = Promise.withResolvers<void>();
  const save: Notes['save'] = async (...changes) => {
    await notes.save(...changes);
    written.resolve();
  };
  const observed = { list: notes.list.bind(notes), save };
  const next = await startNode(observed, clock, []);
  const owner = await startNode(observed, clock);
  owner.ended('dst_1');
  await written.promise;
  await next.follow();
  assert.deepEqual(next.endedAt, owner.endedAt);
  await clock.advance(1_000);
  next.ended('dst_1');
  await next.follow();
  assert.equal(next.endedAt.get('dst_1'), clock.now(), 'a later one that is not stored stays');
  written = Promise.withResolvers<void>();
  next.forget('dst_1');
  await written.promise;
  assert.equal((await startNode(notes)).endedAt.size, 0);
});
