import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startTestServer } from '../api/testing/server.testing.ts';
import { Secret } from '../contract/secret.ts';
import { cli } from './cli.testing.ts';

/** A server on storage in memory, and the commands connected to it; each call returns exit code and output. */
async function connected(t: TestContext, token = 'admin') {
  const server = await startTestServer();
  t.after(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    server,
    async run(argv: string[], stdin = '') {
      const one = cli({ settings: { url, adminToken: new Secret(token, '') }, stdin });
      const code = await one.run(...argv);
      return { code, ...one.written };
    },
  };
}

const manifest = `
actions:
  - name: Orders
    description: Tell the CRM about orders
    status: enabled
    rules: { all: [{ behavior: Bought }] }
    destinations: [{ destination: CRM/Orders, mapping: [{ field: order, parameter: wt.tx_i }] }]
behaviors:
  - { name: Bought, condition: { parameter: wt.tx_e, operator: equals, value: p } }
destinations:
  - { connection: CRM, name: Orders, path: /orders, status: enabled }
connections:
  - { name: CRM, baseUrl: "https://crm.example/v2" }
collectors:
  - name: Shop
`;

test('apply creates documents in the order of their references and reports each', async (t) => {
  const { run } = await connected(t);
  const first = await run(['apply', '-'], manifest);
  assert.deepEqual([first.code, first.err], [0, '']);
  const lines = first.out.trim().split('\n').slice(1);
  assert.deepEqual(
    lines.map((line) => line.split(/ {2,}/).slice(0, 3).join(' ')),
    [
      'created collector Shop',
      'created connection CRM',
      'created destination CRM/Orders',
      'created behavior Bought',
      'created action Orders',
    ],
  );
});

test('apply again changes nothing, and changes only what differs', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], manifest);
  const again = await run(['apply', '-', '--output', 'json'], manifest);
  assert.deepEqual(
    JSON.parse(again.out).map((row: { change: string }) => row.change),
    ['unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  );
  const changed = await run(['apply', '-', '--output', 'json'], manifest.replace('/orders', '/v3/orders'));
  assert.deepEqual(
    JSON.parse(changed.out).map((row: { change: string }) => row.change),
    ['unchanged', 'unchanged', 'changed', 'unchanged', 'unchanged'],
  );
});

test('a name in another case is the same document, as for the server', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], 'connections: [{ name: CRM, baseUrl: "https://crm.example" }]');
  const again = await run(['apply', '-'], 'connections: [{ name: crm, baseUrl: "https://crm.example/v2" }]');
  assert.match(again.out, /\nchanged +connection +crm /);
  assert.match((await run(['connections', 'get', 'Crm'])).out, /baseUrl: https:\/\/crm\.example\/v2\n/);
});

test('a destination is found by the names as the server compares them, also when they contain slashes', async (t) => {
  const { run } = await connected(t);
  const file = `
connections: [{ name: EU/CRM, baseUrl: "https://eu.example" }, { name: CRM, baseUrl: "https://crm.example" }]
destinations: [{ connection: EU/CRM, name: Orders, path: /a }, { connection: CRM, name: Up/Orders, path: /b }]
`;
  assert.equal((await run(['apply', '-'], file)).code, 0);
  assert.match((await run(['destinations', 'get', 'eu/crm/orders'])).out, /path: \/a\n/);
  assert.match((await run(['destinations', 'get', 'crm/up/orders'])).out, /path: \/b\n/);
});

test('an empty argument and a time that does not exist are errors of the command line', async (t) => {
  const { run } = await connected(t);
  const empty = await run(['deliveries', 'get', '']);
  assert.deepEqual([empty.code, empty.err], [2, 'millrace: The id must not be empty.\n']);
  const far = await run(['tokens', 'create', 'T', '--right', 'events:view', '--days', '999999999']);
  assert.deepEqual([far.code, far.err], [2, 'millrace: "999999999" must be at most 36500.\n']);
});

test('the only problem of a request is printed once', async (t) => {
  const { run } = await connected(t);
  const refused = await run(['settings', 'set', 'nope', '1']);
  assert.deepEqual([refused.code, refused.err], [3, 'millrace: /nope: Unknown field.\n']);
});

test('with a problem in one document apply changes nothing, and points to the field', async (t) => {
  const { run } = await connected(t);
  const result = await run(['apply', '-'], manifest.replace('destination: CRM/Orders', 'destination: CRM/Ordres'));
  assert.deepEqual([result.code, result.out], [3, '']);
  assert.equal(
    result.err,
    'millrace: action Orders: <stdin>:7:22: /destinations/0/destination: There is no destination CRM/Ordres.\nNothing was changed.\n',
  );
  assert.equal((await run(['connections', 'get', 'CRM'])).code, 3);
});

