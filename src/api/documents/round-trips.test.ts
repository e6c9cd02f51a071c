import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ManagedKind } from '../../contract/documents/document.ts';
import { randomDocuments } from '../testing/random-documents.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

type Json = Record<string, unknown>;
const runs = 60;

/** A document without what each write changes. */
function content({ version: _, updatedAt: __, updatedBy: ___, warnings: ____, ...rest }: Json): Json {
  return rest;
}

for (const kind of [
  'collector',
  'connection',
  'destination',
  'behavior',
  'action',
  'alert',
] as const satisfies ManagedKind[])
  test(`a random ${kind} that is read and put back by PUT, PATCH or by name stays the same`, async () => {
    await using server = await startTestServer();
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await server.call(method, `/api/v1${path}`, body);
      return { status: answer.statusCode, body: answer.json() as Json }; // the API returns objects
    };
    const target = await call('POST', '/connections', { name: 'Target', baseUrl: 'https://target.example.com' });
    const one = await call('POST', `/connections/${target.body['id']}/destinations`, {
      name: 'One',
      status: 'enabled',
    });
    const action = await call('POST', '/actions', { name: 'Target action', description: 'x' });
    const behavior = await call('POST', '/behaviors', { name: 'Bought', condition: { all: [] } });
    const idsByName: Record<string, unknown> = {
      Target: target.body['id'],
      'Target/One': one.body['id'],
      'Target action': action.body['id'],
      Purchase: behavior.body['id'],
    };
    let count = 0;
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(randomDocuments(kind), async (made) => {
        count += 1;
        const name = `${kind} ${count}`;
        const path = kind === 'destination' ? `/connections/${target.body['id']}/destinations` : `/${kind}s`;
        const withIds = JSON.parse(JSON.stringify(made), (_, value) => idsByName[String(value)] ?? value);
        const first = await call('POST', path, { ...withIds, name });
        assert.ok(first.status === 201 || first.status === 422, JSON.stringify(first.body));
        if (first.status === 422) return;
        stored += 1;
        const at = `/${kind}s/${first.body['id']}`;
        const read = (await call('GET', at)).body;
        for (const method of ['PUT', 'PATCH']) {
          const again = await call(method, at, read);
          assert.equal(again.status, 200, `${method} ${JSON.stringify(again.body)}`);
          assert.deepEqual(content(again.body), content(read), method);
        }
        const { version } = (await call('GET', at)).body;
        const full = kind === 'destination' ? `Target/${name}` : name;
        const { id: _, connectionId: __, ...body } = read;
        const applied = await call('PUT', `/${kind}s/by-name/${encodeURIComponent(full)}`, body);
        assert.equal(applied.status, 200, JSON.stringify(applied.body));
        assert.deepEqual(content(applied.body), content(read), 'by name');
        assert.equal(applied.body['version'], version, 'an unchanged document has no new version');
      }),
      { numRuns: runs, seed: 20_261_201 },
    );
    assert.ok(stored > count / 3, `${stored} of ${count} random documents are valid`);
  });

test('a mapping row that is read keeps its expression, and a row of two forms is refused', async () => {
  await using server = await startTestServer();
  const connection = (await server.make('/connections', { name: 'C', baseUrl: 'https://c.example' })) as Json;
  const destination = (await server.make(`/connections/${connection['id']}/destinations`, {
    name: 'D',
    status: 'enabled',
  })) as Json;
  const row = { field: 'total', expression: 'Number(it.x)' };
  const body = (mapping: Json[]) => ({
    name: 'A',
    description: 'x',
    destinations: [{ destinationId: destination['id'], mapping }],
  });
  const action = (await server.make('/actions', body([row]))) as Json;
  const path = `/api/v1/actions/${action['id']}`;
  for (const wrong of [
    { ...row, parameter: 'x' },
    { ...row, value: 'x' },
    { field: 'total', parameter: null },
  ])
    for (const method of ['PUT', 'PATCH'])
      assert.equal((await server.call(method, path, body([wrong]))).statusCode, 422, JSON.stringify(wrong));
  const read = (await server.call('GET', path)).json();
  assert.deepEqual(read.destinations[0].mapping, [row]);
});

test('what a client sends as null or an empty list, because it leaves it out, is left out', async () => {
  await using server = await startTestServer();
  const call = async (method: string, path: string, body: unknown) => {
    const answer = await server.call(method, `/api/v1${path}`, body);
    assert.ok(answer.statusCode < 300, answer.body);
    return answer.json() as Json; // the API returns objects
  };
  const connection = await call('POST', '/connections', {
    ...{ name: 'C', baseUrl: 'https://c.example', description: null, settings: null },
    auth: { type: 'basic', username: 'u', password: 'p', token: null },
  });
  const destination = await call('PUT', '/destinations/by-name/C%2FD', {
    ...{ name: null, connection: null, path: null },
    status: 'enabled',
  });
  const others = { all: [], any: [], not: null, behavior: null };
  const buy = { parameter: 'a', operator: 'equals', value: 'buy' };
  const rows = [
    { field: 'total', expression: 'Number(it.x)', parameter: null, value: null, as: null },
    { field: 'kind', parameter: 'a', expression: null, value: null },
    { field: 'none', value: null, parameter: null, expression: null },
  ];
  const body = { name: 'A', description: 'x', status: null, rules: { ...others, ...buy, ignoreCase: null } };
  const wanted = [
    { field: 'total', expression: 'Number(it.x)' },
    { field: 'kind', parameter: 'a' },
    { field: 'none', value: null },
  ];
  const byId = { destinations: [{ destinationId: destination['id'], destination: null, mapping: rows }] };
  const byName = { destinations: [{ destinationId: null, destination: 'C/D', mapping: rows }] };
  const { id } = await call('PUT', '/actions/by-name/A', { ...body, ...byName });
  const [one] = byId.destinations;
  for (const [method, path, given] of [
    ['PUT', '/actions/by-name/A', { ...body, ...byId }],
    ['PUT', `/actions/${id}`, { ...body, destinations: [{ destinationId: one?.destinationId, mapping: rows }] }],
    ['PATCH', `/actions/${id}`, { destinations: [{ destinationId: one?.destinationId, mapping: rows }] }],
    ['PATCH', `/actions/${id}`, { rules: body.rules }],
  ] as const) {
    const written = await call(method, path, given);
    assert.deepEqual(written['rules'], buy);
    assert.deepEqual(Object(written['destinations'])[0].mapping, wanted);
  }
  // A null in a patch still restores the default.
  await call('PATCH', `/actions/${id}`, { status: 'enabled' });
  assert.equal((await call('PATCH', `/actions/${id}`, { status: null }))['status'], 'disabled');
  assert.deepEqual((await call('PATCH', `/actions/${id}`, { rules: null }))['rules'], { all: [] });
  const refused = await server.call('PUT', `/api/v1/connections/${connection['id']}`, { name: null, other: null });
  assert.deepEqual(
    refused
      .json()
      .errors.map(({ pointer }: { pointer: string }) => pointer)
      .sort(),
    ['/baseUrl', '/name', '/other'],
  );
});
