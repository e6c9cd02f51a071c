import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deliveryOf, reaches, sendEvents, shows, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTokenServer } from '../support/token-server.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const { client } = app;

/** OAuth settings as a person writes them; everything but the grant's own has defaults. */
const oauth = (accessTokenUrl: string) =>
  ({
    type: 'oauth2',
    grant: 'client_credentials',
    clientId: 'client',
    clientSecret: 'client-secret-canary',
    accessTokenUrl,
  }) as const;

const lastHeader = (path: string) => receiver.at(path).at(-1)?.headers.authorization;

test('none, basic and bearer put on the wire what the standards say, and tests of them pass', async () => {
  const password = 'pä:ss wörd 😀';
  const cases = [
    [{ type: 'none' }, undefined],
    [{ type: 'basic', username: 'üser', password }, `Basic ${Buffer.from(`üser:${password}`).toString('base64')}`],
    [{ type: 'bearer', token: 'to.ken-~+/=' }, 'Bearer to.ken-~+/='],
  ] as const;
  for (const [auth, wanted] of cases) {
    const { deliver, connection } = await wire(app, receiver, { connection: { auth } });
    const delivery = await deliver({ v: 1 });
    assert.equal(lastHeader('/in'), wanted, auth.type);
    assert.ok(wanted === undefined || !JSON.stringify(delivery).includes(wanted));
    const tested = await client.call('testConnection', { params: { id: connection.id } });
    assert.deepEqual([tested.ok, tested.steps.map((step) => step.name)], [true, ['url', 'dns', 'connect']]);
  }
});

test('basic and bearer credentials that are refused hold the delivery until they are changed', async () => {
  receiver.answer('/basic', ({ headers }) => ({ status: headers.authorization === 'Bearer good' ? 200 : 401 }));
  const { deliver, connection } = await wire(app, receiver, {
    connection: { auth: { type: 'bearer', token: 'bad' } },
    destination: { path: '/basic' },
  });
  const { id } = await deliver({ v: 1 }, 'held');
  const held = await shows(app, id, 'have its attempt', ({ errorKind }) => errorKind !== null);
  assert.deepEqual(
    [held.reason, held.errorKind, held.attempts, held.nextAttemptAt],
    ['auth_rejected', 'auth', 0, null],
  );
  await client.call('changeConnection', { params: { id: connection.id }, body: { auth: { token: 'good' } } });
  await reaches(app, held.id, 'delivered');
});

test('client credentials get tokens from a certified provider, by Basic and by body', async () => {
  await using provider = await startOidcProvider([
    { id: 'basic client', secret: 's:cret +%/of 32 characters at least', method: 'client_secret_basic' },
    { id: 'body client', secret: 'another s:cret of 32 characters ok', method: 'client_secret_post' },
  ]);
  receiver.answer('/oidc', {});
  const clients = {
    'basic client': 's:cret +%/of 32 characters at least',
    'body client': 'another s:cret of 32 characters ok',
  };
  for (const [clientId, clientSecret] of Object.entries(clients)) {
    const auth = { ...oauth(provider.accessTokenUrl), clientId, clientSecret, scope: 'api:read' };
    const { deliver, connection } = await wire(app, receiver, {
      connection: { auth },
      destination: { path: '/oidc' },
    });
    const delivery = await deliver({ v: 1 });
    const token = /^Bearer (.+)$/.exec(lastHeader('/oidc') ?? '')?.[1] ?? '';
    assert.ok(await provider.knows(token), clientId);
    const steps = await client.call('testConnection', { params: { id: connection.id } });
    assert.deepEqual(
      [steps.ok, steps.steps.map((step) => step.name)],
      [true, ['url', 'dns', 'connect', 'token_request', 'token_answer']],
    );
    assert.ok(!JSON.stringify([delivery, steps]).includes(token));
    const wrong = await client.call('testUnsavedConnection', {
      body: { name: 'x', baseUrl: receiver.url, auth: { ...auth, clientSecret: 'wrong' } },
    });
    const failed = wrong.steps.at(-1);
    assert.deepEqual([wrong.ok, failed?.name, failed?.ok, failed?.error?.kind], [false, 'token_answer', false, 'auth']);
    assert.match(failed?.detail ?? '', /401.*invalid_client/);
  }
});

