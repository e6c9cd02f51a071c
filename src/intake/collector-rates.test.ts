import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectorBody } from '../contract/documents/collector.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import { collectorRates } from './collector-rates.ts';

/** How many requests of one event a node takes in at once, and then in 10 s of one try each 100 ms. */
function taken(rate: { limit: number; perMs: number }, nodes: number): [atOnce: number, later: number] {
  let now = 0;
  const rates = collectorRates(
    () => now,
    () => nodes,
  );
  const collector = { id: 'col_1', body: { rate } } as Document<CollectorBody>; // the limiter reads no other part
  const take = () => {
    try {
      rates.check(collector, {});
    } catch {
      return false;
    }
    rates.spend(collector, 1);
    return true;
  };
  let atOnce = 0;
  while (take()) atOnce += 1;
  let later = 0;
  for (; now < 10_000; now += 100) if (take()) later += 1;
  return [atOnce, later];
}

test('nodes that share a database take in a share of the rate of a collector each', () => {
  assert.deepEqual(taken({ limit: 30, perMs: 10_000 }, 1), [30, 29]);
  assert.deepEqual(taken({ limit: 30, perMs: 10_000 }, 3), [10, 9]);
});

test('the share of a node has room for one event, however low the rate is', () => {
  assert.deepEqual(taken({ limit: 1, perMs: 4_000 }, 2), [1, 1]);
});
