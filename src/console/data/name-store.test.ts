import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameStore } from './name-store.ts';

function started() {
  let time = 0;
  const asked: (readonly string[])[] = [];
  const waiting: (() => void)[] = [];
  const names = new Map([
    ['a', 'A'],
    ['b', 'B'],
  ]);
  let isAway = false;
  const store = nameStore({
    async load(ids) {
      asked.push(ids);
      if (isAway) throw new Error('away');
      return ids.flatMap((id) => (names.has(id) ? [{ id, name: names.get(id) }] : []));
    },
    idsMax: 3,
    now: () => time,
    freshMs: 1_000,
    later: (run) => waiting.push(run),
  });
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    store,
    asked,
    names,
    settled,
    wait: () => {
      for (const run of waiting.splice(0)) run();
    },
    pass: (ms: number) => {
      time += ms;
    },
    away: (is: boolean) => {
      isAway = is;
    },
  };
}

test('all ids that are read in one turn are asked for in one request, and each only once', async () => {
  const { store, asked, settled } = started();
  for (const id of ['a', 'b', 'a', 'gone']) assert.equal(store.get(id), undefined);
  await settled();
  assert.deepEqual(asked, [['a', 'b', 'gone']]);
  assert.deepEqual([store.get('a')?.name, store.get('gone')], ['A', null]);
  for (const id of ['c', 'd', 'e', 'f']) store.get(id);
  await settled();
  assert.deepEqual(asked.slice(1), [['c', 'd', 'e'], ['f']], 'no request has more than it may');
});

test('after a change, and after a while, a name is shown as it was until the new one is there', async () => {
  const { store, asked, names, settled, pass, wait } = started();
  store.get('a');
  await settled();
  names.set('a', 'A2');
  store.expire();
  assert.equal(store.get('a')?.name, 'A');
  await settled();
  assert.equal(store.get('a')?.name, 'A2');
  pass(1_000);
  names.set('a', 'A3');
  assert.equal(store.get('a')?.name, 'A2');
  await settled();
  assert.equal(asked.length, 2, 'what is known waits for what else is wanted');
  store.get('b');
  await settled();
  assert.equal(store.get('a')?.name, 'A3');
  wait();
  await settled();
  assert.deepEqual(asked.slice(2), [['a', 'b']]);
});

test('an answer from before a change is not taken for the new one', async () => {
  const { store, names, settled } = started();
  store.get('a');
  names.set('a', 'A2');
  await Promise.resolve();
  store.expire();
  assert.equal(store.get('a'), undefined);
  await settled();
  assert.equal(store.get('a')?.name, 'A2');
});

test('a failed request says nothing of its ids, and the next read asks again', async () => {
  const { store, asked, settled, away } = started();
  away(true);
  store.get('a');
  await settled();
  assert.equal(store.get('a'), undefined);
  away(false);
  await settled();
  store.get('a');
  await settled();
  assert.equal(store.get('a')?.name, 'A');
  assert.ok(asked.length >= 2);
});
