import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../secret.ts';
import { changesOf } from './audit-changes.ts';

const at = '2026-03-01T00:00:00.000Z';
const later = '2026-03-02T00:00:00.000Z';

test('only differences are listed, with the values before and after', () => {
  const before = { name: 'A', list: [1, { a: 1, b: 2 }], gone: 'x', same: { deep: [true] } };
  const after = { name: 'B', list: [1, { a: 1, b: 3 }], same: { deep: [true] }, 'n/e~w': null };
  assert.deepEqual(changesOf(before, after), [
    { pointer: '/name', before: 'A', after: 'B' },
    { pointer: '/list/1/b', before: 2, after: 3 },
    { pointer: '/gone', before: 'x' },
    { pointer: '/n~1e~0w', after: null },
  ]);
  assert.deepEqual(changesOf(before, structuredClone(before)), []);
});

test('a created or deleted object is one change with the whole object', () => {
  assert.deepEqual(changesOf(undefined, { name: 'A' }), [{ pointer: '', after: { name: 'A' } }]);
  assert.deepEqual(changesOf({ name: 'A' }, undefined), [{ pointer: '', before: { name: 'A' } }]);
});

test('adding or removing a list item is one change', () => {
  const items = ['a', 'b', 'c'].map((name) => ({ name }));
  const [a, b, c] = items;
  assert.deepEqual(changesOf(items, [a, { name: 'new' }, b, c]), [{ pointer: '/1', after: { name: 'new' } }]);
  assert.deepEqual(changesOf(items, [a, c]), [{ pointer: '/1', before: { name: 'b' } }]);
});

test('a secret is never shown, and a new value of it is a change', () => {
  const of = (value: string, time: string) => ({ auth: { token: new Secret(value, time) } });
  assert.deepEqual(changesOf(of('canary one', at), of('canary one', later)), []);
  assert.deepEqual(changesOf(of('canary one', at), of('canary two', later)), [
    { pointer: '/auth/token', before: { set: true, updatedAt: at }, after: { set: true, updatedAt: later } },
  ]);
  assert.doesNotMatch(JSON.stringify(changesOf(undefined, of('canary one', at))), /canary/);
});

test('of a long text only the changed part is kept, and entries are bounded', () => {
  const long = (word: string) => `${'x'.repeat(5_000)}${word}${'y'.repeat(5_000)}`;
  const [change] = changesOf({ template: long('old') }, { template: long('new') });
  assert.equal(change?.before, `…${'x'.repeat(40)}old${'y'.repeat(40)}…`);
  assert.equal(change?.after, `…${'x'.repeat(40)}new${'y'.repeat(40)}…`);
  assert.ok(JSON.stringify(changesOf(undefined, { template: long('') })).length < 1_100);
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i]));
  const changes = changesOf({}, many);
  assert.equal(changes.length, 200);
  assert.deepEqual(changes.at(-1), { pointer: '', after: '… 801 more changes' });
});
