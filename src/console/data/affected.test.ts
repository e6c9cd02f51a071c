import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteId } from '../../contract/routes.ts';
import { isAffected } from './affected.ts';

test('after a change only what it can have changed is asked for again', () => {
  const shown: RouteId[] = [
    'getMe',
    'listUsers',
    'listAlerts',
    'listConnections',
    'listDeliveries',
    'listAudit',
    'openapi',
  ];
  const again = (change: RouteId) => shown.filter((read) => isAffected(read, change));
  assert.deepEqual(again('changeRole'), ['getMe', 'listUsers', 'listAudit']);
  assert.deepEqual(again('changeAlert'), ['listAlerts', 'listAudit']);
  assert.deepEqual(again('retryDelivery'), ['listConnections', 'listDeliveries', 'listAudit']);
  assert.deepEqual(again('changeAction'), ['listConnections', 'listDeliveries', 'listAudit']);
  assert.deepEqual(again('importConfiguration'), shown.slice(0, -1), 'an import can hold every kind');
  assert.equal(isAffected('quick-start', 'changeAlert'), true, 'what is no read of one route is asked for again');
});
