import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRights, closure } from '../../../contract/accounts/rights.ts';
import { areas, withRight } from './right-set.ts';

test('each right stands in the table of areas exactly once', () => {
  const shown = areas.flatMap(({ view, manage }) => [view, manage].filter((right) => right !== undefined));
  assert.deepEqual(shown.toSorted(), allRights.toSorted());
});

test('Manage brings View, and without View there is no Manage', () => {
  const managing = withRight([], 'actions:manage', true);
  assert.deepEqual(managing, ['actions:view', 'actions:manage']);
  assert.deepEqual(withRight(managing, 'actions:view', false), []);
  assert.deepEqual(withRight(managing, 'actions:manage', false), ['actions:view']);
  assert.deepEqual(withRight(withRight([], 'payloads:view', true), 'payloads:view', false), []);
  assert.deepEqual([...closure(['users:manage'])], ['users:view', 'users:manage']);
});
