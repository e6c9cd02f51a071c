import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crm, type Made, orders } from '../testing/documents.testing.ts';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';

type Deleted = { kind: string; id: string; name: string; connection?: string | null; deletedBy: string };

async function deleted(server: TestServer, query = ''): Promise<Deleted[]> {
  const answer = await server.call('GET', `/api/v1/deleted${query}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().data;
}

const remove = async (server: TestServer, path: string) => {
  server.clock.now += 1;
  assert.equal((await server.call('DELETE', `/api/v1/${path}`)).statusCode, 204, path);
};

test('a deleted document leaves every list, name and reference at once, and can be restored with its secrets', async () => {
  await using server = await startTestServer();
  const auth = { type: 'bearer', token: 'token-1' };
  const made = (await server.make('/connections', { ...crm, auth, description: 'mine' })) as Made;
  const before = server.configuration.snapshot.documents.connection.get(made.id)?.body;
  await remove(server, `connections/${made.id}`);
  assert.equal((await server.call('GET', `/api/v1/connections/${made.id}`)).statusCode, 404);
  assert.equal((await server.call('GET', `/api/v1/connections/${made.id}/versions`)).statusCode, 404);
  assert.deepEqual((await server.call('GET', '/api/v1/connections')).json().data, []);
  const rules = { connectionIds: [made.id] };
  const alert = { name: 'A', type: 'slack', settings: {}, rules };
  assert.equal((await server.call('POST', '/api/v1/alerts', alert)).statusCode, 422);
  assert.deepEqual(
    (await deleted(server)).map(({ kind, name, deletedBy }) => [kind, name, deletedBy]),
    [['connection', 'CRM', 'admin']],
  );

  const restored = await server.call('POST', `/api/v1/connections/${made.id}/restore`);
  assert.equal(restored.statusCode, 200, restored.body);
  assert.deepEqual([restored.json().id, restored.json().version], [made.id, 2]);
  assert.equal(restored.headers['etag'], '"2"');
  assert.deepEqual(server.configuration.snapshot.documents.connection.get(made.id)?.body, before);
  assert.deepEqual(await deleted(server), []);
  assert.equal((await server.call('POST', `/api/v1/connections/${made.id}/restore`)).statusCode, 404);
  const versions = (await server.call('GET', `/api/v1/connections/${made.id}/versions`)).json().data;
  assert.equal(versions.length, 1, 'a restore is not a version');
  const entries = await server.audit.entries({ limit: 9 });
  assert.deepEqual(
    entries.filter(({ kind, result }) => kind === 'connection' && result === 'done').map(({ act }) => act),
    ['restore', 'delete', 'create'],
  );
});

test('a name that was given away in the meantime is a conflict, and so is a connection that is still deleted', async () => {
  await using server = await startTestServer();
  const { connection, destination } = await orders(server);
  await remove(server, `destinations/${destination.id}`);
  await remove(server, `connections/${connection.id}`);
  assert.deepEqual(
    (await deleted(server)).map(({ name, connection }) => [name, connection]),
    [
      ['CRM', undefined],
      ['Orders', null],
    ],
  );
  const restore = (path: string) => server.call('POST', `/api/v1/${path}/restore`);
  const early = await restore(`destinations/${destination.id}`);
  assert.deepEqual([early.statusCode, early.json().code], [409, 'conflict']);
  const other = (await server.make('/connections', { ...crm, name: 'crm' })) as Made;
  const taken = await restore(`connections/${connection.id}`);
  assert.deepEqual([taken.statusCode, taken.json().code], [409, 'name_taken']);
  await server.call('PATCH', `/api/v1/connections/${other.id}`, { name: 'Other' });
  assert.equal((await restore(`connections/${connection.id}`)).statusCode, 200);
  assert.equal((await restore(`destinations/${destination.id}`)).statusCode, 200);
  assert.equal((await server.call('GET', `/api/v1/destinations/${destination.id}`)).json().connectionId, connection.id);
});

test('a restored document refers to present ones only', async () => {
  await using server = await startTestServer();
  const { destination } = await orders(server);
  const body = { name: 'A', description: 'x', status: 'enabled', destinations: [{ destinationId: destination.id }] };
  const action = (await server.make('/actions', body)) as Made;
  await remove(server, `actions/${action.id}`);
  await remove(server, `destinations/${destination.id}`);
  const refused = await server.call('POST', `/api/v1/actions/${action.id}/restore`);
  assert.deepEqual([refused.statusCode, refused.json().errors[0].code], [422, 'unknown_destination']);
  assert.equal((await server.call('POST', `/api/v1/destinations/${destination.id}/restore`)).statusCode, 200);
  assert.equal((await server.call('POST', `/api/v1/actions/${action.id}/restore`)).statusCode, 200);
});

test('what was deleted more than 30 days ago is not listed and not restored', async () => {
  await using server = await startTestServer();
  const { id } = (await server.make('/connections', crm)) as Made;
  await remove(server, `connections/${id}`);
  server.clock.now += 30 * 86_400_000;
  assert.equal((await deleted(server)).length, 1);
  server.clock.now += 1;
  assert.deepEqual(await deleted(server), []);
  assert.equal((await server.call('POST', `/api/v1/connections/${id}/restore`)).statusCode, 404);
});

test('deleted documents are listed by kind and page, to those who can view the kind', async () => {
  await using server = await startTestServer();
  for (const name of ['A', 'B', 'C']) {
    const { id } = (await server.make('/behaviors', { name, condition: { all: [] } })) as Made;
    await remove(server, `behaviors/${id}`);
  }
  const { id } = (await server.make('/connections', crm)) as Made;
  await remove(server, `connections/${id}`);
  const names = (all: readonly Deleted[]) => all.map(({ name }) => name);
  assert.deepEqual(names(await deleted(server)), ['CRM', 'C', 'B', 'A']);
  assert.deepEqual(names(await deleted(server, '?kind=behaviors')), ['C', 'B', 'A']);
  const first = (await server.call('GET', '/api/v1/deleted?kind=behavior&limit=2')).json();
  const second = (await server.call('GET', `/api/v1/deleted?kind=behavior&limit=2&cursor=${first.page.next}`)).json();
  const back = (await server.call('GET', `/api/v1/deleted?kind=behavior&limit=2&cursor=${second.page.prev}`)).json();
  assert.deepEqual([names(first.data), names(second.data), names(back.data)], [['C', 'B'], ['A'], ['C', 'B']]);
  server.grant('some', ['behaviors:view']);
  const as = (path: string, method = 'GET') =>
    server.call(method, `/api/v1${path}`, undefined, { authorization: 'Bearer some' });
  assert.deepEqual(names((await as('/deleted')).json().data), ['C', 'B', 'A']);
  assert.equal((await as('/deleted?kind=connection')).statusCode, 403);
  assert.equal((await as(`/behaviors/${first.data[0].id}/restore`, 'POST')).statusCode, 403);
});

test('pausing and resuming make no version in the history, and a restored version keeps the present status', async () => {
  await using server = await startTestServer();
  const { id } = (await server.make('/connections', { ...crm, description: 'one' })) as Made;
  const url = `/api/v1/connections/${id}`;
  const patch = async (body: object, version: number) => {
    const answer = await server.call('PATCH', url, body, { 'if-match': `"${version}"` });
    assert.deepEqual([answer.statusCode, answer.json().version], [200, version + 1]);
  };
  await patch({ status: 'paused' }, 1);
  await patch({ description: 'two' }, 2);
  await patch({ status: 'disabled' }, 3);
  await patch({ status: 'enabled', description: 'three' }, 4);
  await patch({ status: 'paused' }, 5);
  const listed = async (query = '') => (await server.call('GET', `${url}/versions${query}`)).json();
  const numbers = (page: { data: Made[] }) => page.data.map(({ version }) => version);
  assert.deepEqual(numbers(await listed()), [5, 3, 1]);
  const first = await listed('?limit=2');
  const second = await listed(`?limit=2&cursor=${first.page.next}`);
  assert.deepEqual([numbers(first), numbers(second)], [[5, 3], [1]]);
  assert.deepEqual(numbers(await listed(`?limit=2&cursor=${second.page.prev}`)), [5, 3]);
  const rolled = (await server.call('POST', `${url}/rollback`, { version: 1 })).json();
  assert.deepEqual([rolled.version, rolled.description, rolled.status], [7, 'one', 'paused']);
  assert.deepEqual(numbers(await listed()), [7, 5, 3, 1]);
});
