import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder, pageAt, sorted } from './whole-list.ts';

test('a long list is read page by page, there and back, and an unknown cursor begins it', () => {
  const many = Array.from({ length: 120 }, (_, index) => index);
  const second = pageAt(many, pageAt(many, undefined).page.next ?? '');
  assert.deepEqual([second.data[0], second.data.length, second.page], [50, 50, { next: '100', prev: '0' }]);
  assert.equal(pageAt(many, '100').page.next, null);
  assert.equal(pageAt(many, 'elsewhere').data[0], 0);
});

test('rows are sorted as people read, and those without a value come last in both directions', () => {
  const rows = ['Step 10', null, 'step 2', 'Apple'].map((value) => ({ value }));
  const values = (isDescending: boolean) => sorted(rows, ({ value }) => value, isDescending).map(({ value }) => value);
  assert.deepEqual(values(false), ['Apple', 'step 2', 'Step 10', null]);
  assert.deepEqual(values(true), ['Step 10', 'step 2', 'Apple', null]);
});

test('columns keep the order that a person gave them, and a new column stays where it is declared', () => {
  const columns = ['name', 'state', 'new', 'held'].map((id) => ({ id }));
  const ids = (order: readonly string[]) => inOrder(columns, order).map(({ id }) => id);
  assert.deepEqual(ids([]), ['name', 'state', 'new', 'held']);
  assert.deepEqual(ids(['held', 'gone', 'name', 'state']), ['held', 'name', 'state', 'new']);
});
