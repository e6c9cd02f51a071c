import assert from 'node:assert/strict';
import { test } from 'node:test';
import { people } from '../../src/api/testing/people.testing.ts';
import { startTestServer } from '../../src/api/testing/server.testing.ts';

// What a caller with few or no rights can make the server store.

type Entry = { principalId: string; act: string; result: string };

async function startServer() {
  const server = await startTestServer();
  const ada = await people(server).somebody('ada@example.com', []);
  const create = () => ada.ask('POST', '/me/tokens', { name: 'T', rights: [] });
  return {
    ...server,
    ...people(server),
    ada,
    create,
    as: (token: string) => (method: string, path: string, body?: unknown) =>
      server.call(method, `/api/v1${path}`, body, { authorization: `Bearer ${token}`, cookie: '' }),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

test("acts are limited per day by number and size: a user's tokens together, apart from the user's sessions", async () => {
  await using server = await startServer();
  const { token } = (await server.create()).json();
  const child = (await server.as(token)('POST', '/me/tokens', { name: 'Child', rights: [] })).json();
  const long = `{"name":"Long","rights":[]}${' '.repeat(1_048_000)}`;
  const act = async (by: string) => {
    const { id } = (await server.as(by)('POST', '/me/tokens', long)).json();
    return server.as(by)('DELETE', `/me/tokens/${id}`);
  };
  let done = 0;
  // With the token and with one that it created.
  while (done < 1_000 && (await act(done % 2 === 0 ? token : child.token)).statusCode === 204) done += 1;
  assert.ok(done > 90 && done < 100, `${done}`);
  const refused = await server.as(child.token)('DELETE', '/me/tokens');
  assert.deepEqual([refused.statusCode, refused.json().code], [429, 'rate_limited']);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  const other = await server.create();
  assert.equal(other.statusCode, 201);
  assert.equal((await server.as(other.json().token)('DELETE', '/me/tokens')).statusCode, 429);
  assert.equal((await server.as(token)('GET', '/me/tokens')).statusCode, 200);
  server.clock.now += 3_600_000;
  assert.equal((await server.as(token)('DELETE', '/me/tokens')).statusCode, 204);
});

test('acts of administrators are not limited', async () => {
  await using server = await startServer();
  const long = `{"name":"Long","rights":[]}${' '.repeat(1_048_000)}`;
  for (let n = 0; n < 110; n++) {
    const made = await server.call('POST', '/api/v1/tokens', long);
    assert.equal(made.statusCode, 201);
    assert.equal((await server.call('DELETE', `/api/v1/tokens/${made.json().id}`)).statusCode, 204);
  }
});

test('sign-ins of one user are limited per hour', async () => {
  await using server = await startServer();
  let done = 0;
  while (done < 1_000 && (await server.signIn('ada@example.com')).statusCode === 201) done += 1;
  assert.equal(done, 199);
  const refused = await server.signIn('ada@example.com');
  assert.deepEqual([refused.statusCode, refused.json().code], [429, 'rate_limited']);
  assert.equal((await server.signIn('ada@example.com', 'wrong horse battery')).statusCode, 401);
  server.clock.now += 60_000;
  assert.equal((await server.signIn('ada@example.com')).statusCode, 201);
});

test('refusals of a user and all tokens of the user are counted together in the audit trail', async () => {
  await using server = await startServer();
  const { token } = (await server.create()).json();
  const child = (await server.as(token)('POST', '/me/tokens', { name: 'Child', rights: [] })).json();
  for (let n = 0; n < 30; n++) {
    assert.equal((await server.ada.ask('DELETE', '/users/none')).statusCode, 403);
    for (const by of [token, child.token]) assert.equal((await server.as(by)('DELETE', '/users/none')).statusCode, 403);
  }
  const { data } = (await server.call('GET', '/api/v1/audit?limit=200')).json();
  assert.equal(data.filter(({ act, result }: Entry) => act === 'delete' && result === 'refused').length, 60);
});
