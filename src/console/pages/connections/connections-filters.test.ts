import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passes } from '../../parts/list/whole-list.ts';
import { storedConnection } from './connection.testing.ts';
import { filtersOf, texts } from './connections-filters.ts';

const row = (name: string, more: object = {}, health: object = {}) =>
  storedConnection({ id: name, name, baseUrl: `https://${name.toLowerCase()}.example`, ...more }, health);

const rows = [
  row('Used', { auth: { type: 'bearer', token: null } }),
  row('Paused', { status: 'paused', description: 'Mails' }, { held: 4 }),
  row('Broken', {}, { state: 'needs_attention' }),
];
const filters = filtersOf({
  destinationsOf: () => [],
  actionsOf: (id) => (id === 'Used' ? [{ name: 'Action' } as never] : []), // only counted
});

test('connections are found by authentication, state and use', () => {
  const names = (search: Record<string, string>) =>
    rows.filter((row) => passes(row, filters, search)).map(({ name }) => name);
  assert.deepEqual(names({}), ['Used', 'Paused', 'Broken']);
  assert.deepEqual(names({ auth: 'bearer' }), ['Used']);
  assert.deepEqual(names({ status: 'held' }), ['Paused']);
  assert.deepEqual(names({ status: 'needs_attention' }), ['Broken']);
  assert.deepEqual(names({ status: 'enabled', used: 'unused' }), ['Broken']);
  assert.deepEqual(rows.map(texts)[1], ['Paused', 'Mails', 'https://paused.example']);
});
