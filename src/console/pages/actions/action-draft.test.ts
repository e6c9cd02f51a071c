import assert from 'node:assert/strict';
import { test } from 'node:test';
import { action } from '../../../contract/documents/action.ts';
import {
  atFields,
  bodyOfDraft,
  draftOfAction,
  newDestinationRow,
  newDraft,
  problemsOf,
  stepOfField,
} from './action-draft.ts';

const at = '2026-01-02T03:04:05Z';
const stored = action.parse({
  id: 'act_1',
  version: 3,
  createdAt: at,
  updatedAt: at,
  updatedBy: 'me',
  name: 'Orders',
  description: 'x',
  status: 'enabled',
  rules: { all: [{ behavior: 'beh_std_purchase' }, { parameter: 'a', operator: 'in', value: ['1', '2'] }] },
  destinations: [
    {
      destinationId: 'dst_1',
      mapping: [
        { field: 'a', parameter: 'b' },
        { field: 'n', value: 42 },
        { field: 'none', value: null },
        { field: 'text', value: '42' },
        { field: 'e', expression: 'it.x' },
        { field: 'total', parameter: 'wt.tx_s', as: 'number' },
        { field: 'yes', value: true },
        { field: 'config', value: '{"a": 1}', as: 'json' },
      ],
    },
  ],
});
const draft = () => draftOfAction(stored, (id) => (id === 'des_1' ? { connectionId: 'con_1' } : null));

test('an unchanged draft saves the same action, with fixed values that are not text', () => {
  const { id, version, createdAt, updatedAt, updatedBy, warnings, ...body } = stored;
  assert.deepEqual(bodyOfDraft(draft(), 'enabled'), body);
  assert.equal(draft().scenario, 'purchase');
});

test('a problem that the server reports is at the same place in the draft', () => {
  const opened = draft();
  const told = { name: 'taken', 'rules.all.1.value': 'bad', 'destinations.0.mapping.4.expression': 'broken' };
  assert.deepEqual(atFields(told, opened), told);
  // A row without a destination is not part of the body.
  assert.deepEqual(
    atFields(
      { 'destinations.0.destinationId': 'disabled' },
      { ...opened, destinations: [newDestinationRow('con_1'), ...opened.destinations] },
    ),
    { 'destinations.1.destinationId': 'disabled' },
  );
  assert.deepEqual(Object.keys(told).map(stepOfField), ['basics', 'rules', 'destinations']);
});

test('a fixed value that does not fit its type has a problem at its field', () => {
  const opened = draft();
  const destinations = opened.destinations.map((row) => ({
    ...row,
    mapping: row.mapping.map((one) => (one.field === 'text' ? { ...one, value: 'many', as: 'number' as const } : one)),
  }));
  assert.deepEqual(problemsOf({ ...opened, destinations }, 'enabled'), {
    'destinations.0.mapping.3.value': 'Not a number',
  });
});

test('a draft without name and description has problems, and a Custom Scenario without clauses has none', () => {
  assert.deepEqual(Object.keys(problemsOf(newDraft('custom'), 'disabled')), ['name', 'description']);
  assert.deepEqual(bodyOfDraft(newDraft('custom'), 'disabled').rules, { all: [] });
  const opened = draft();
  const destinations = opened.destinations.map((row) => ({
    ...row,
    mapping: row.mapping.map((one) => ({ ...one, field: 'a' })),
  }));
  assert.deepEqual(
    Object.values(problemsOf({ ...opened, destinations }, 'enabled')),
    Array.from({ length: 7 }, () => 'Duplicate field'),
  );
});

test('an action without a destination can be saved but not enabled, and a connection alone is not a destination', () => {
  const named = { ...newDraft('custom'), name: 'A', description: 'B' };
  assert.deepEqual(problemsOf(named, 'disabled'), {});
  assert.deepEqual(Object.keys(problemsOf(named, 'enabled')), ['destinations.0.connectionId']);
  const chosen = { ...named, destinations: [newDestinationRow('con_1')] };
  assert.deepEqual(Object.keys(problemsOf(chosen, 'disabled')), ['destinations.0.destinationId']);
  assert.deepEqual(Object.keys(problemsOf(chosen, 'enabled')), ['destinations.0.destinationId']);
});