test('a login with a JSON body and other names, and a session token in a header of its own that no one is shown', async () => {
  let session = 'session-canary-one';
  let logins = 0;
  receiver.answer('/login', ({ body, headers }) => {
    logins += 1;
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.authorization, undefined);
    assert.deepEqual(JSON.parse(body), { email: 'shop@example.com', password: 'p"ss & wörd-canary', mode: 'json' });
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data: { session } }) };
  });
  receiver.answer('/session', ({ headers }) => ({
    status: headers['x-session-token'] === `Session ${session}` ? 200 : 401,
    headers: { 'x-echo': String(headers['x-session-token']) },
    body: `you sent ${headers['x-session-token']}`,
  }));
  const auth = {
    ...oauth(`${receiver.url}/login`),
    grant: 'password',
    clientId: 'none',
    clientSecret: '',
    username: 'shop@example.com',
    password: 'p"ss & wörd-canary',
    extraParams: { mode: 'json' },
    tokenBody: 'json',
    tokenParams: { grantType: null, clientId: null, username: 'email' },
    tokenFields: { accessToken: 'data.session', expiresIn: null, tokenType: null, refreshToken: null },
    tokenHeader: { name: 'X-Session-Token', scheme: 'Session' },
  } as const;
  const { deliver, connection } = await wire(app, receiver, {
    connection: { auth },
    destination: { path: '/session' },
  });
  const first = await deliver({ v: 1 });
  assert.equal(receiver.at('/session').at(-1)?.headers.authorization, undefined);
  session = 'session-canary-two';
  const second = await deliver({ v: 2 });
  assert.equal(second.attempts, 1, 'a refused token is replaced and costs no attempt');
  assert.equal(logins, 2);
  const tested = await client.call('testConnection', { params: { id: connection.id } });
  assert.equal(tested.ok, true);
  const curl = await client.call('getDeliveryCurl', { params: { id: second.id } });
  const shown = JSON.stringify([first, second, tested, curl, await client.call('exportConfiguration')]);
  assert.ok(
    !shown.includes('canary'),
    shown.slice(Math.max(0, shown.indexOf('canary') - 200), shown.indexOf('canary') + 20),
  );
  assert.match(shown, /X-Session-Token/i);
  const taken = await client
    .call('createConnection', {
      body: { name: 'taken', baseUrl: receiver.url, auth: { ...auth, tokenHeader: { name: 'Idempotency-Key' } } },
    })
    .catch((error) => error.errors[0].pointer);
  assert.equal(taken, '/settings/idempotencyHeader');
  const twice = await client
    .call('createConnection', {
      body: { name: 'twice', baseUrl: receiver.url, auth: { ...auth, extraParams: { email: 'x' } } },
    })
    .catch((error) => error.errors[0].pointer);
  assert.equal(twice, '/auth/extraParams/email');
});

