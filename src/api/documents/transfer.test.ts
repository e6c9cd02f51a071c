import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { writeOnlyPlaces } from '../../../test/security/secret-places.ts';
import type { ImportStep } from '../../contract/documents/transfer.ts';
import type { Document } from '../../pipeline/snapshot/snapshot.ts';
import { documentSamples, placesIn } from '../testing/document-samples.testing.ts';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';

type Json = Record<string, unknown>;
type Exported = Json & { kind: string; name: string };

async function exported(server: TestServer, query = ''): Promise<Exported[]> {
  const answer = await server.call('GET', `/api/v1/export${query}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().documents;
}

async function imported(server: TestServer, documents: unknown[], more: Json = {}): Promise<ImportStep[]> {
  const answer = await server.call('POST', '/api/v1/import', { documents, ...more });
  assert.equal(answer.statusCode, 200, answer.json().detail);
  return answer.json().steps;
}

const changes = (steps: readonly ImportStep[]) => [...new Set(steps.map(({ change }) => change))];
const problems = (steps: readonly ImportStep[]) =>
  steps.flatMap(({ name, problems }) => problems.map(({ pointer, detail }) => `${name} ${pointer}: ${detail}`));

/** The version and, without marks of time, the whole body of every stored document. */
const stored = ({ configuration }: TestServer) =>
  Object.values(configuration.snapshot.documents).flatMap((kind) =>
    Array.from<Document<unknown>, unknown>(kind.values(), ({ id, version, body }) => ({ id, version, body })),
  );

test('an export imported where it came from changes nothing and keeps every secret, over every field of every kind', async () => {
  await using server = await startTestServer();
  const samples = documentSamples();
  assert.deepEqual(problems(await imported(server, samples, { dryRun: true })), []);
  assert.deepEqual(changes(await imported(server, samples)), ['create']);
  const [before, documents] = [stored(server), await exported(server)];
  const steps = await imported(server, documents);
  assert.deepEqual([problems(steps), changes(steps), steps.length], [[], ['none'], samples.length]);
  assert.deepEqual(stored(server), before);
});

test('an export imported into a new server creates the same documents there', async () => {
  await using source = await startTestServer();
  await imported(source, documentSamples());
  const documents = await exported(source);
  await using target = await startTestServer();
  const steps = await imported(target, documents.toReversed());
  assert.deepEqual([problems(steps), changes(steps)], [[], ['create']]);
  assert.deepEqual(await exported(target), documents);
});

test('the samples have every field of every kind of document, and no export has a secret or an id', async () => {
  await using server = await startTestServer();
  const samples = documentSamples();
  await imported(server, samples);
  const documents = await exported(server);
  const text = JSON.stringify(documents);
  assert.doesNotMatch(text, /secret-|a-secret|whsec_|PRIVATE KEY|"(con|dst|act|beh|col|alr)_|updatedAt/);
  const places = (all: readonly Json[]) => new Set(all.flatMap((one) => placesIn(one, String(one['kind']))));
  const there = places(documents);
  const left = [...places(samples)].filter((place) => !there.has(place)).map((place) => place.replace(/^\w+\./, ''));
  const writeOnly = writeOnlyPlaces();
  assert.deepEqual(
    left.filter((place) => !writeOnly.includes(place)),
    [],
  );
});

const bought = { kind: 'behavior', name: 'Bought', condition: { parameter: 'a', operator: 'exists' } };
const shop = [
  {
    kind: 'action',
    name: 'Orders',
    description: 'x',
    status: 'enabled',
    rules: { any: [{ behavior: 'Big order' }, { behavior: 'purchase' }] },
    destinations: [{ destination: 'shop crm/Orders' }],
  },
  { kind: 'behavior', name: 'Big order', condition: { all: [{ behavior: 'Bought' }] } },
  bought,
  { kind: 'destination', name: 'Shop CRM/Orders', status: 'enabled' },
  { kind: 'connections', name: 'Shop CRM', baseUrl: 'https://crm.example.com' },
];

test('documents of an import can refer by name to others in it, in any order', async () => {
  await using server = await startTestServer();
  const steps = await imported(server, shop);
  assert.deepEqual(
    steps.map(({ name, change }) => `${change} ${name}`),
    ['create Shop CRM', 'create Shop CRM/Orders', 'create Bought', 'create Big order', 'create Orders'],
  );
  assert.deepEqual(problems(steps), []);
  const action = await server.call('GET', `/api/v1/actions/${steps.at(-1)?.id}`);
  assert.deepEqual(action.json().rules, { any: [{ behavior: steps[3]?.id }, { behavior: 'beh_std_purchase' }] });
});

test('a dry run stores nothing, and tells for each document what would change, with names instead of ids', async () => {
  await using server = await startTestServer();
  await imported(server, shop);
  const before = stored(server);
  const [action = {}] = shop;
  const changed = { ...action, rules: { behavior: 'Bought' }, destinations: [] };
  const [same, first, second] = await imported(server, [bought, changed, { ...bought, name: 'New' }], { dryRun: true });
  assert.deepEqual([same?.name, same?.change, same?.diff], ['Bought', 'none', []]);
  assert.deepEqual([first?.name, first?.change, first?.id], ['New', 'create', null]);
  assert.deepEqual(second?.diff, [
    { pointer: '/rules/any', before: [{ behavior: 'Big order' }, { behavior: 'Purchase' }] },
    { pointer: '/rules/behavior', after: 'Bought' },
    { pointer: '/destinations/0', before: { destination: 'Shop CRM/Orders', mapping: [] } },
  ]);
  assert.deepEqual(stored(server), before);
});

test('with a problem in one document nothing is stored, and with `partial` all others are', async () => {
  await using server = await startTestServer();
  const wrong = { kind: 'action', name: 'Lost', description: 'x', destinations: [{ destination: 'CRM/Nothing' }] };
  const broken = { ...bought, name: 'Broken', condition: { not: { behavior: 'Nothing' } } };
  const documents = [bought, wrong, broken, { ...bought, name: 'Typo', conditon: 1 }, { ...bought, name: 'bought' }];
  const before = stored(server);
  const refused = await server.call('POST', '/api/v1/import', { documents });
  assert.deepEqual([refused.statusCode, refused.json().code], [422, 'invalid_value']);
  assert.deepEqual(
    refused.json().errors.map(({ pointer, code }: Json) => `${pointer} ${code}`),
    [
      '/documents/2/condition/not/behavior unknown_behavior',
      '/documents/3/conditon unknown_field',
      '/documents/4 conflict',
      '/documents/1/destinations/0/destination unknown_destination',
    ],
  );
  assert.deepEqual(problems(refused.json().steps), problems(await imported(server, documents, { dryRun: true })));
  assert.deepEqual(stored(server), before);
  const steps = await imported(server, documents, { partial: true });
  assert.deepEqual(
    steps.map(({ name, problems }) => [name, problems.length]),
    [
      ['Bought', 0],
      ['Broken', 1],
      ['Typo', 1],
      ['bought', 1],
      ['Lost', 1],
    ],
  );
  assert.equal(stored(server).length, before.length + 1);
});

test('an export names no document of a kind that its reader may not view', async () => {
  await using server = await startTestServer();
  await imported(server, shop);
  server.grant('some', ['actions:view']);
  const answer = await server.call('GET', '/api/v1/export', undefined, { authorization: 'Bearer some' });
  const [{ rules, destinations }] = answer.json().documents;
  const referred = [...rules.any.map((one: { behavior: string }) => one.behavior), destinations[0].destination];
  for (const one of referred) assert.match(one, /^(beh|dst)_/);
  assert.doesNotMatch(answer.body, /Shop CRM|Big order/);
});

test('an import needs Manage of each kind in it, an export View of each kind that it asks for', async () => {
  await using server = await startTestServer();
  await imported(server, shop);
  server.grant('some', ['behaviors:manage', 'actions:view']);
  const as = { authorization: 'Bearer some' };
  const all = await server.call('GET', '/api/v1/export', undefined, as);
  assert.deepEqual(
    all.json().documents.map(({ name }: Exported) => name),
    ['Big order', 'Bought', 'Orders'],
  );
  for (const query of ['kind=connection', 'kind=behaviors,destinations', 'kind=action&kind=alert'])
    assert.equal((await server.call('GET', `/api/v1/export?${query}`, undefined, as)).statusCode, 403, query);
  assert.equal((await server.call('GET', '/api/v1/export?kind=behaviors,action', undefined, as)).statusCode, 200);
  const before = stored(server);
  const other = { ...bought, description: 'other' };
  for (const dryRun of [true, false]) {
    const documents = [other, { kind: 'action', name: 'A', description: 'x' }];
    const refused = await server.call('POST', '/api/v1/import', { documents, dryRun }, as);
    assert.deepEqual([refused.statusCode, refused.json().detail], [403, 'This needs the right actions:manage.']);
  }
  assert.deepEqual(stored(server), before);
  const allowed = await server.call('POST', '/api/v1/import', { documents: [other] }, as);
  assert.deepEqual(allowed.json().steps[0].change, 'update');
});

test('an export can be of single documents, a connection with its destinations', async () => {
  await using server = await startTestServer();
  await imported(server, [...shop, { kind: 'connection', name: 'Other', baseUrl: 'https://other.example.com' }]);
  const { data } = (await server.call('GET', '/api/v1/connections?name=shop')).json();
  const documents = await exported(server, `?id=${data[0].id}`);
  assert.deepEqual(
    documents.map(({ kind, name, connection }) => [kind, name, connection]),
    [
      ['connection', 'Shop CRM', undefined],
      ['destination', 'Orders', 'Shop CRM'],
    ],
  );
  assert.equal((await exported(server, `?kind=connections&id=${data[0].id}`)).length, 1);
  assert.equal((await server.call('GET', '/api/v1/export?kind=people')).statusCode, 422);
});

test('a stored secret is kept where the import has none, and never sent to another address', async () => {
  await using server = await startTestServer();
  const crm = { kind: 'connection', name: 'CRM', baseUrl: 'https://crm.example.com', auth: { type: 'bearer' } };
  const [created] = await imported(server, [crm]);
  assert.deepEqual(created?.warnings, ['The bearer token is missing. Deliveries are held until you enter it.']);
  const reference = { set: true, ref: 'env:CRM_TOKEN' };
  await imported(server, [{ ...crm, auth: { type: 'bearer', token: { ref: 'env:CRM_TOKEN' } } }]);
  assert.deepEqual((await exported(server))[0]?.['auth'], { type: 'bearer', token: reference });
  const [same] = await imported(server, await exported(server));
  assert.equal(same?.change, 'none');
  await imported(server, [{ ...crm, auth: { type: 'bearer', token: 'token-1' } }]);
  assert.deepEqual((await exported(server))[0]?.['auth'], { type: 'bearer' });
  const moved = await imported(server, [{ ...crm, baseUrl: 'https://other.example.com' }], { dryRun: true });
  assert.deepEqual(problems(moved), [
    'CRM /auth/token: The address changed. Send this secret again with the new address.',
  ]);
});

test('an import warns of the secrets that its new documents lack', async () => {
  await using server = await startTestServer();
  const steps = await imported(server, [
    { kind: 'connection', name: 'CRM', baseUrl: 'https://crm.example.com' },
    { kind: 'destination', name: 'CRM/A', settings: { headers: [{ name: 'X-Key', secret: true }] } },
    { kind: 'alert', name: 'Chat', type: 'slack', settings: {} },
    { kind: 'alert', name: 'Hook', type: 'webhook', settings: { url: 'https://alerts.example.com' } },
  ]);
  assert.deepEqual(
    steps.map(({ warnings }) => warnings),
    [
      [],
      ['The value of the header X-Key is missing. Deliveries are held until you enter it.'],
      ['The webhook URL is missing. Messages fail until you enter it.'],
      [],
    ],
  );
});

test('an import is one change: each document has its audit entry, and of two at once each is whole', async () => {
  await using server = await startTestServer();
  const documents = (description: string) => ['A', 'B', 'C'].map((name) => ({ ...bought, name, description }));
  const [first = [], second = []] = await Promise.all([
    imported(server, documents('one')),
    imported(server, documents('two')),
  ]);
  assert.deepEqual([changes(first), changes(second)].flat().sort(), ['create', 'update']);
  const revision = server.configuration.snapshot.revision;
  assert.equal(revision, 2);
  const descriptions = [...server.configuration.snapshot.documents.behavior.values()]
    .filter(({ body }) => ['A', 'B', 'C'].includes(body.name))
    .map(({ body }) => body.description);
  assert.equal(new Set(descriptions).size, 1);
  const entries = (await server.audit.entries({ limit: 9 })).map(({ act, kind, name }) => `${act} ${kind} ${name}`);
  const acts = (act: string) => ['C', 'B', 'A'].map((name) => `${act} behavior ${name}`);
  assert.deepEqual(entries, [...acts('change'), ...acts('create')]);
});

test('an export has nothing of what the server writes itself, such as the keys of a collector', async () => {
  await using server = await startTestServer();
  const [made] = await imported(server, [{ kind: 'collector', name: 'Shop' }]);
  assert.equal((await server.call('POST', `/api/v1/collectors/${made?.id}/rotate-key`)).statusCode, 200);
  const before = stored(server);
  const documents = await exported(server);
  assert.doesNotMatch(JSON.stringify(documents), /key|previous/i);
  assert.deepEqual(changes(await imported(server, documents)), ['none']);
  assert.deepEqual(stored(server), before);
});

test('an import is bounded in bytes, documents, and bytes of each document', async () => {
  await using server = await startTestServer();
  const refused = async (body: unknown) => {
    const answer = await server.call('POST', '/api/v1/import', body);
    return [answer.statusCode, answer.json().detail];
  };
  assert.deepEqual(await refused(`{"documents":[${'1,'.repeat(50_000)}1]}`), [
    422,
    '/documents: Must have at most 50000 items.',
  ]);
  const large = { ...bought, description: 'x'.repeat(2 ** 20) };
  assert.deepEqual(await refused({ documents: [bought, large] }), [413, '/documents/1 is over 1 MiB.']);
  assert.deepEqual(await refused({ documents: [], more: large }), [413, 'The body without documents is over 1 MiB.']);
  assert.deepEqual(await refused({ document: large }), [413, 'The body without a list documents is over 1 MiB.']);
  assert.deepEqual(await refused('x'.repeat(64 * 2 ** 20 + 1)), [413, 'The body is over 64 MiB.']);
  assert.deepEqual(await exported(server), []);
});

test('an export of a server with paused and disabled destinations can be imported into a new one', async () => {
  await using source = await startTestServer();
  const steps = await imported(source, [...shop, { kind: 'destination', name: 'Shop CRM/Mail', status: 'enabled' }]);
  const idOf = (name: string) => steps.find((one) => one.name === name)?.id;
  const { destinations } = (await source.call('GET', `/api/v1/actions/${idOf('Orders')}`)).json();
  const both = [...destinations, { destinationId: idOf('Shop CRM/Mail'), mapping: [] }];
  await source.call('PATCH', `/api/v1/actions/${idOf('Orders')}`, { destinations: both });
  for (const [name, status] of [
    ['Shop CRM/Orders', 'paused'],
    ['Shop CRM/Mail', 'disabled'],
  ] as const)
    assert.equal((await source.call('PATCH', `/api/v1/destinations/${idOf(name)}`, { status })).statusCode, 200);
  const documents = await exported(source);
  await using target = await startTestServer();
  const created = await imported(target, documents);
  assert.deepEqual([problems(created), changes(created)], [[], ['create']]);
  assert.deepEqual(created.find(({ name }) => name === 'Orders')?.warnings, [
    'The destination Shop CRM/Orders is paused. Its deliveries are held.',
    'The destination Shop CRM/Mail is disabled. Its deliveries are held.',
  ]);
  assert.deepEqual(await exported(target), documents);
  const [action] = documents.filter(({ kind }) => kind === 'action');
  const again = await target.call('PUT', '/api/v1/actions/by-name/Second', {
    ...action,
    kind: undefined,
    name: 'Second',
  });
  assert.deepEqual([again.statusCode, again.json().code], [422, 'destination_not_enabled']);
});

test('the progress of an import is shown to its caller alone, while it runs', async () => {
  await using server = await startTestServer();
  server.grant('other', ['behaviors:manage']);
  const progress = (headers = {}) => server.call('GET', '/api/v1/import/first', undefined, headers);
  const documents = Array.from({ length: 3_000 }, (_, i) => ({ ...bought, name: `B${i}` }));
  let isOver = false;
  const running = server.call('POST', '/api/v1/import?progressId=first', { documents }).finally(() => {
    isOver = true;
  });
  let seen = await progress();
  while (seen.statusCode === 404 && !isOver) {
    // Requests without a socket let no other work run.
    await setImmediate();
    seen = await progress();
  }
  assert.equal((await progress({ authorization: 'Bearer other' })).statusCode, 404);
  const { phase, done, documents: all } = seen.json();
  assert.ok(phase === 'check' && done >= 0 && done <= 3_000 && all === 3_000, seen.body);
  assert.equal((await running).statusCode, 200);
  assert.equal((await progress()).statusCode, 404);
});
