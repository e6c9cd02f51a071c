import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTarget } from './target-url.ts';

test('a host loses its trailing dot everywhere', () => {
  const target = parseTarget('https://CRM.example.:8443/a?b');
  assert.ok('origin' in target);
  assert.deepEqual([target.host, target.origin, target.path], ['crm.example', 'https://crm.example:8443', '/a?b']);
});

test('a dot alone is not a host', () => {
  assert.ok('reason' in parseTarget('https://./'));
});
