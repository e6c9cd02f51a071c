import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRights, covers, type Right } from '../contract/accounts/rights.ts';
import { routes, routeTable } from '../contract/routes.ts';
import { createFormerKeys } from '../intake/former-keys.ts';
import { createRejectedRequests } from '../intake/rejected-requests.ts';
import { allHandlers } from './handlers.ts';
import { allowedMethods } from './http/allowed-methods.ts';
import { createInbox } from './operating/inbox.ts';
import { createTraces } from './records/traces.ts';
import { startTestServer, type TestServer } from './testing/server.testing.ts';

const guarded = routes.filter((route) => route.rights !== null);

function ask(server: TestServer, route: (typeof routes)[number], token: string | null) {
  const url = route.path.replaceAll(/\{\w+\}/g, 'none');
  const headers = token === null ? { authorization: '' } : { authorization: `Bearer ${token}` };
  // A body that no schema accepts: rights are checked before it is read.
  return server.call(route.method, url, route.method === 'GET' ? undefined : '{"unknown":', headers);
}

test('every route without credentials, or with unknown ones, gets 401', async () => {
  await using server = await startTestServer();
  for (const route of guarded)
    for (const token of [null, 'unknown', 'admin2']) {
      const answer = await ask(server, route, token);
      assert.deepEqual([answer.statusCode, answer.headers['www-authenticate']], [401, 'Bearer'], route.id);
      assert.equal(answer.json().code, 'unauthorized');
    }
});

test('every route without any one of its rights gets 403, before body and id are read', async () => {
  await using server = await startTestServer();
  for (const route of guarded)
    for (const needed of route.rights ?? []) {
      const rest = allRights.filter((right) => !covers(new Set([right]), needed));
      server.grant('lacking', rest);
      const answer = await ask(server, route, 'lacking');
      assert.equal(answer.statusCode, 403, `${route.id} without ${needed}`);
      assert.ok(answer.json().detail.includes(needed));
    }
});

test('every route with exactly its rights is allowed', async () => {
  await using server = await startTestServer();
  for (const route of guarded) {
    if (route.produces === 'text/event-stream') continue;
    server.grant('exact', route.rights ?? []);
    const { statusCode } = await ask(server, route, 'exact');
    assert.ok(statusCode !== 401 && statusCode !== 403 && statusCode < 500, `${route.id} ${statusCode}`);
  }
});

test('Manage implies View of its own area and of no other', async () => {
  await using server = await startTestServer();
  server.grant('manager', ['connections:manage']);
  const get = (path: string) => server.call('GET', `/api/v1${path}`, undefined, { authorization: 'Bearer manager' });
  assert.equal((await get('/connections')).statusCode, 200);
  assert.equal((await get('/actions')).statusCode, 403);
});

test('every route names existing rights, and only routes to sign in are public', () => {
  const waysIn = [
    ...['getSetup', 'setUp', 'getSignInMethods', 'signIn', 'acceptInvitation'],
    ...['requestPasswordReset', 'completePasswordReset', 'beginSingleSignOn', 'completeSingleSignOn'],
  ];
  for (const { id, path, rights } of routes) {
    if (path.startsWith('/api/')) assert.equal(rights === null, waysIn.includes(id), id);
    for (const right of rights ?? []) assert.ok(allRights.includes(right satisfies Right), id);
  }
  assert.equal(new Set(routes.map((route) => `${route.method} ${route.path}`)).size, routes.length);
});

test('public routes need no credentials, nor do metrics on loopback', async () => {
  await using server = await startTestServer({ loopbackOnly: true });
  for (const path of ['/livez', '/readyz', '/readyz?verbose', '/healthz', '/version', '/openapi.json', '/metrics']) {
    const answer = await server.call('GET', path, undefined, { authorization: '' });
    assert.equal(answer.statusCode, 200, path);
  }
});

test('every URL of the table has its methods', () => {
  const allowed = allowedMethods(routes);
  for (const { method, path } of routes)
    assert.ok(allowed(path.replaceAll(/\{\w+\}/g, 'x'))?.includes(method), `${method} ${path}`);
  assert.equal(allowed('/api/v1/nothing'), null);
});

test('every route has its handler and every handler its route', async () => {
  await using server = await startTestServer();
  const streams = { open() {}, closeAll() {} };
  const inbox = createInbox(server.parts);
  const traces = createTraces(server.parts);
  const rejected = createRejectedRequests(server.parts);
  const keys = createFormerKeys(server.parts);
  const handlers = allHandlers(server.parts, {
    streams,
    inbox,
    traces,
    rejected,
    keys,
    draining: new AbortController().signal,
  });
  assert.deepEqual(Object.keys(handlers).sort(), Object.keys(routeTable).sort());
});
