import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../test/support/engine.ts';
import type { Change } from '../../catalog/catalog.ts';
import { createScrubber } from '../../connections/secret-redaction.ts';
import { byItself } from '../../contract/by-itself.ts';
import { loadConfiguration } from './snapshot.ts';

const at = '2026-03-01T12:00:00.000Z';
const author = { ...byItself, act: 'change' } as const;

const put = (id: string, version = 1, kind: 'connection' | 'action' = 'connection'): Change => ({
  op: 'put',
  document: { kind, id, version, body: { name: id }, createdAt: at, updatedAt: at, updatedBy: 'usr_1' },
});

async function load(catalog: Awaited<ReturnType<typeof openEngine>>['catalog'], partitions?: number) {
  return loadConfiguration(catalog, createScrubber(), (error) => assert.fail(String(error)), partitions);
}

test('a new connection gets the partition with the fewest, also of several in one change, and a restored one its own', async () => {
  await using storage = await openEngine();
  const own = await load(storage.catalog, 3);
  const partitions = () => Object.fromEntries(own.snapshot.partitions);
  await own.change(author, () => [put('con_a'), put('con_b'), put('con_c'), put('con_d')]);
  assert.deepEqual(partitions(), { con_a: 2, con_b: 1, con_c: 0, con_d: 2 });
  await own.change(author, () => [
    { op: 'delete', document: put('con_b').document },
    { op: 'delete', document: put('con_a').document },
  ]);
  await own.change(author, () => [put('con_e'), put('con_b', 2), put('con_f')]);
  assert.deepEqual(partitions(), { con_a: 2, con_b: 1, con_c: 0, con_d: 2, con_e: 2, con_f: 1 });
  const other = await load(storage.catalog, 3);
  assert.deepEqual(new Map([...other.snapshot.partitions].sort()), new Map([...own.snapshot.partitions].sort()));
});

test('a node learns the partition of a connection that another node made, and both give the next one the same', async () => {
  await using storage = await openEngine();
  const [one, other] = [await load(storage.catalog, 2), await load(storage.catalog, 2)];
  await one.change(author, () => [put('con_a')]);
  await other.change(author, () => [put('con_b')]);
  await one.follow();
  assert.deepEqual(Object.fromEntries(other.snapshot.partitions), { con_a: 1, con_b: 0 });
  assert.deepEqual(one.snapshot.partitions, other.snapshot.partitions);
});

test('connections of embedded mode are in partition 0, also when the database has more later', async () => {
  await using storage = await openEngine();
  const embedded = await load(storage.catalog);
  await embedded.change(author, () => [put('con_a'), put('con_b'), put('act_1', 1, 'action')]);
  const later = await load(storage.catalog, 2);
  await later.change(author, () => [put('con_c'), put('con_d'), put('con_e')]);
  assert.deepEqual(Object.fromEntries(later.snapshot.partitions), { con_a: 0, con_b: 0, con_c: 1, con_d: 1, con_e: 1 });
});
