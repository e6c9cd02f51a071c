import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit } from '../messages/en.ts';
import { switchedTo } from './switched-to.ts';

const status = (before: string, after: string) => ({ pointer: '/status', before, after });

test('a change of the status alone is called what was done, and every other one a change', () => {
  assert.equal(switchedTo([status('enabled', 'paused')]), 'paused');
  assert.equal(switchedTo([status('paused', 'enabled'), { pointer: '/version', before: 1, after: 2 }]), 'resumed');
  assert.equal(switchedTo([status('disabled', 'enabled')]), 'enabled');
  assert.equal(switchedTo([status('enabled', 'disabled')]), 'disabled');
  assert.equal(switchedTo([status('enabled', 'paused'), { pointer: '/name', before: 'a', after: 'b' }]), undefined);
  assert.equal(switchedTo([]), undefined);
  assert.equal(audit.what('change', 'connection', 'paused'), 'Paused connection');
  assert.equal(audit.what('change', 'connection', undefined), 'Changed connection');
});
