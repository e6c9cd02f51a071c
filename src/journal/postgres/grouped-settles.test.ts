import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../contract/errors.ts';
import { rendered, settlement, start } from '../conformance/journal-samples.testing.ts';
import type { Settlement } from '../deliveries.ts';
import type { Lease } from '../leases.ts';
import { groupedSettles } from './grouped-settles.ts';

const lease = (epoch: number): Lease => ({ partition: 3, owner: 'a', epoch });
const delivered = (...ids: string[]) => ids.map((id) => settlement(id, { status: 'delivered' }));
const idsOf = (settlements: readonly Settlement[]) => settlements.map(({ deliveryId }) => deliveryId);

test('settles that come within ten milliseconds are one, and each hears of its own deliveries alone', async () => {
  const written: { ids: string[]; now: number }[] = [];
  const settle = groupedSettles(async (_, settlements, now) => {
    written.push({ ids: idsOf(settlements), now });
    return settlements
      .map(({ deliveryId }) => ({ deliveryId, isCorrected: false }))
      .filter((one) => one.deliveryId !== 'b');
  });
  const one = settle(lease(1), delivered('a', 'b'), start + 1);
  const two = settle(lease(1), delivered('c'), start);
  assert.deepEqual(await Promise.all([one, two]), [
    [{ deliveryId: 'a', isCorrected: false }],
    [{ deliveryId: 'c', isCorrected: false }],
  ]);
  assert.deepEqual(written, [{ ids: ['a', 'b', 'c'], now: start + 1 }]);
});

test('settles under an older lease are refused, and those under the next one are not', async () => {
  const settle = groupedSettles(async ({ epoch }) => (epoch === 1 ? false : []));
  const both = (epoch: number) => [
    settle(lease(epoch), delivered('a'), start),
    settle(lease(epoch), delivered('b'), start),
  ];
  assert.deepEqual(await Promise.all([...both(1), ...both(2)]), [false, false, [], []]);
});

test('an outcome that can not be written stops no other one that was written with it', async () => {
  const written: string[] = [];
  const settle = groupedSettles(async (_, settlements) => {
    if (idsOf(settlements).includes('bad')) throw new Error('It has a text that the database refuses.');
    written.push(...idsOf(settlements));
    return [];
  });
  const all = ['a', 'bad', 'c'].map((id) => settle(lease(1), delivered(id), start));
  const states = (await Promise.allSettled(all)).map(({ status }) => status);
  assert.deepEqual(states, ['fulfilled', 'rejected', 'fulfilled']);
  assert.deepEqual(written, ['a', 'c']);
});

test('while the database is gone, settles that came together fail with one try', async () => {
  let tries = 0;
  const settle = groupedSettles(async () => {
    tries += 1;
    throw new AppError('unavailable');
  });
  const all = ['a', 'b', 'c'].map((id) => settle(lease(1), delivered(id), start));
  for (const { status } of await Promise.allSettled(all)) assert.equal(status, 'rejected');
  assert.equal(tries, 1);
});

test('many outcomes, large bodies and outcomes of an order key do not wait for others, and take those along that wait', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const written: string[][] = [];
  const settle = groupedSettles(async (_, settlements) => {
    written.push(idsOf(settlements));
    return [];
  });
  const many = Array.from({ length: 63 }, (_, index) => `${index}`);
  const large = settlement('large', { status: 'delivered', rendered: rendered('x'.repeat(262_144)) });
  const first = [settle(lease(1), delivered('a'), start), settle(lease(1), delivered(...many), start)];
  await Promise.all(first);
  await Promise.all([settle(lease(1), delivered('b'), start), settle(lease(1), [large], start)]);
  const ordered = settlement('ordered', { status: 'delivered', isOrdered: true });
  await Promise.all([settle(lease(1), delivered('c'), start), settle(lease(1), [ordered], start)]);
  assert.deepEqual(written, [
    ['a', ...many],
    ['b', 'large'],
    ['c', 'ordered'],
  ]);
});