test('plan shows what apply would change, and changes nothing; problems end it with 3', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], manifest);
  const changed = manifest.replace('/orders', '/v3/orders').replace('name: Shop', 'name: Second shop');
  const plan = await run(['plan', '-'], changed);
  assert.deepEqual([plan.code, plan.err], [0, '']);
  assert.match(plan.out, /\ncreate +collector +Second shop\n/);
  assert.match(plan.out, /\nupdate +destination +CRM\/Orders\n +\/path: "\/orders" → "\/v3\/orders"\n/);
  assert.equal(plan.out.match(/none|unchanged/g)?.length, 1);
  assert.match(plan.out, /\nunchanged: 3 documents\n$/);
  assert.equal((await run(['apply', '-'], manifest)).out, 'unchanged: 5 documents\n');
  const wrong = await run(['plan', '-'], 'destinations: [{ connection: Nobody, name: A }]');
  assert.equal(wrong.code, 3);
  assert.match(wrong.out, /problem: <stdin>:1:18: \/connection: There is no connection Nobody\./);
});

test('what export prints, apply reads: nothing changes, from YAML and JSON', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], manifest);
  for (const output of ['yaml', 'json']) {
    const file = await run(['export', '--output', output]);
    assert.equal(file.code, 0, file.err);
    const again = await run(['apply', '-'], file.out);
    assert.equal(again.out, 'unchanged: 5 documents\n', again.err);
  }
  const some = await run(['export', '--kind', 'behaviors,action', '--output', 'json']);
  assert.deepEqual(Object.keys(JSON.parse(some.out)), ['behaviors', 'actions']);
  assert.equal((await run(['export', '--kind', 'people'])).code, 3);
});

test('references to secrets on this machine are replaced by them; a missing one is refused with the file', async (t) => {
  const { run } = await connected(t);
  const dir = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const secret = join(dir, 'token');
  writeFileSync(secret, 'token-of-a-file\n');
  const file = (ref: string) =>
    `connections: [{ name: CRM, baseUrl: "https://crm.example", auth: { type: bearer, token: { ref: "${ref}" } } }]`;
  assert.equal((await run(['apply', '-'], file(`file:${secret}`))).code, 0);
  const { auth } = JSON.parse((await run(['connections', 'get', 'CRM', '--output', 'json'])).out);
  assert.deepEqual([auth.token.set, auth.token.ref], [true, undefined]);
  for (const ref of ['env:NOPE', 'vault:x', 'file:']) {
    const refused = await run(['apply', '-'], file(ref));
    assert.deepEqual([refused.code, refused.err.includes(ref)], [2, true], refused.err);
  }
  assert.match((await run(['apply', '-'], 'a: [')).err, /^millrace: The standard input: /);
});

test('documents are listed, shown by name or id, and deleted', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], manifest);
  const list = await run(['destinations', 'list', 'CRM']);
  assert.match(list.out, /CRM\/Orders +POST \/orders +enabled/);
  const { id } = JSON.parse((await run(['destinations', 'get', 'CRM/Orders', '--output', 'json'])).out);
  assert.match((await run(['destinations', 'get', id])).out, /\nname: Orders\n/);
  const used = await run(['destinations', 'delete', 'CRM/Orders']);
  assert.equal(used.code, 3, 'in use by the action');
  assert.equal((await run(['actions', 'delete', 'Orders'])).code, 0);
  assert.equal((await run(['destinations', 'delete', 'CRM/Orders'])).code, 0);
  assert.equal((await run(['destinations', 'get', 'CRM/Orders'])).code, 3);
  assert.match((await run(['deleted'])).out, new RegExp(`\\n${id} +destination +CRM/Orders +\\S+Z +admin\\n`));
  assert.equal((await run(['destinations', 'restore', id])).out, `restored destination Orders (${id})\n`);
  assert.equal((await run(['destinations', 'get', 'CRM/Orders'])).code, 0);
});

test('an alert is applied by names, listed, tested with an exit code for the result, and deleted', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], manifest);
  const hook =
    'alerts: [{ name: Ops, type: slack, settings: { hookUrl: "https://hooks.example/canary" }, rules: { connectionIds: [CRM] } }]';
  assert.equal((await run(['apply', '-'], hook)).code, 0);
  assert.match((await run(['alerts', 'list'])).out, /Ops +slack +enabled +ok/);
  assert.doesNotMatch((await run(['alerts', 'get', 'Ops'])).out, /canary/);
  const sent = await run(['alerts', 'test', 'Ops']);
  assert.deepEqual([sent.code, sent.err], [0, '']);
  assert.match(sent.out, /^sent after \d+ ms: HTTP 200\.\n$/);
  await run(['apply', '-'], 'alerts: [{ name: Gone, type: slack, settings: {} }]');
  const failed = await run(['alerts', 'test', 'Gone']);
  assert.deepEqual([failed.code, /^not sent after .*No webhook URL is stored/.test(failed.out)], [1, true], failed.out);
  assert.equal((await run(['alerts', 'delete', 'Ops', 'Gone'])).code, 0);
});

