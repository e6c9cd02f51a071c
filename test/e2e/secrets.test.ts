import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { adminToken, testEnv, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTokenServer } from '../support/token-server.ts';

const dir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
after(() => rm(dir, { recursive: true, force: true }));

/** A secret value; each is looked for in every form in which it may slip out. */
const canaries: string[] = [adminToken];
function canary(name: string): string {
  const value = `canary-${name}-"é"/+ %`;
  canaries.push(value);
  return value;
}

function asciiCanary(name: string): string {
  const value = `canary-${name}-Z9~x`;
  canaries.push(value);
  return value;
}

function found(text: string): string[] {
  return canaries.filter((value) => {
    const bytes = Buffer.from(value);
    const forms = [
      value,
      encodeURIComponent(value),
      new URLSearchParams({ v: value }).toString().slice(2),
      JSON.stringify(value).slice(1, -1),
      bytes.toString('base64').replaceAll('=', ''),
      Buffer.from(`u:${value}`).toString('base64'),
      bytes.toString('hex'),
    ];
    return forms.some((form) => text.includes(form));
  });
}

test('no secret is found in the data folder, in any answer of the API, in metrics or in the log', async () => {
  await using receiver = await startReceiver();
  await using tokens = await startTokenServer();
  // A system that gives back what it is sent, and a token endpoint that quotes the secret in its error.
  receiver.answer('/echo', ({ headers, body }) => ({
    status: 400,
    headers: { 'x-echo': headers['x-key']?.toString() ?? '' },
    body: JSON.stringify({ headers, body }),
  }));
  tokens.answer(({ form, headers }, index) =>
    index === 0
      ? {}
      : {
          status: 401,
          body: {
            error: 'invalid_client',
            error_description: `${form.get('client_secret')} ${headers['authorization']}`,
          },
        },
  );
  await using program = spawnProcess(testEnv(dir, { MILLRACE_LOG_LEVEL: 'debug' }));
  const url = await program.listening;
  const server = { url, client: createClient({ url, token: adminToken }) };
  const output = () => program.stdout() + program.stderr();
  const { client } = server;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  canaries.push(pem.split('\n')[1] ?? '');

  const settings = () => ({
    headers: [{ name: 'X-Key', value: asciiCanary('header'), secret: true as const }],
    signing: {
      scheme: 'hmac' as const,
      algorithm: 'sha256' as const,
      encoding: 'hex' as const,
      header: 'X-Signature',
      format: '{signature}',
      secret: canary('signing'),
      previousSecret: canary('previous'),
    },
    retry: { scheduleMs: [0], jitter: 0 },
  });
  const oauth = (name: string) => ({
    type: 'oauth2' as const,
    clientId: 'c',
    clientSecret: canary(`${name}-client`),
    accessTokenUrl: tokens.url,
    extraParams: { code: canary(`${name}-param`) },
    extraHeaders: { 'X-Token-Key': asciiCanary(`${name}-header`) },
  });
  const auths = [
    { type: 'basic', username: 'u', password: canary('basic') },
    { type: 'bearer', token: asciiCanary('bearer') },
    { ...oauth('cc'), grant: 'client_credentials' },
    { ...oauth('pw'), grant: 'password', username: 'u', password: canary('password') },
    { ...oauth('jwt'), grant: 'jwt', jwt: asciiCanary('jwt') },
    {
      ...oauth('signed'),
      grant: 'jwt',
      assertion: { privateKey: pem, algorithm: 'ES256', issuer: 'i', audience: 'a' },
    },
  ] as const;

  const answers: unknown[] = [];
  for (const auth of auths) {
    const { deliver, connection, destination, action, collector } = await wire(server, receiver, {
      connection: { auth, settings: settings() },
      destination: {
        path: '/echo',
        settings: { headers: [{ name: 'X-Own', value: asciiCanary('own'), secret: true }] },
      },
    });
    const isGood = auth.type !== 'oauth2' || auth.grant === 'client_credentials';
    answers.push(await deliver({ v: 1 }, isGood ? 'failed' : 'held'), connection, destination, action, collector);
    const params = { id: destination.id };
    answers.push(await client.call('previewDestination', { params, body: { data: [{}] } }));
    answers.push(await client.call('testDestination', { params, body: { data: [{}] } }));
    answers.push(await client.call('testConnection', { params: { id: connection.id } }));
    const changed = { params: { id: connection.id }, body: { description: 'changed' } };
    answers.push(await client.call('changeConnection', changed));
    answers.push(await client.call('listConnectionVersions', { params: { id: connection.id } }));
  }
  for await (const { id } of client.list('listDeliveries')) {
    answers.push(await client.call('getDelivery', { params: { id } }));
    answers.push(await client.call('getDeliveryCurl', { params: { id } }).catch(() => null));
  }
  for (const list of ['listConnections', 'listActions', 'listEvents', 'listCollectors'] as const)
    answers.push(await client.call(list));
  const refused = await client
    .call('createConnection', { body: { name: 'x', baseUrl: 'http://10.0.0.1', auth: auths[1] } })
    .catch((error: unknown) => Object(error).problem);
  answers.push(refused, await client.call('metrics'));
  canaries.push(...tokens.issued);
  await eventually('the log to tell of attempts', () => output().includes('"msg":"attempt"'));
  assert.equal((await program.end()).code, 0);

  assert.ok(receiver.requests.length > 0 && tokens.requests.length > 3);
  assert.deepEqual(found(JSON.stringify(receiver.requests)).length > 3, true, 'the system got the secrets');
  assert.deepEqual(found(answers.map((one) => JSON.stringify(one)).join('\n')), [], 'in answers');
  assert.deepEqual(found(output()), [], 'in the log');
  const files = await readdir(dir, { recursive: true });
  assert.ok(files.length > 1);
  for (const file of files) assert.deepEqual(found((await readFile(join(dir, file))).toString('latin1')), [], file);
});