test('password and JSON Web Token grants send the forms of their standards', async () => {
  await using tokens = await startTokenServer();
  const { clientId, clientSecret, accessTokenUrl } = oauth(tokens.url);
  const common = { type: 'oauth2', clientId, clientSecret, accessTokenUrl, clientAuth: 'body', scope: 'a b' } as const;
  const cases = [
    [
      { ...common, grant: 'password', username: 'üser', password: 'p&ss' },
      { grant_type: 'password', username: 'üser', password: 'p&ss' },
    ],
    [
      { ...common, grant: 'jwt', jwt: ' Bearer eyJhbGciOiJub25lIn0.e30. ' },
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'eyJhbGciOiJub25lIn0.e30.' },
    ],
  ] as const;
  for (const [auth, form] of cases) {
    const { deliver, connection } = await wire(app, receiver, { connection: { auth } });
    await deliver({ v: 1 });
    assert.equal(lastHeader('/in'), `Bearer ${tokens.issued.at(-1)}`);
    const request = tokens.requests.at(-1);
    assert.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.deepEqual(Object.fromEntries(request?.form ?? []), {
      ...form,
      scope: 'a b',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const { ok, steps } = await client.call('testConnection', { params: { id: connection.id } });
    assert.ok(ok && steps.at(-1)?.name === 'token_answer');
  }
});

test('500 deliveries that find a connection cold make one token request', async () => {
  await using tokens = await startTokenServer();
  const { promise: hold, resolve: answerNow } = Promise.withResolvers<void>();
  tokens.answer({ hold });
  const { send, connection } = await wire(app, receiver, {
    connection: { auth: oauth(tokens.url) },
    destination: { path: '/cold' },
  });
  await send(...Array.from({ length: 500 }, (_, n) => ({ n })));
  await eventually('several to wait for the token', async () => {
    const { data } = await client.call('listDeliveries', {
      query: { connectionId: connection.id, status: 'sending' },
    });
    return data.length > 1;
  });
  answerNow();
  await eventually('all to arrive', () => receiver.at('/cold').length === 500);
  assert.equal(tokens.requests.length, 1);
  assert.deepEqual([...new Set(receiver.at('/cold').map((one) => one.headers.authorization))], ['Bearer token-1']);
  assert.equal(new Set(receiver.at('/cold').map((one) => one.headers['idempotency-key'])).size, 500);
});

test('a revoked token costs one refresh and one resend, and no attempt', async () => {
  await using tokens = await startTokenServer();
  let good = 'Bearer token-1';
  receiver.answer('/revoked', ({ headers }) => ({ status: headers.authorization === good ? 200 : 401 }));
  const { deliver } = await wire(app, receiver, {
    connection: { auth: oauth(tokens.url) },
    destination: { path: '/revoked' },
  });
  const first = await deliver({ v: 1 });
  good = 'Bearer token-2';
  const second = await deliver({ v: 2 });
  assert.equal(tokens.requests.length, 2);
  assert.deepEqual(
    receiver.at('/revoked').map(({ headers }) => [headers.authorization, headers['idempotency-key']]),
    [
      ['Bearer token-1', first.id],
      ['Bearer token-1', second.id],
      ['Bearer token-2', second.id],
    ],
  );
  assert.deepEqual(
    [second.attempts, second.attemptLog?.map(({ outcome, counted, number }) => [outcome, counted, number])],
    [
      1,
      [
        ['refreshed', false, 1],
        ['delivered', true, 2],
      ],
    ],
  );
});

test('a vendor that says otherwise that a token is over is understood as the connection says', async () => {
  await using tokens = await startTokenServer();
  tokens.answer(() => ({ body: { data: { jwt: `odd-${tokens.requests.length}` }, valid_for: 60, kind: 'API' } }));
  const tokenFields = { accessToken: 'data.jwt', expiresIn: 'valid_for', tokenType: null };
  const cases = [
    ['/forbidden', { status: 403 }, { status: 403 }],
    [
      '/expired',
      { status: 400, header: { name: 'X-Error', contains: 'expired' } },
      { status: 400, headers: { 'x-error': 'token expired' } },
    ],
    ['/well', { status: 200, bodyContains: '"TOKEN_DEAD"' }, { status: 200, body: '{"error":"TOKEN_DEAD"}' }],
  ] as const;
  for (const [path, signal, dead] of cases) {
    let good = '';
    receiver.answer(path, ({ headers }) => (headers.authorization === good ? {} : dead));
    const { deliver, connection } = await wire(app, receiver, {
      connection: { auth: { ...oauth(tokens.url), tokenFields, refreshOn: [signal] } },
      destination: { path },
    });
    good = `Bearer odd-${tokens.requests.length + 1}`;
    assert.equal((await deliver({ v: 1 })).attempts, 1, path);
    good = `Bearer odd-${tokens.requests.length + 1}`;
    const second = await deliver({ v: 2 });
    assert.deepEqual(
      second.attemptLog?.map(({ outcome, counted }) => [outcome, counted]),
      [
        ['refreshed', false],
        ['delivered', true],
      ],
      path,
    );
    // Of the owner of the connection, which may be another node.
    const { health } = await eventually('the end of the token', async () => {
      const shown = await client.call('getConnection', { params: { id: connection.id } });
      return shown.health.tokenExpiresAt === null ? null : shown;
    });
    assert.ok(Date.parse(health.tokenExpiresAt ?? '') <= Date.now() + 60_000);
  }
});

test('a refresh token renews, is kept sealed over a restart and a rotation of keys, and gives way when it is refused', async () => {
  await using tokens = await startTokenServer();
  let round = 0;
  tokens.answer(({ form }) =>
    form.get('refresh_token') === 'pasted-refresh-canary' && round > 0
      ? { status: 400, body: { error: 'invalid_grant' } }
      : { body: { access_token: `access-${++round}`, token_type: 'bearer', refresh_token: `rotated-canary-${round}` } },
  );
  await using own = await startTestApp();
  const { clientId, clientSecret, accessTokenUrl } = oauth(tokens.url);
  const auth = { type: 'oauth2', grant: 'refresh_token', clientId, clientSecret, accessTokenUrl } as const;
  const wired = await wire(own, receiver, {
    connection: { auth: { ...auth, refreshToken: 'pasted-refresh-canary' } },
    destination: { path: '/refreshing' },
  });
  const delivered = async (v: number) => {
    const [eventId = ''] = await sendEvents(own, wired.collector.key, { v, wire: wired.connection.name });
    return deliveryOf(own, eventId, 'delivered');
  };
  await delivered(1);
  await own.client.call('testConnection', { params: { id: wired.connection.id } });
  await own.client.call('rotateSecrets', { body: { newKey: true } });
  await eventually('the rotation to end', async () => (await own.client.call('getSealing')).rotation?.state === 'done');
  const [first, old] = (await own.client.call('getSealing')).keys;
  assert.ok((first?.bodies ?? 0) >= 2);
  assert.equal(old?.bodies, 0);
  await own.restart();
  const last = await delivered(2);
  assert.equal(lastHeader('/refreshing'), 'Bearer access-1', 'the access token is kept, too');
  await own.client.call('testConnection', { params: { id: wired.connection.id } });
  assert.deepEqual(
    tokens.requests.map(({ form }) => form.get('refresh_token')),
    ['pasted-refresh-canary', 'rotated-canary-1', 'rotated-canary-2'],
  );
  const shown = await own.client.call('getConnection', { params: { id: wired.connection.id } });
  assert.ok(!JSON.stringify([shown, last]).includes('canary'));
  const files = (await readdir(own.dir)).filter((name) => name.includes('.db'));
  for (const file of files)
    assert.ok(!(await readFile(join(own.dir, file))).includes('rotated-canary'), `${file} holds no refresh token`);
});

test('a new token that is refused too holds the delivery; it is not asked for again and again', async () => {
  await using tokens = await startTokenServer();
  receiver.answer('/refusing', { status: 401 });
  const { deliver, connection } = await wire(app, receiver, {
    connection: { auth: oauth(tokens.url) },
    destination: { path: '/refusing' },
  });
  const held = await deliver({ v: 1 }, 'held');
  assert.deepEqual([held.reason, held.attempts, tokens.requests.length], ['auth_rejected', 0, 1]);
  assert.equal(receiver.at('/refusing').length, 1);
  const { health } = await client.call('getConnection', { params: { id: connection.id } });
  assert.equal(health.state, 'needs_attention');
});

test('invalid_client holds all deliveries, names the cause without a secret, and a saved secret releases them', async () => {
  await using tokens = await startTokenServer();
  tokens.answer(({ headers, form }) => {
    const basic = Buffer.from(headers['authorization']?.toString().replace('Basic ', '') ?? '', 'base64').toString();
    const isGood = basic === 'client:right' || form.get('client_secret') === 'right';
    return isGood ? {} : { status: 401, body: { error: 'invalid_client', error_description: `no ${basic} here` } };
  });
  const { send, connection } = await wire(app, receiver, {
    connection: { auth: oauth(tokens.url) },
    destination: { path: '/released' },
  });
  const ids = await send({ v: 1 }, { v: 2 }, { v: 3 });
  const held = await eventually('all to be held, one of them with its attempt', async () => {
    const all = await Promise.all(ids.map((id) => deliveryOf(app, id, 'held')));
    return all.some(({ attemptLog = [] }) => attemptLog.length > 0) && all;
  });
  for (const one of held)
    assert.deepEqual(
      [one.reason, one.attempts, one.attemptLog?.[0]?.error?.kind ?? 'auth'],
      ['auth_rejected', 0, 'auth'],
    );
  const [first] = held.filter((one) => (one.attemptLog?.length ?? 0) > 0);
  assert.match(first?.attemptLog?.[0]?.error?.message ?? '', /401.*invalid_client/);
  assert.equal(receiver.at('/released').length, 0, 'nothing is sent without a token');
  const { health } = await eventually('the health to count them', async () => {
    const shown = await client.call('getConnection', { params: { id: connection.id } });
    return shown.health.held === 3 ? shown : null;
  });
  assert.deepEqual([health.state, health.reason], ['needs_attention', 'auth_rejected']);
  assert.match(health.detail ?? '', /invalid_client/);
  assert.ok(!JSON.stringify([held, health]).includes('client-secret-canary'));

  const changed = await client.call('changeConnection', {
    params: { id: connection.id },
    body: { auth: { clientSecret: 'right' } },
  });
  await Promise.all(ids.map((id) => deliveryOf(app, id, 'delivered')));
  assert.equal(receiver.at('/released').length, 3);
  assert.equal(JSON.stringify(changed).includes('right'), false);
  await eventually('the health to be well', async () => {
    const { health: later } = await client.call('getConnection', { params: { id: connection.id } });
    return later.state === 'ok' && later.held === 0;
  });
});

test('a token endpoint that is down is retried on the schedule of the delivery', async () => {
  await using tokens = await startTokenServer();
  tokens.answer((_, index) => (index === 0 ? { status: 503, body: '' } : {}));
  const { deliver } = await wire(app, receiver, {
    connection: { auth: oauth(tokens.url), settings: { retry: { scheduleMs: [0, 0], jitter: 0 } } },
  });
  const delivery = await deliver({ v: 1 });
  assert.deepEqual(
    delivery.attemptLog?.map(({ outcome, counted, error }) => [outcome, counted, error?.kind]),
    [
      ['retry', true, 'auth'],
      ['delivered', true, undefined],
    ],
  );
});

test('a test whose token endpoint is down is not told that its credentials are rejected', async () => {
  await using tokens = await startTokenServer();
  const { destination } = await wire(app, receiver, { connection: { auth: oauth(tokens.url) } });
  tokens.answer({ status: 503, body: '' });
  const down = await client.call('testDestination', { params: { id: destination.id }, body: { data: [{}] } });
  assert.deepEqual([down.status, down.reason, down.errorKind], ['failed', 'unreachable', 'auth']);
});

test('health tells when the token at hand ends, and when a pasted one does; both are read only and never part of the version', async () => {
  await using tokens = await startTokenServer();
  const { deliver, connection } = await wire(app, receiver, { connection: { auth: oauth(tokens.url) } });
  const params = { id: connection.id };
  const before = await client.call('getConnection', { params });
  assert.deepEqual([before.health.tokenExpiresAt, before.health.secretExpiresAt], [null, null]);
  const startedAt = Date.now();
  await deliver({ v: 1 });
  const isKnown = async () => {
    const one = await client.call('getConnection', { params });
    return one.health.tokenExpiresAt === null ? null : one;
  };
  const { health, ...shown } = await eventually('the end of the token', isKnown);
  const askedAt = Date.parse(health.tokenExpiresAt ?? '') - 3_600_000;
  assert.ok(startedAt <= askedAt && askedAt <= Date.now(), String(health.tokenExpiresAt));

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'HS256' })}.${part({ exp: 1_900_000_000 })}.c2ln`;
  // As GET gave it, the read-only part included.
  const body = { ...shown, health, auth: { type: 'bearer', token } } as const;
  const replaced = await client.call('replaceConnection', { params, body: body as never });
  assert.equal(replaced.health.secretExpiresAt, '2030-03-17T17:46:40.000Z');
  assert.equal(replaced.version, before.version + 1);
  await eventually('the token to be over', async () => (await isKnown()) === null);
});
