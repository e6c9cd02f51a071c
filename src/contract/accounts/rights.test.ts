import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers } from './rights.ts';

test('manage implies view of the same area and nothing else', () => {
  const granted = new Set(['connections:manage', 'events:view'] as const);
  assert.ok(covers(granted, 'connections:view'));
  assert.ok(covers(granted, 'events:view'));
  assert.ok(!covers(granted, 'actions:view'));
  assert.ok(!covers(granted, 'payloads:view'));
  assert.ok(!covers(new Set(['connections:view'] as const), 'connections:manage'));
});
