import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli } from '../../src/cli/cli.testing.ts';
import { Secret } from '../../src/contract/secret.ts';
import { adminToken, startTestApp, type TestApp, wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';

type Json = Record<string, unknown>;

const secretHeader = (name: string, value: string) => ({ name, value, secret: true });
const given = {
  connection: {
    auth: { type: 'basic', username: 'me', password: 'password-1' },
    settings: {
      headers: [secretHeader('X-Key', 'key-1'), { name: 'X-Plain', value: 'plain' }, secretHeader('X-Other', 'key-2')],
      signing: {
        scheme: 'hmac',
        algorithm: 'sha256',
        encoding: 'hex',
        header: 'X-Sign',
        format: '{signature}',
        secret: 'signing-1',
      },
    },
  },
  destination: { settings: { headers: [secretHeader('X-Own', 'key-3')] } },
} as unknown as Parameters<typeof wire>[2]; // secrets are branded texts

async function put(app: TestApp, path: string, body: unknown, method = 'PUT'): Promise<{ status: number; body: Json }> {
  const response = await app.fetch(`/api/v1/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Json }; // what the API answers
}

async function get(app: TestApp, path: string): Promise<Json> {
  return (await (await app.fetch(`/api/v1/${path}`)).json()) as Json; // what the API answers
}

/** Objects with every null member left out, as some programs write JSON. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === null ? [] : [[name, withoutNulls(inner)]])),
  );
}

/** Objects with null for the marks of secrets. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if ('set' in value) return null;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]));
}

test('GET and an export put back by PUT, PATCH or apply keep every stored secret', async (t) => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const { connection, destination, deliver } = await wire(app, receiver, given);
  const dir = await mkdtemp(join(tmpdir(), 'millrace-round-trip-'));
  t.after(() => rm(dir, { recursive: true }));
  const connectionPath = `connections/${connection.id}`;
  const destinationPath = `destinations/${destination.id}`;

  async function apply(text: string, ...command: string[]) {
    const file = join(dir, 'file.yaml');
    await writeFile(file, text);
    const one = cli({ settings: { url: app.url, adminToken: new Secret(adminToken, '') } });
    assert.equal(await one.run(...command, 'apply', file), 0, one.written.err);
    return one.written.out;
  }

  const expected = async () => {
    await deliver({ v: 1 });
    const sent = receiver.requests.at(-1);
    return ['authorization', 'x-key', 'x-plain', 'x-other', 'x-own'].map((name) => sent?.headers[name]);
  };
  const whole = [`Basic ${btoa('me:password-1')}`, 'key-1', 'plain', 'key-2', 'key-3'];
  assert.deepEqual(await expected(), whole);
  const signature = receiver.requests.at(-1)?.headers['x-sign'];
  assert.match(String(signature), /^[0-9a-f]{64}$/);

  const stored = { connection: await get(app, connectionPath), destination: await get(app, destinationPath) };
  for (const [how, form] of [
    ['as GET gives it', (one: Json) => one],
    ['with null for secrets', withoutSecrets],
    ['without its secrets', (one: Json) => withoutNulls(withoutSecrets(one))],
  ] as const)
    for (const method of ['PUT', 'PATCH']) {
      for (const [path, document] of [
        [connectionPath, stored.connection],
        [destinationPath, stored.destination],
      ] as const) {
        const answer = await put(app, path, form(document), method);
        assert.equal(answer.status, 200, `${method} ${path} ${how}: ${JSON.stringify(answer.body)}`);
        assert.deepEqual(answer.body['settings'], document['settings'], `${method} ${path} ${how}`);
        assert.deepEqual(answer.body['auth'], document['auth'], `${method} ${path} ${how}`);
      }
      assert.deepEqual(await expected(), whole, `${method} ${how}`);
    }

  const reversed = structuredClone(stored.connection) as { settings: { headers: Json[] } }; // a connection
  reversed.settings.headers.reverse();
  assert.equal((await put(app, connectionPath, withoutSecrets(reversed))).status, 200);
  assert.deepEqual(await expected(), whole, 'secret headers are matched by name');
  assert.equal((await put(app, connectionPath, stored.connection)).status, 200);

  const command = async (...argv: string[]) => {
    const one = cli({ settings: { url: app.url, adminToken: new Secret(adminToken, '') } });
    assert.equal(await one.run(...argv), 0, one.written.err);
    return one.written.out;
  };
  for (const output of ['yaml', 'json'])
    for (const ids of [[], ['--id', connection.id], ['--kind', 'destinations', '--id', destination.id]]) {
      const applied = await apply(await command('export', ...ids, '--output', output));
      assert.match(applied, /^unchanged: /);
      assert.doesNotMatch(applied, /\n(created|changed) /);
    }
  for (const [many, id] of [
    ['connections', connection.id],
    ['destinations', destination.id],
  ] as const) {
    assert.match(await apply(`${await command(many, 'get', id)}\n`, many), /unchanged/);
  }
  assert.deepEqual(await expected(), whole, 'millrace apply');
});

test('{"set": false} removes a secret, and another kind of authentication takes over none of the former', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const { connection } = await wire(app, receiver, given);
  const path = `connections/${connection.id}`;
  const marks = async () => {
    const { auth, settings } = await app.client.call('getConnection', { params: { id: connection.id } });
    return { auth, headers: settings.headers.map(({ value }) => value), signing: settings.signing?.secret };
  };
  const before = await marks();

  const other = { auth: { type: 'bearer', token: null } };
  assert.equal((await put(app, path, other, 'PATCH')).status, 200);
  assert.deepEqual((await marks()).auth, { type: 'bearer', token: null });
  const back = await put(app, path, { auth: { type: 'basic', username: 'me', password: null } }, 'PATCH');
  assert.deepEqual(back.body['auth'], { type: 'basic', username: 'me', password: null });
  await put(app, path, { auth: { password: 'password-2' } }, 'PATCH');
  const oauth2 = {
    type: 'oauth2',
    grant: 'password',
    clientId: 'c',
    username: 'me',
    accessTokenUrl: `${receiver.url}/t`,
  };
  const moved = await put(app, path, { auth: oauth2 }, 'PATCH');
  assert.equal((moved.body['auth'] as Json)['password'], null, JSON.stringify(moved.body)); // authentication is an object

  await put(app, path, { auth: { clientSecret: 'client-1', extraParams: { hint: 'h-1', more: 'm-1' } } }, 'PATCH');
  const extras = async () => {
    const { auth } = await marks();
    assert.ok(auth.type === 'oauth2');
    return Object.fromEntries(Object.entries(auth.extraParams).map(([name, value]) => [name, value !== null]));
  };
  await put(app, path, { auth: { extraParams: { hint: null } } }, 'PATCH');
  assert.deepEqual(await extras(), { hint: true, more: true });
  await put(app, path, { auth: { extraParams: { hint: { set: false } } } }, 'PATCH');
  assert.deepEqual(await extras(), { hint: false, more: true });
  await put(app, path, { auth: { clientSecret: { set: false } } }, 'PATCH');
  const { auth } = await marks();
  assert.equal(auth.type === 'oauth2' && auth.clientSecret, null);

  const headers = [
    { name: 'x-other', value: null, secret: true },
    secretHeader('X-Key', 'new'),
    { name: 'X-None', value: { set: false }, secret: true },
  ];
  const settings = { headers, signing: { ...(connection.settings.signing as Json), secret: { set: false } } }; // a signing
  assert.equal((await put(app, path, { settings }, 'PATCH')).status, 200);
  const after = await marks();
  assert.deepEqual(after.headers[0], before.headers[2]);
  assert.deepEqual([after.headers[2], after.signing], [null, null]);
});
