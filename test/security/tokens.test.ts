import assert from 'node:assert/strict';
import { test } from 'node:test';
import { people } from '../../src/api/testing/people.testing.ts';
import { startTestServer } from '../../src/api/testing/server.testing.ts';
import { allRights, type Right } from '../../src/contract/accounts/rights.ts';

// What a person who got hold of a token can do to its owner's account.

type Made = { id: string; token: string };

async function startServer() {
  const server = await startTestServer();
  const as = (token: string) => (method: string, path: string, body?: unknown) =>
    server.call(method, `/api/v1${path}`, body, { authorization: `Bearer ${token}`, cookie: '' });
  return {
    ...server,
    ...people(server),
    as,
    async child(token: string, name: string, rights: readonly Right[] = []): Promise<Made> {
      return (await as(token)('POST', '/me/tokens', { name, rights })).json();
    },
    isAlive: async (token: string) => (await as(token)('GET', '/me')).statusCode === 200,
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

test('a token is prolonged only by those who have all of its rights', async () => {
  await using server = await startServer();
  const ann = await server.somebody('ann@example.com', ['events:view', 'payloads:view']);
  const mallory = await server.somebody('mallory@example.com', ['users:manage', 'events:view']);
  const expiresAt = new Date(server.clock.now + 60_000).toISOString();
  const rights = ['events:view', 'payloads:view'];
  const { id, token } = (await ann.ask('POST', '/me/tokens', { name: 'T', rights, expiresAt })).json();
  const later = new Date(server.clock.now + 120_000).toISOString();
  const change = async (patch: unknown) => (await mallory.ask('PATCH', `/tokens/${id}`, patch)).statusCode;
  assert.deepEqual([await change({ expiresAt: later }), await change({ expiresAt: null })], [403, 403]);
  // Taking something away is open to everyone who manages users.
  assert.equal(await change({ expiresAt: new Date(server.clock.now + 30_000).toISOString(), name: 'Shorter' }), 200);
  server.clock.now += 60_000;
  for (const patch of [{ expiresAt: null }, { expiresAt: later }]) assert.equal(await change(patch), 403);
  assert.equal(await server.isAlive(token), false);
  const ada = await server.somebody('ada@example.com', 'all');
  assert.equal((await ada.ask('PATCH', `/tokens/${id}`, { expiresAt: later })).statusCode, 200);
  assert.equal(await server.isAlive(token), true);
});

test("a token neither sees nor ends its owner's sessions", async () => {
  await using server = await startServer();
  const ada = await server.somebody('ada@example.com', 'all');
  const { token } = (await ada.ask('POST', '/me/tokens', { name: 'T', rights: allRights })).json();
  const { data } = (await ada.ask('GET', '/me/sessions')).json();
  for (const method of ['GET', 'DELETE'])
    for (const path of ['/me/sessions', `/me/sessions/${data[0].id}`, '/me/sessions/none']) {
      const answer = await server.as(token)(method, path);
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'forbidden'], `${method} ${path}`);
    }
  assert.equal((await ada.ask('GET', '/me')).statusCode, 200);
});

test('a token sees and deletes only itself and what was created with it', async () => {
  await using server = await startServer();
  const ada = await server.somebody('ada@example.com', ['users:manage', 'events:view']);
  const make = async (name: string): Promise<Made> =>
    (await ada.ask('POST', '/me/tokens', { name, rights: ['users:manage', 'events:view'] })).json();
  const [parent, sibling] = [await make('Parent'), await make('Sibling')];
  const own = await server.child(parent.token, 'Own', ['users:manage']);
  const child = await server.child(own.token, 'Child');
  const grandchild = await server.child(child.token, 'Grandchild');
  const as = server.as(own.token);
  const { data } = (await as('GET', '/me/tokens')).json();
  const names = data.map(({ name }: { name: string }) => name).sort();
  assert.deepEqual(names, ['Child', 'Grandchild', 'Own']);
  for (const { id } of [parent, sibling])
    for (const [method, path, body] of [
      ['GET', '/me/tokens'],
      ['DELETE', '/me/tokens'],
      ['DELETE', '/tokens'],
      ['PATCH', '/tokens', { name: 'Changed' }],
    ] as const) {
      const answer = await as(method, `${path}/${id}`, body);
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'forbidden'], `${method} ${path}`);
    }
  assert.equal((await as('GET', `/me/tokens/${grandchild.id}`)).statusCode, 200);
  assert.equal((await as('DELETE', `/me/tokens/${grandchild.id}`)).statusCode, 204);
  assert.equal((await as('DELETE', '/me/tokens')).statusCode, 204);
  const alive = [parent, sibling, own, child].map(({ token }) => server.isAlive(token));
  assert.deepEqual(await Promise.all(alive), [true, true, true, false]);
  assert.equal((await as('DELETE', `/me/tokens/${own.id}`)).statusCode, 204);
  assert.equal(await server.isAlive(own.token), false);
});

test('a token fills no more than its own share of tokens, at whatever depth', async () => {
  await using server = await startServer();
  const ada = await server.somebody('ada@example.com', []);
  const make = () => ada.ask('POST', '/me/tokens', { name: 'Made by the owner', rights: [] });
  const { token } = (await make()).json();
  const other = (await make()).json();
  let last = token;
  let made = 0;
  for (; made < 1_000; made++) {
    // Alternately with the token itself and with the latest of its descendants.
    const answer = await server.as(made % 2 === 0 ? token : last)('POST', '/me/tokens', { name: 'Fill', rights: [] });
    if (answer.statusCode !== 201) break;
    last = answer.json().token;
  }
  assert.equal(made, 100);
  const more = await server.as(last)('POST', '/me/tokens', { name: 'Fill', rights: [] });
  assert.deepEqual([more.statusCode, more.json().code], [409, 'conflict']);
  assert.equal((await server.as(other.token)('POST', '/me/tokens', { name: 'X', rights: [] })).statusCode, 201);
  for (let own = 2; own < 200; own++) assert.equal((await make()).statusCode, 201);
  assert.equal((await make()).statusCode, 409);
});
