import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { routes } from '../../src/contract/routes.ts';
import { pem } from '../../src/egress/http1/testing/peers.testing.ts';
import { adminToken, testEnv, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { spawnProcess } from '../support/process.ts';
import { startProxy } from '../support/proxy.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { startTokenServer } from '../support/token-server.ts';
import { filledPlaces, writeOnlyPlaces } from './secret-places.ts';

const dir = await mkdtemp(join(tmpdir(), 'millrace-canary-'));
after(() => rm(dir, { recursive: true, force: true }));

/** Every value that must not appear anywhere, by its kind. */
const canaries = new Map<string, string>([['admin token', adminToken]]);

/** A secret with characters that each encoding writes differently. */
const canary = (name: string) => keep(name, `canary-${name}-"é"/+ %`);
/** A secret that a header or a token can carry. */
const plainCanary = (name: string) => keep(name, `canary-${name.replaceAll(' ', '-')}-Z9~x`);
/** A key, each line of which is searched for. */
function keyCanary(name: string, text: string): string {
  for (const [index, line] of text.split('\n').entries())
    if (line.length > 20 && !line.startsWith('-----')) keep(`${name} line ${index}`, line);
  return text;
}

/** A key of Standard Webhooks. */
const signingCanary = (name: string) => keep(name, Buffer.from(`canary-${name}-key`).toString('base64'));

/** A short value would be found by chance: four characters of base64 are in any long text. */
function keep(name: string, value: string): string {
  assert.ok(!canaries.has(name) && value.length >= 12, name);
  canaries.set(name, value);
  return value;
}

const forms = (value: string): Set<string> => {
  const bytes = Buffer.from(value);
  const encoded = (before: string) => Buffer.from(before + value).toString('base64');
  return new Set([
    value,
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(JSON.stringify(value)).slice(3, -3),
    bytes.toString('hex'),
    bytes.toString('base64url').slice(0, -1),
    // All but the characters at the edges are the same in base64, whatever precedes the secret.
    ...['', 'u', 'uu'].map((before) => encoded(before).replaceAll('=', '').slice(4, -2)),
  ]);
};

/** The canaries in a text, in any form. */
const found = (text: string) =>
  [...canaries].filter(([, value]) =>
    forms(value)
      .values()
      .some((one) => text.includes(one)),
  );

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

test('a search for canaries finds them in each form', () => {
  const [name = '', value = ''] = [...canaries][0] ?? [];
  for (const text of [
    value,
    JSON.stringify({ value }),
    JSON.stringify({ text: JSON.stringify({ value }) }),
    encodeURIComponent(`x${value}`),
    new URLSearchParams({ value }).toString(),
    Buffer.from(value).toString('hex'),
    Buffer.from(value).toString('base64'),
    ...['u:', 'us:', 'use:'].map((before) => `Basic ${Buffer.from(before + value).toString('base64')}`),
  ])
    assert.deepEqual(found(`before ${text} after`), [[name, value]], text);
  assert.deepEqual(found('nothing of it'), []);
});

test('secrets from every field appear nowhere: database, its log, backup, log, responses, metrics, pages, audit, cURL', async () => {
  await using receiver = await startReceiver();
  await using secure = await startReceiver({ tls: { cert: pem('server.crt'), key: pem('server.key') } });
  await using proxy = await startProxy();
  await using tokens = await startTokenServer();
  // A peer that quotes its request, decoded and as received.
  await using mail = await startSmtpServer({ quotesAuth: true });
  // A system that returns its request, and a token endpoint that quotes the secret in its error.
  const echo = ({ headers, body }: { headers: object; body: string }) => ({
    status: 400,
    headers: { 'x-echo': JSON.stringify(headers) },
    body: JSON.stringify({ headers, body }),
  });
  for (const one of [receiver, secure]) one.answer('/echo', echo);
  const issued = plainCanary('issued');
  tokens.answer(({ form, headers }, index) => {
    if (index === 0) return { body: { access_token: issued, token_type: 'Bearer', expires_in: 3_600 } };
    const quoted = `${form.get('client_secret')} ${form.get('password')} ${headers['authorization']} ${form}`;
    return { status: 401, body: { error: 'invalid_client', error_description: quoted } };
  });

  const env = { MILLRACE_LOG_LEVEL: 'trace', MILLRACE_INBOX: 'on', MILLRACE_EGRESS_ALLOW: '127.0.0.0/8' };
  await using program = spawnProcess(testEnv(dir, env));
  const url = await program.listening;
  const client = createClient({ url, token: adminToken });
  const output = () => program.stdout() + program.stderr();

  const settings = (name: string) => ({
    headers: [{ name: 'X-Key', value: plainCanary(`${name} header`), secret: true as const }],
    signing: {
      scheme: 'hmac' as const,
      algorithm: 'sha256' as const,
      encoding: 'hex' as const,
      header: 'X-Signature',
      format: '{signature}',
      secret: canary(`${name} signing`),
      previousSecret: canary(`${name} previous`),
    },
    retry: { scheduleMs: [0], jitter: 0 },
  });
  const oauth = (name: string) => ({
    type: 'oauth2' as const,
    clientId: 'c',
    clientSecret: canary(`${name} client`),
    accessTokenUrl: tokens.url,
    extraParams: { code: canary(`${name} param`) },
    extraHeaders: { 'X-Token-Key': plainCanary(`${name} token header`) },
  });
  const signer = (name: string) => ({ privateKey: keyCanary(name, newKey()), algorithm: 'ES256' as const });
  const tls = { ca: pem('ca.crt'), cert: pem('client.crt'), key: keyCanary('client key', pem('client.key')) };
  const cases = [
    { auth: { type: 'basic', username: 'u', password: canary('basic') }, more: {} },
    { auth: { type: 'bearer', token: plainCanary('bearer') }, more: {} },
    { auth: { ...oauth('cc'), grant: 'client_credentials' }, more: {} },
    { auth: { ...oauth('pw'), grant: 'password', username: 'u', password: canary('password') }, more: {} },
    { auth: { ...oauth('jwt'), grant: 'jwt', jwt: plainCanary('jwt') }, more: {} },
    { auth: { ...oauth('refresh'), grant: 'refresh_token', refreshToken: canary('refresh token') }, more: {} },
    {
      auth: {
        ...oauth('signed'),
        grant: 'jwt',
        assertion: { ...signer('assertion'), issuer: 'i', audience: 'a' },
        clientAuth: 'private_key_jwt',
        clientAssertion: signer('client assertion'),
      },
      more: {},
    },
    { auth: { type: 'bearer', token: plainCanary('over TLS') }, more: { tls }, to: secure.url },
    {
      auth: { type: 'bearer', token: plainCanary('proxied') },
      more: { proxy: { url: proxy.url, username: 'p', password: canary('proxy') } },
    },
    { auth: { type: 'bearer', token: plainCanary('to the Inbox') }, more: {}, to: `${url}/inbox/c` },
  ] as const;

  /** Not a secret, but not for the log either. */
  const payload = 'payload-5d1c-of-an-event';
  const bodies: unknown[] = [];
  const ids = new Set<string>();
  const answers: unknown[] = [];
  for (const [index, { auth, more, ...rest }] of cases.entries()) {
    const connectionBody = {
      baseUrl: 'to' in rest ? rest.to : receiver.url,
      auth,
      settings: { ...settings(String(index)), ...more },
    };
    const secretHeader = { name: 'X-Own', value: plainCanary(`own ${index}`), secret: true as const };
    const destinationBody = { path: '/echo', settings: { headers: [secretHeader] } };
    bodies.push(connectionBody, destinationBody);
    const isGood = auth.type !== 'oauth2' || auth.grant === 'client_credentials';
    const isInbox = index === cases.length - 1;
    const wired = await wire({ url, client }, receiver, { connection: connectionBody, destination: destinationBody });
    const { deliver, connection, destination, action, collector } = wired;
    const delivered = await deliver({ v: payload }, isInbox ? 'delivered' : isGood ? 'failed' : 'held');
    answers.push(delivered, connection, destination, action, collector);
    for (const { id } of [delivered, connection, destination, action, collector]) ids.add(id);
    ids.add(delivered.eventId ?? '');
    const ofDestination = { params: { id: destination.id } };
    const ofConnection = { params: { id: connection.id } };
    const draft = { path: '/echo?draft' };
    answers.push(
      await client.call('previewDestination', { ...ofDestination, body: { data: [{}], draft } }),
      await client.call('testDestination', { ...ofDestination, body: { data: [{}] } }),
      await client.call('testConnection', ofConnection),
      await client.call('testUnsavedConnection', { body: { ...connectionBody, name: 'unsaved' } }),
      await client.call('changeConnection', {
        ...ofConnection,
        body: { description: 'changed' },
      }),
      await client.call('changeConnection', { ...ofConnection, body: { auth: { type: 'none' } } }),
      await client.call('rollbackConnection', { ...ofConnection, body: { version: 1 } }),
      await client.call('replaceConnection', { ...ofConnection, body: connection }).catch(problemOf),
      await client
        .call('changeConnection', { ...ofConnection, body: { baseUrl: 'https://elsewhere.example' } })
        .catch(problemOf),
      await client
        .call('createConnection', { body: { ...connectionBody, name: 'x', baseUrl: 'http://10.0.0.1' } })
        .catch(problemOf),
    );
  }
  const alertBodies = [
    {
      type: 'webhook' as const,
      settings: {
        url: `${receiver.url}/echo`,
        secret: signingCanary('alert'),
        previousSecret: signingCanary('alert before'),
      },
    },
    { type: 'slack' as const, settings: { hookUrl: `${receiver.url}/echo?${plainCanary('hook')}` } },
    {
      type: 'email' as const,
      settings: {
        host: '127.0.0.1',
        port: mail.port,
        security: 'none' as const,
        username: 'u',
        password: canary('mail'),
        from: 'a@shop.example',
        to: ['b@shop.example'],
      },
    },
  ];
  for (const [index, body] of alertBodies.entries()) {
    const made = await client.call('createAlert', { body: { ...body, name: `alert ${index}` } });
    bodies.push(body);
    ids.add(made.id);
    const params = { id: made.id };
    answers.push(
      made,
      await client.call('testAlert', { params }),
      await client.call('changeAlert', { params, body: { description: 'changed' } }),
      await client.call('replaceAlert', { params, body: made }),
    );
  }
  const schemes = ['standard-webhooks', 'stripe', 'github', 'shopify'] as const;
  for (const scheme of schemes) {
    const webhooks = { scheme, secret: signingCanary(scheme), previousSecret: signingCanary(`${scheme} before`) };
    const made = await client.call('createCollector', { body: { name: scheme, formats: ['webhooks'], webhooks } });
    bodies.push({ webhooks });
    ids.add(made.id);
    const headers = {
      'stripe-signature': 't=1,v1=00',
      'x-hub-signature-256': 'sha256=00',
      'x-shopify-hmac-sha256': '00',
    };
    const refused = await fetch(`${url}/hooks/${made.key}`, { method: 'POST', body: payload, headers });
    assert.equal(refused.status, 401, scheme);
    const params = { id: made.id };
    answers.push(
      made,
      await refused.text(),
      await client.call('changeCollector', { params, body: { webhooks: { visitor: 'a' } } }),
      await client.call('replaceCollector', { params, body: made }),
      await client.call('rollbackCollector', { params, body: { version: 1 } }),
    );
  }
  assert.deepEqual(
    filledPlaces(bodies, (text) => found(text).length > 0, new Set(['extraParams', 'extraHeaders'])),
    writeOnlyPlaces(),
    'every write-only field of the contract holds a canary',
  );

  const password = canary('of a user');
  const user = await client.call('createUser', { body: { email: 'ada@example.com', password } });
  const { token, ...made } = await client.call('createToken', { body: { name: 'CI', rights: ['events:view'] } });
  keep('token', token);
  answers.push(user, made);
  for (const { id } of [user, made]) ids.add(id);
  // A sender that puts a secret in the place of a key. Of these the server has a digest, or a URL that they are a part of, or it
  // got them from another server.
  const unknown = new Set(['of a user', 'hook', 'issued']);
  for (const [name, value] of canaries) {
    if (unknown.has(name)) continue;
    const key = encodeURIComponent(value);
    assert.equal((await fetch(`${url}/v3/${key}`, { method: 'POST', body: '{}' })).status, 404);
  }
  // Values stored next to the secrets are found, which shows that the search covers these places.
  const planted = 'planted-7f3a9c-not-a-secret';
  const plantedIn = await client.call('createCollector', { body: { name: planted } });
  ids.add(plantedIn.id);

  answers.push(await client.call('rotateSecrets', { body: { newKey: true } }));
  await eventually('the rotation to end', async () => {
    const { rotation } = await client.call('getSealing');
    return rotation?.state === 'done';
  });

  /** The ids for a path parameter: of its kind, or of any kind when there are none. */
  const idsFor = (path: string) => {
    const prefix = idPrefixes[path.split('/')[3] ?? ''];
    const fitting = [...ids].filter((one) => prefix !== undefined && one.startsWith(prefix));
    return fitting.length > 0 ? fitting : [...ids].slice(0, 1);
  };
  const get = async (path: string) => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${adminToken}` } });
    assert.ok(response.status < 500, path);
    return [await response.text(), JSON.stringify([...response.headers])];
  };
  for (const { id, method, path } of routes) {
    if (method !== 'GET' || id === 'streamEvents') continue;
    if (!path.includes('{')) answers.push(...(await get(path)), ...(await get(`${path}?limit=200`)));
    else for (const one of idsFor(path)) answers.push(...(await get(path.replace('{id}', one))));
  }
  answers.push(...(await get('/')), ...(await get('/connections')));

  await eventually('the log to tell of attempts', () => output().includes('"msg":"attempt"'));
  const backup = join(dir, 'backup.db');
  assert.equal((await spawnProcess(testEnv(dir), ['backup', backup]).exited).code, 0);
  const running = await contentOf(dir);
  assert.equal((await program.end()).code, 0);

  const sent = JSON.stringify([
    receiver.requests,
    secure.requests,
    proxy.connects,
    tokens.requests.map(({ form }) => String(form)),
  ]);
  assert.ok(found(sent).length > 20, 'the systems got the secrets');
  const shown = answers.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');
  assert.ok(
    shown.includes(planted) &&
      running
        .get('millrace.db')
        ?.concat(running.get('millrace.db-wal') ?? '')
        .includes(planted),
  );
  assert.ok(shown.split('[secret]').length > 50, 'what was echoed is there, but for the secrets');
  assert.deepEqual(found(shown), [], 'in answers');
  assert.deepEqual(found(output()), [], 'in the log');
  assert.deepEqual([shown.includes(payload), output().includes(payload)], [true, false], 'no payload is logged');
  const stopped = await contentOf(dir);
  assert.ok(stopped.get('backup.db')?.includes(planted));
  for (const files of [running, stopped])
    for (const [file, content] of files) assert.deepEqual(found(content), [], `in ${file}`);
});

const idPrefixes: Record<string, string> = {
  connections: 'con_',
  destinations: 'dst_',
  actions: 'act_',
  alerts: 'alr_',
  collectors: 'col_',
  events: 'evt_',
  deliveries: 'dlv_',
  users: 'usr_',
  tokens: 'tok_',
};

const problemOf = (error: unknown): unknown => Object(error).problem ?? assert.fail(String(error));

async function contentOf(folder: string): Promise<Map<string, string>> {
  const files = await readdir(folder);
  const contents = files.map(async (file) => [file, (await readFile(join(folder, file))).toString('latin1')] as const);
  return new Map(await Promise.all(contents));
}
