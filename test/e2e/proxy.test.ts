import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pem } from '../../src/egress/http1/testing/peers.testing.ts';
import { startTestApp, wire } from '../support/app.ts';
import { startProxy } from '../support/proxy.ts';
import { startReceiver } from '../support/receiver.ts';

const server = { cert: pem('server.crt'), key: pem('server.key') };
const tls = { ca: pem('ca.crt'), cert: pem('client.crt'), key: pem('client.key') };

/** Speaks only to those who show a client certificate; gives out tokens too. */
const receiver = await startReceiver({ tls: { ...server, ca: pem('ca.crt') } });
receiver.answer('/token', {
  headers: { 'content-type': 'application/json' },
  body: '{"access_token":"t1","token_type":"Bearer"}',
});
const proxy = await startProxy();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const auth = {
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'c',
  clientSecret: 'client-secret',
  accessTokenUrl: `${receiver.url}/token`,
} as const;
const credentials = { username: 'us', password: 'proxy-s3cret' };
const retry = { scheduleMs: [0] };

test('deliveries, token requests and tests go through the proxy, with the client certificate for the target alone', async () => {
  const settings = { tls, proxy: { url: proxy.url, ...credentials } };
  const { deliver, connection } = await wire(app, receiver, { connection: { auth, settings } });
  const delivery = await deliver({ n: 1 });
  assert.equal(receiver.at('/in')[0]?.headers.authorization, 'Bearer t1');
  assert.equal(receiver.at('/in')[0]?.headers['proxy-authorization'], undefined);
  const basic = `Basic ${Buffer.from('us:proxy-s3cret').toString('base64')}`;
  assert.deepEqual(
    new Set(proxy.connects.map((one) => [one.place, one.headers['proxy-authorization']].join())),
    new Set([`127.0.0.1:${receiver.port},${basic}`]),
  );
  assert.doesNotMatch(JSON.stringify(delivery), /s3cret|dXM6cHJveHk/);

  const tested = await app.client.call('testConnection', { params: { id: connection.id } });
  assert.equal(tested.ok, true, JSON.stringify(tested));
  assert.match(
    tested.steps.find((step) => step.name === 'connect')?.detail ?? '',
    /through the proxy http:\/\/127\.0\.0\.1/,
  );

  const without = { settings: { tls: { cert: null, key: null } } };
  await app.client.call('changeConnection', { params: { id: connection.id }, body: without });
  const untold = await app.client.call('testConnection', { params: { id: connection.id } });
  assert.deepEqual([untold.ok, untold.steps.at(-1)?.name], [false, 'tls']);
  assert.match(untold.steps.at(-1)?.detail ?? '', /client certificate/);
});

test('a proxy that fails is blamed for it in deliveries, token requests and tests, and is never gone around', async () => {
  const plain = await startReceiver();
  const failing = await startProxy();
  failing.answer('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  const settings = { retry, proxy: { url: failing.url, ...credentials } };
  const words = new RegExp(`Proxy 127\\.0\\.0\\.1:${failing.port}: it refused its user name and password \\(407\\)`);

  const direct = await wire(app, plain, { connection: { settings } });
  const held = await direct.deliver({ n: 1 }, 'held');
  const [attempt] = held.attemptLog ?? [];
  assert.deepEqual([held.reason, attempt?.error?.kind], ['exhausted', 'connect']);
  assert.match(attempt?.error?.message ?? '', words);
  const tested = await app.client.call('testConnection', { params: { id: direct.connection.id } });
  assert.deepEqual([tested.steps.at(-1)?.name, tested.steps.at(-1)?.error?.kind], ['connect', 'connect']);
  assert.match(tested.steps.at(-1)?.detail ?? '', words);

  const accessTokenUrl = `${plain.url}/token`;
  const token = await wire(app, plain, { connection: { auth: { ...auth, accessTokenUrl }, settings } });
  const waiting = await token.deliver({ n: 1 }, 'held');
  assert.match(waiting.attemptLog?.[0]?.error?.message ?? '', words);
  assert.doesNotMatch(JSON.stringify([held, tested, waiting]), /s3cret|dXM6cHJveHk/);
  assert.deepEqual(plain.requests, []);
  await failing[Symbol.asyncDispose]();
  await plain[Symbol.asyncDispose]();
});

test('a proxy whose address is blocked can not be saved', async () => {
  const body = { name: 'p', baseUrl: receiver.url, settings: { proxy: { url: 'http://169.254.169.254' } } };
  await assert.rejects(app.client.call('createConnection', { body }), /blocked|metadata/);
});