test('send needs no collector named when there is only one, and prints the ids', async (t) => {
  const { run } = await connected(t);
  assert.equal((await run(['send', 'wt.ev=x'])).code, 3, 'there is none yet');
  await run(['apply', '-'], manifest);
  const sent = await run(['send', 'wt.ev=$Purchase', 'wt.tx_i=A=1']);
  assert.equal(sent.code, 0);
  assert.match(sent.out, /\nevt_/);
  const several = await run(['send', '--file', '-', '--collector', 'Shop'], '[{"a": "1"}, {"a": "2"}]');
  assert.equal(several.out.match(/evt_/g)?.length, 2);
  const refused = await run(['send', '--key', 'unknown', 'a=b']);
  assert.equal(refused.code, 3);
  await run(['collectors', 'apply', '-'], 'name: Second');
  assert.match((await run(['send', 'a=b'])).err, /several collectors/);
});

test('a missing or wrong token is an error that explains how to give one', async (t) => {
  const { run } = await connected(t, 'wrong');
  const { code, err } = await run(['actions', 'list']);
  assert.equal(code, 3);
  assert.match(err, /^millrace: .*MILLRACE_ADMIN_TOKEN\.\n$/);
});

test('deliveries are listed with filters by name; unknown ones are refused', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], manifest);
  const list = await run([
    'deliveries',
    'list',
    '--action',
    'Orders',
    '--destination',
    'CRM/Orders',
    '--output',
    'json',
  ]);
  assert.deepEqual([list.code, list.out], [0, '[]\n']);
  assert.equal((await run(['deliveries', 'list', '--action', 'Nothing'])).code, 3);
  assert.equal((await run(['deliveries', 'get', 'dlv_0'])).code, 3);
});

test('a replay is planned, run, listed, paused, resumed, cancelled and shown; an unknown id is refused', async (t) => {
  const { run } = await connected(t);
  await run(['apply', '-'], manifest);
  const json = async (...argv: string[]) => {
    const { code, out, err } = await run(['replays', ...argv, '--output', 'json']);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  };
  const filter = ['--status', 'failed', '--destination', 'CRM/Orders', '--after', '2026-01-01T00:00:00Z'];
  assert.equal((await json('plan', ...filter, '--rate', '5')).deliveries, 0);
  const events = ['--of', 'events', '--event', 'bought', '--to-action', 'Orders', '--ignore-rules', '--only', 'all'];
  const { id, ...made } = await json('run', ...events, '--name', 'Missed', '--reason', 'why', '--order', 'newest');
  assert.deepEqual(
    [made.name, made.filter.name, made.reason, made.order, made.to.ignoreRules],
    ['Missed', 'bought', 'why', 'newest', true],
  );
  assert.deepEqual(
    (await json('list')).map((one: { id: string }) => one.id),
    [id],
  );
  assert.match((await run(['replays', 'pause', id])).out, /paused/);
  assert.match((await run(['replays', 'resume', id])).out, /running|planned/);
  assert.match((await run(['replays', 'cancel', id])).out, /cancelled/);
  assert.equal((await json('get', id)).state, 'cancelled');
  assert.equal((await run(['replays', 'cancel', id])).code, 3);
  for (const rate of ['fast', '0x10', '1e2', '0'])
    assert.equal((await run(['replays', 'plan', '--rate', rate])).code, 2);
  assert.equal((await run(['replays', 'plan', '--action', 'Nothing'])).code, 3);
  assert.equal((await run(['replays', 'plan', '--event', 'x'])).code, 3);
});

test('stats are shown for the whole installation, or by name for each resource of a kind', async (t) => {
  const { run, server } = await connected(t);
  await run(['apply', '-'], manifest);
  const [connection] = server.configuration.snapshot.documents.connection.values();
  server.parts.pipeline.events.emit(
    'ended',
    { actionId: null, destinationId: '', connectionId: connection?.id ?? '' },
    { status: 'failed', reason: 'expired' },
    1,
  );
  await run(['send', '--key', 'unknown', 'a=b']);
  const all = await run(['stats', '--range', '1h']);
  assert.match(all.out, /\nfailed +1\n[\s\S]*\nrejected +1\n[\s\S]*failed: expired +1\n/);
  assert.match((await run(['stats', 'connection'])).out, /\ncon_\w+ +CRM +0 +0 +0 +0 +0 +0 +1 +– +–\n/);
  assert.equal(JSON.parse((await run(['stats', '--output', 'json'])).out).totals.rejected, 1);
});
