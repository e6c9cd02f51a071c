import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownFields } from './known-fields.ts';

const events = [{ data: { title: 'Home', 'wt.es': 'a.example' } }, { data: { title: 'Cart' } }];
const none = { action: null, destinationId: 'dst_1', parameters: [], events: [] };

test('fields are what the newest events have, with their share and an example', () => {
  const { fields, basis } = knownFields({ ...none, events });
  assert.deepEqual(basis, { kind: 'events', count: 2 });
  assert.deepEqual(
    fields.map(({ name, share, example }) => [name, share, example]),
    [
      ['title', 1, 'Home'],
      ['wt.es', 0.5, 'a.example'],
    ],
  );
});

test('with a mapping they are its fields, as the parameters behind them are known', () => {
  const mapping = [
    { field: 'page', parameter: 'wt.es' },
    { field: 'channel', value: 'web' },
  ];
  const action = { name: 'Viewed', destinations: [{ destinationId: 'dst_1', mapping }] };
  const { fields, basis } = knownFields({ ...none, action, events });
  assert.deepEqual(basis, { kind: 'mapping', action: 'Viewed' });
  assert.deepEqual(
    fields.map(({ name, share, example }) => [name, share, example]),
    [
      ['page', 0.5, 'a.example'],
      ['channel', 1, 'web'],
    ],
  );
});

test('where nothing came yet nothing is known', () => {
  assert.deepEqual(knownFields(none), { fields: [], basis: { kind: 'ever' } });
});
