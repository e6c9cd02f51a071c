import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { reaches, startTestApp, type TestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTokenServer } from '../support/token-server.ts';

type Given = Parameters<typeof wire>[2];

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
const signed = { privateKey: null, algorithm: 'ES256' };

const file = (name: string) =>
  readFileSync(new URL(`../../src/egress/http1/testdata/${name}`, import.meta.url), 'utf8');

const patch = async (app: TestApp, id: string, body: unknown) => {
  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch(`/api/v1/connections/${id}`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.clone().text());
};

test('a connection without a credential needs attention from the moment it is saved; deliveries wait until it is given', async () => {
  await using receiver = await startReceiver();
  await using tokens = await startTokenServer();
  await using app = await startTestApp();
  const oauth = { type: 'oauth2', clientId: 'c', accessTokenUrl: tokens.url };
  for (const [connection, missing, given] of [
    [{ auth: { type: 'bearer' } }, 'The bearer token is missing.', { auth: { token: 't' } }],
    [{ auth: { type: 'basic', username: 'u' } }, 'The password is missing.', { auth: { password: 'p' } }],
    [
      { auth: { ...oauth, grant: 'client_credentials' } },
      'The client secret is missing.',
      { auth: { clientSecret: 's' } },
    ],
    [
      { auth: { ...oauth, grant: 'password', username: 'u', clientAuth: 'basic' } },
      'The client secret and the password are missing.',
      { auth: { clientSecret: 's', password: 'p' } },
    ],
    [{ auth: { ...oauth, grant: 'jwt' } }, 'The JSON Web Token is missing.', { auth: { jwt: 'a.b.c' } }],
    [
      { auth: { ...oauth, grant: 'jwt', assertion: signed } },
      'The private key of the assertion is missing.',
      { auth: { assertion: { privateKey: pem } } },
    ],
    [
      { auth: { ...oauth, grant: 'client_credentials', clientAuth: 'private_key_jwt', clientAssertion: signed } },
      'The private key of the client assertion is missing.',
      { auth: { clientAssertion: { privateKey: pem } } },
    ],
    [{ auth: { ...oauth, grant: 'refresh_token' } }, 'The refresh token is missing.', { auth: { refreshToken: 'r' } }],
    [
      { settings: { headers: [{ name: 'X-Api-Key', secret: true }] } },
      'The value of the header X-Api-Key is missing.',
      { settings: { headers: [{ name: 'X-Api-Key', secret: true, value: 'k' }] } },
    ],
    [
      { settings: { tls: { cert: file('client.crt') } } },
      'The private key of the client certificate is missing.',
      { settings: { tls: { key: file('client.key') } } },
    ],
    [
      { settings: { signing: { scheme: 'standard-webhooks' } } },
      'The signing secret is missing.',
      { settings: { signing: { secret: 'whsec_c2VjcmV0' } } },
    ],
  ] as const) {
    const wired = await wire(app, receiver, { connection } as unknown as Given); // secrets are branded texts
    const { id, health } = wired.connection;
    assert.deepEqual([health.state, health.reason], ['needs_attention', 'credentials_missing']);
    assert.deepEqual([health.detail, health.nextProbeAt], [missing, null]);
    const before = [receiver.requests.length, tokens.requests.length];
    const held = await wired.deliver({ v: 1 }, 'held');
    assert.deepEqual([held.reason, held.detail, held.attempts], ['credentials_missing', missing, 0]);
    // The count of held deliveries may be a little older than the deliveries.
    const shown = await eventually('the held delivery to be counted', async () => {
      const { health } = await app.client.call('getConnection', { params: { id } });
      return health.held === 1 && health;
    });
    assert.deepEqual([shown.state, shown.reason], ['needs_attention', 'credentials_missing']);
    assert.deepEqual([receiver.requests.length, tokens.requests.length], before);
    await patch(app, id, given);
    await reaches(app, held.id, 'delivered');
    assert.equal((await app.client.call('getConnection', { params: { id } })).health.state, 'ok');
  }
});

test('a removed credential holds deliveries, also after a restart and for one destination alone', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const header = { name: 'X-Key', value: 'k', secret: true };
  const wired = await wire(app, receiver, {
    connection: { auth: { type: 'bearer', token: 't' } },
    destination: { settings: { headers: [header] } },
  } as unknown as Given); // secrets are branded texts
  await wired.deliver({ v: 1 });
  await patch(app, wired.connection.id, { auth: { token: { set: false } } });
  const held = await wired.deliver({ v: 2 }, 'held');
  await app.restart();
  assert.equal((await app.client.call('getDelivery', { params: { id: held.id } })).reason, 'credentials_missing');
  await patch(app, wired.connection.id, { auth: { token: 't2' } });
  await reaches(app, held.id, 'delivered');
  assert.equal(receiver.requests.at(-1)?.headers['authorization'], 'Bearer t2');

  const params = { id: wired.destination.id };
  const settings = (value: unknown) =>
    ({ settings: { headers: [{ ...header, value }] } }) as Parameters<
      typeof app.client.call<'changeDestination'>
    >[1]['body']; // secrets are branded texts
  await app.client.call('changeDestination', { params, body: settings({ set: false }) });
  const own = await wired.deliver({ v: 3 }, 'held');
  assert.deepEqual([own.reason, own.detail], ['credentials_missing', 'The value of the header X-Key is missing.']);
  await eventually('the count of what is held to be up to date', async () => {
    const { health } = await app.client.call('getConnection', { params: { id: wired.connection.id } });
    assert.equal(health.state, 'ok');
    return health.held === 1;
  });
  await app.client.call('changeDestination', { params, body: settings('k2') });
  await reaches(app, own.id, 'delivered');
  assert.equal(receiver.requests.at(-1)?.headers['x-key'], 'k2');
});

test('an empty password and a client without a secret are credentials when a person says so', async () => {
  await using receiver = await startReceiver();
  await using tokens = await startTokenServer();
  await using app = await startTestApp();
  const oauth = { type: 'oauth2', grant: 'client_credentials', clientId: 'public', accessTokenUrl: tokens.url };
  for (const auth of [
    { type: 'basic', username: 'key', password: '' },
    { ...oauth, clientSecret: '' },
    { ...oauth, clientAuth: 'none' },
    { ...oauth, grant: 'password', username: 'u', password: 'p' },
  ]) {
    const { connection, deliver } = await wire(app, receiver, { connection: { auth } } as unknown as Given); // secrets are branded texts
    assert.equal(connection.health.state, 'ok', JSON.stringify(auth));
    await deliver({ v: 1 });
  }
  assert.equal(receiver.requests[0]?.headers['authorization'], `Basic ${btoa('key:')}`);
  assert.deepEqual(
    tokens.requests.map(({ form, headers }) => [form.get('client_id'), headers['authorization']]),
    Array.from({ length: 3 }, () => ['public', undefined]),
  );
});
