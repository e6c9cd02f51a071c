import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { rotateSecrets } from '../../src/rotate-secrets.ts';
import { startTestApp, type TestApp, testEnv, type Wired, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { nodeDatabase, secretKey } from '../support/node-database.ts';
import { startReceiver } from '../support/receiver.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const both = { newFirst: `${secretKey(2)},${secretKey(1)}`, newSecond: `${secretKey(1)},${secretKey(2)}` };

async function readiness({ url }: TestApp, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/readyz?verbose`, { headers });
  return { status: response.status, body: Object(await response.json()) };
}

test('a node that lacks the key of a changed document is unready and says why, until it is started with the key', async () => {
  const env = await nodeDatabase(server, 'older_key');
  const lacking = { ...env, MILLRACE_NODE_NAME: 'b' };
  const before = await startTestApp(lacking);
  await using rotated = await startTestApp({ ...env, MILLRACE_SECRET_KEY: both.newFirst });
  const isReady = async (app: TestApp) => (await readiness(app)).status === 200;
  await eventually('both to be ready', async () => (await isReady(before)) && (await isReady(rotated)));
  await rotated.client.call('createConnection', {
    body: { name: 'crm', baseUrl: 'https://example.com', auth: { type: 'bearer', token: 'a-long-token' } },
  });
  const { body } = await eventually('the node to be unready', async () => {
    const one = await readiness(before);
    return one.status === 503 && one;
  });
  assert.deepEqual(body.problems, { configuration: "This node can't read the stored configuration." });
  const whole = await (await before.fetch('/readyz')).json();
  assert.match(
    Object(whole).problems.configuration,
    /^This node can't read the stored configuration: A stored secret was sealed with key [0-9a-f]{12}, which is not among the secret keys\.$/,
  );
  assert.ok(await isReady(rotated));
  await before[Symbol.asyncDispose]();
  await using started = await startTestApp({ ...lacking, MILLRACE_SECRET_KEY: both.newSecond });
  await eventually('the node to be ready', () => isReady(started));
});

test('a node takes over a connection whose access token it has no key for, and asks for another one', async () => {
  const env = await nodeDatabase(server, 'older_key_of_token');
  await using receiver = await startReceiver();
  receiver.answer('/token', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ access_token: 'an-access-token', token_type: 'bearer', expires_in: 3_600 }),
  });
  await using other = await startTestApp({ ...env, MILLRACE_NODE_NAME: 'b' });
  const auth = {
    type: 'oauth2' as const,
    grant: 'client_credentials' as const,
    accessTokenUrl: `${receiver.url}/token`,
    clientId: 'shop',
    clientSecret: 'a-client-secret',
  };
  const wired: Wired[] = [];
  for (let i = 0; i < 4; i++) wired.push(await wire(other, receiver, { connection: { auth } }));
  const rotated = await startTestApp({ ...env, MILLRACE_SECRET_KEY: both.newFirst });
  await eventually('it to have a partition', async () => (await readiness(rotated)).status === 200);
  const sent = async (count: number) => {
    for (const { send } of wired) await send({ n: 1 });
    await eventually('all to be sent', () => receiver.at('/in').length === count);
  };
  await sent(4);
  await rotated[Symbol.asyncDispose]();
  await sent(8);
});

test('no node makes a key, which the others would lack, and the refusal says how all get one; nor is one made offline', async () => {
  const env = await nodeDatabase(server, 'no_made_key');
  await using app = await startTestApp(env);
  const message = /^The keys are set by MILLRACE_SECRET_KEY: .* all nodes .* behind the old one/;
  const asked = app.client.call('rotateSecrets', { body: { newKey: true } });
  await assert.rejects(asked, { code: 'conflict', message });
  const config = loadConfig({ flags: {}, env: testEnv(app.dir, env), now: Date.now() });
  await assert.rejects(
    rotateSecrets(config, { newKey: true }, () => {}),
    { message },
  );
});
