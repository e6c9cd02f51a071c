import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { decodeJwt, importJWK, jwtVerify } from 'jose';
import {
  connectionInput,
  standardTokenFields,
  standardTokenParams,
  type TokenFields,
} from '../../contract/documents/connection.ts';
import { Secret } from '../../contract/secret.ts';
import { type FakeAnswer, fakeEgress } from '../../egress/fake/fake-egress.testing.ts';
import { AuthorizedConnection, createAuthenticator } from '../authenticator.ts';
import { testConnection } from '../connection-test.ts';
import type { AssertionSettings } from './assertion.ts';
import type { Oauth2 } from './client-auth.ts';
import { fetchToken } from './fetch-token.ts';
import { createRefreshTokens } from './refresh-tokens.ts';

const secret = (value: string) => new Secret(value, '2026-01-01T00:00:00Z');
const { settings } = connectionInput.parse({ name: 'c', baseUrl: 'https://api.example.com' }) as {
  settings: Parameters<typeof fetchToken>[0]['settings'] & { tls: { cert: null } };
}; // without secrets
const now = Date.parse('2026-03-01T00:00:00Z');

const base: Omit<Extract<Oauth2, { grant: 'client_credentials' }>, 'grant'> = {
  type: 'oauth2',
  clientId: 'client',
  clientSecret: secret('client-secret'),
  accessTokenUrl: 'https://login.example.com/token',
  scope: '',
  clientAuth: 'body',
  clientAssertion: null,
  extraParams: {},
  extraHeaders: {},
  tokenFields: standardTokenFields,
  tokenBody: 'form',
  tokenParams: standardTokenParams,
  tokenHeader: null,
  refreshOn: [{ status: 401 }],
};
const password: Oauth2 = { ...base, grant: 'password', username: 'ada', password: secret('pass-word') };
const refreshing = (token = 'pasted-refresh'): Oauth2 => ({
  ...base,
  grant: 'refresh_token',
  refreshToken: secret(token),
});

/** A token endpoint, a clock, and storage; `process` is a new process on the same storage. */
function setUp(handler: (form: URLSearchParams, index: number) => FakeAnswer) {
  const clock = { now };
  const storage = new Map<string, string>();
  const failures: unknown[] = [];
  const egress = fakeEgress({
    handler: (request, index) => handler(new URLSearchParams(String(request.body)), index),
  });
  let ids = 0;
  function process(save?: (name: string, text: string | null) => Promise<void>) {
    const kept = {
      all: new Map(storage),
      load: async (name: string) => storage.get(name) ?? null,
      save:
        save ??
        (async (name: string, text: string | null) => {
          if (text === null) storage.delete(name);
          else storage.set(name, text);
        }),
    };
    const refreshTokens = createRefreshTokens(kept, { failed: (error) => failures.push(error), changed: () => {} });
    const http = {
      egress,
      now: () => clock.now,
      newId: () => `id-${++ids}`,
      isHttpAllowed: () => false,
      refreshTokens,
    };
    const authenticator = createAuthenticator(http);
    return {
      http,
      refreshTokens,
      authenticator,
      async header(auth: Oauth2, id = 'con_1') {
        const authorization = await authenticator.authorize(
          new AuthorizedConnection({ id, body: { auth, settings: settings as never } }), // without secrets
        );
        return authorization.ok ? authorization.headers[0]?.[1] : `${authorization.kind}: ${authorization.detail}`;
      },
    };
  }
  const forms = () => egress.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(String(body))));
  return { clock, storage, failures, egress, process, forms };
}

const token = (name: string, more: object = {}, headers: [string, string][] = []): FakeAnswer => ({
  status: 200,
  headers,
  body: JSON.stringify({ access_token: name, token_type: 'Bearer', expires_in: 60, ...more }),
});
const refusal = (error: string, status = 400): FakeAnswer => ({ status, body: JSON.stringify({ error }) });
const presented = ({ grant_type, refresh_token, password: word }: Record<string, string>) =>
  `${grant_type} ${refresh_token ?? word ?? ''}`;

test("responses with other field names and nesting are read by the connection's settings", async () => {
  const cases: [fields: Partial<TokenFields>, answer: object, lifeMs: number | null | RegExp, refresh?: string][] = [
    [{}, { access_token: 't', expires_in: 60, refresh_token: 'r' }, 60_000, 'r'],
    [{ accessToken: 'data.token', expiresIn: 'data.ttl' }, { data: { token: 't', ttl: '90' } }, 90_000],
    [{ accessToken: '$.tokens[0].value', expiresIn: null }, { tokens: [{ value: 't' }], expires_in: 5 }, null],
    [{ expiresIn: 'expires_at' }, { access_token: 't', expires_at: now / 1_000 + 30 }, 30_000],
    [{ expiresIn: 'expiresOn' }, { access_token: 't', expiresOn: now + 45_000 }, 45_000],
    [{ expiresIn: 'until' }, { access_token: 't', until: '2026-03-01T01:00:00+00:30' }, 1_800_000],
    [{ expiresIn: 'until' }, { access_token: 't', until: 'tomorrow' }, null],
    [{ tokenType: null }, { access_token: 't', token_type: 'JWT' }, null],
    [{ tokenType: 'kind' }, { access_token: 't', kind: 'bearer', token_type: 'JWT' }, null],
    [{ refreshToken: 'renew.with' }, { access_token: 't', renew: { with: 'r2' } }, null, 'r2'],
    [{}, { access_token: 't', token_type: 'JWT' }, /token_type is not bearer.*It has: token_type, access_token/],
    [
      { accessToken: 'data.token' },
      { data: { jwt: 'x' }, ok: true },
      /at data\.token.*It has: token_type, data\.jwt, ok/,
    ],
    [{ accessToken: 'constructor' }, {}, /at constructor/],
  ];
  for (const [fields, answer, wanted, refresh = null] of cases) {
    const set = setUp(() => ({ status: 200, body: JSON.stringify({ token_type: 'bearer', ...answer }) }));
    const auth: Oauth2 = { ...base, grant: 'client_credentials', tokenFields: { ...standardTokenFields, ...fields } };
    const { response: read } = await fetchToken({ auth, settings, http: set.process().http, remembered: null });
    const said = JSON.stringify([fields, answer, read]);
    if (wanted instanceof RegExp) assert.ok(!read.ok && wanted.test(read.detail), said);
    else assert.ok(read.ok && read.accessToken === 't' && read.lifeMs === wanted, said);
    if (read.ok) assert.equal(read.refreshToken, refresh, said);
  }
});

test('a node that takes a connection over presents the refresh token that the other node was given last', async () => {
  const set = setUp((_, index) =>
    index === 4 ? refusal('invalid_grant') : token(`t${index}`, { refresh_token: `r${index}` }),
  );
  const [first, second] = [set.process(), set.process()];
  for (const node of [first, second, first]) {
    await node.header(password);
    set.clock.now += 60_000;
  }
  assert.deepEqual(set.forms().map(presented), ['password pass-word', 'refresh_token r0', 'refresh_token r1']);
  set.clock.now += 60_000;
  await second.header(password);
  await first.header(password);
  set.clock.now += 60_000;
  await second.header(password);
  assert.deepEqual(set.forms().slice(3).map(presented), [
    'refresh_token r2',
    'refresh_token r3',
    'password pass-word',
    'refresh_token r5',
  ]);
});

test('a refresh token that could not be stored is used all the same, instead of the one that is stored', async () => {
  const set = setUp((_, index) => token(`t${index}`, { refresh_token: `r${index}` }));
  let isFull = false;
  const node = set.process(async (name, text) => {
    if (isFull) throw new Error('disk full');
    if (text !== null) set.storage.set(name, text);
  });
  for (const full of [false, true, false]) {
    isFull = full;
    await node.header(password);
    set.clock.now += 60_000;
  }
  assert.deepEqual(set.forms().map(presented), ['password pass-word', 'refresh_token r0', 'refresh_token r1']);
  assert.deepEqual(set.failures.splice(0).map(String), ['Error: disk full']);
});

test('a refresh token that came with the password grant renews, each newer one in its turn, across restarts', async () => {
  const set = setUp((_, index) => token(`t${index}`, { refresh_token: `r${index}` }));
  const first = set.process();
  assert.equal(await first.header(password), 'Bearer t0');
  set.clock.now += 60_000;
  assert.equal(await first.header(password), 'Bearer t1');
  set.clock.now += 60_000;
  const second = set.process();
  assert.equal(await second.header(password), 'Bearer t2');
  assert.deepEqual(set.forms().map(presented), ['password pass-word', 'refresh_token r0', 'refresh_token r1']);
  assert.deepEqual(
    [...second.refreshTokens.values()].map((one) => one.reveal()),
    ['r2'],
  );
  // Another password, user or address is another credential; the client's secret and its method are not.
  const others: [Oauth2, string][] = [
    [{ ...password, clientSecret: secret('new'), clientAuth: 'basic_raw' }, 'refresh_token r2'],
    [{ ...base, grant: 'password', username: 'ada', password: secret('other') }, 'password other'],
  ];
  for (const [auth, wanted] of others) {
    await second.header(auth);
    assert.equal(presented(set.forms().at(-1) ?? {}), wanted);
  }
  second.authenticator.forget('con_1');
  await new Promise(setImmediate);
  assert.equal(set.storage.size, 1, 'a deleted connection can be restored');
  await second.authenticator.forgetTokens('con_1');
  assert.deepEqual([...set.storage], []);
});

test('when another node has used up a refresh token, its successor is presented, and is never removed', async () => {
  const auth = refreshing();
  let storedBy = 'r0';
  const set = setUp((form, index) => {
    const given = form.get('refresh_token');
    // What the other node is given is stored while this one is refused.
    if (given === storedBy && index > 0) void other.refreshTokens.put('con_1', auth, 'r1');
    if (index === 0) return token('t0', { refresh_token: 'r0' });
    return given === 'r1' && index < 4 ? token('t2', { refresh_token: 'r2' }) : refusal('invalid_grant');
  });
  const node = set.process();
  const other = set.process();
  assert.equal(await node.header(auth), 'Bearer t0');
  set.clock.now += 60_000;
  assert.equal(await node.header(auth), 'Bearer t2');
  set.clock.now += 60_000;
  storedBy = 'pasted-refresh';
  assert.match((await node.header(auth)) ?? '', /^rejected/);
  const paths = set.forms().map(({ refresh_token: one }) => one);
  assert.deepEqual(paths, ['pasted-refresh', 'r0', 'r1', 'r2', 'pasted-refresh']);
  assert.match([...set.storage.values()].join(), /"token":"r1"/);
});

test('a refused refresh token is replaced by the grant; while the endpoint is down it is kept', async () => {
  let answer: (form: URLSearchParams) => FakeAnswer = () => token('t0', { refresh_token: 'r0' });
  const set = setUp((form) => answer(form));
  const { header } = set.process();
  await header(password);
  set.clock.now += 60_000;
  answer = () => ({ status: 503 });
  assert.match((await header(password)) ?? '', /^temporary/);
  set.clock.now += 1_000;
  answer = (form) => (form.has('refresh_token') ? refusal('invalid_grant') : token('t1'));
  assert.equal(await header(password), 'Bearer t1');
  assert.deepEqual(set.forms().map(presented).slice(1), ['refresh_token r0', 'refresh_token r0', 'password pass-word']);
  assert.deepEqual([...set.storage], [], 'a refused token is not presented again');
  answer = () => refusal('invalid_client', 401);
  set.clock.now += 60_000;
  assert.match((await header(password)) ?? '', /^rejected/);
});

test('client credentials, and a connection with refresh tokens off, use none', async () => {
  const without = { ...standardTokenFields, refreshToken: null };
  const auths: Oauth2[] = [
    { ...base, grant: 'client_credentials' },
    { ...base, grant: 'password', username: 'ada', password: secret('pass-word'), tokenFields: without },
  ];
  for (const auth of auths) {
    const set = setUp((_, index) => token(`t${index}`, { refresh_token: 'r' }));
    const { header } = set.process();
    await header(auth);
    set.clock.now += 60_000;
    await header(auth);
    assert.deepEqual(
      set.forms().map(({ grant_type }) => grant_type),
      [auth.grant, auth.grant],
    );
    assert.equal(set.storage.size, 0);
  }
});

test('a pasted refresh token is its own grant: newer ones replace it durably, and it remains the fallback', async () => {
  const good = new Set(['pasted-refresh']);
  const set = setUp((form, index) => {
    const given = form.get('refresh_token') ?? '';
    if (!good.delete(given)) return refusal('invalid_grant');
    good.add(`r${index}`);
    return token(`t${index}`, { refresh_token: `r${index}` });
  });
  assert.equal(await set.process().header(refreshing()), 'Bearer t0');
  set.clock.now += 60_000;
  const later = set.process();
  assert.equal(await later.header(refreshing()), 'Bearer t1');
  assert.ok(!('scope' in (set.forms()[0] ?? {})));
  // The vendor revokes the newer token, then accepts the first one again.
  good.clear();
  set.clock.now += 60_000;
  assert.match((await later.header(refreshing())) ?? '', /^rejected: .*invalid_grant/);
  assert.deepEqual(set.forms().map(presented).slice(2), ['refresh_token r1', 'refresh_token pasted-refresh']);
  good.add('new-one');
  assert.equal(await later.header(refreshing('new-one')), 'Bearer t4');
  assert.match((await set.process().header(refreshing(' '))) ?? '', /No refresh token is stored/);
});

test('a storage failure is logged, and the token is used all the same', async () => {
  const set = setUp((_, index) => token(`t${index}`, { refresh_token: `r${index}` }));
  const { header } = set.process(() => Promise.reject(new Error('disk full')));
  assert.equal(await header(refreshing()), 'Bearer t0');
  set.clock.now += 60_000;
  assert.equal(await header(refreshing()), 'Bearer t1');
  assert.deepEqual(set.forms().map(presented), ['refresh_token pasted-refresh', 'refresh_token r0']);
  assert.equal(set.failures.length, 2);
});

test('a test uses up no refresh token of deliveries, and keeps the one from its own grant', async () => {
  const set = setUp((_, index) => token(`t${index}`, { refresh_token: `r${index}` }));
  const { http, header } = set.process();
  const tested = (auth: Oauth2, id: string | null = 'con_1') =>
    testConnection({
      connection: { baseUrl: 'https://api.example.com', port: null, auth, settings: settings as never }, // without secrets
      http,
      id,
    });
  await header(password);
  assert.ok((await tested(password)).ok);
  set.clock.now += 60_000;
  await header(password);
  assert.deepEqual(set.forms().map(presented), ['password pass-word', 'password pass-word', 'refresh_token r0']);

  // A draft that is not saved yet keeps its newer token for the saved connection.
  const { steps } = await tested(refreshing(), null);
  assert.match(steps.at(-2)?.detail ?? '', /grant_type=refresh_token, refresh_token=\[secret\], client_id=client/);
  assert.match(steps.at(-1)?.detail ?? '', /A refresh token was included/);
  assert.ok(!/r3|pasted|client-secret/.test(JSON.stringify(steps)));
  await header(refreshing(), 'con_2');
  await tested(refreshing(), 'con_2');
  assert.deepEqual(set.forms().map(presented).slice(3), [
    'refresh_token pasted-refresh',
    'refresh_token r3',
    'refresh_token r4',
  ]);
});

test('a test shows each token request, and the clock of the endpoint', async () => {
  const set = setUp((form) =>
    form.has('client_secret')
      ? token('t', {}, [['Date', new Date(now - 95_000).toUTCString()]])
      : refusal('invalid_client', 401),
  );
  const auth: Oauth2 = {
    ...base,
    clientAuth: 'auto',
    grant: 'client_credentials',
    extraParams: { key: secret('k3y!') },
  };
  const { ok, steps } = await testConnection({
    connection: { baseUrl: 'https://api.example.com', port: null, auth, settings: settings as never }, // without secrets
    http: set.process().http,
  });
  const [basic, body, answer] = steps.slice(4);
  assert.ok(ok);
  assert.match(basic?.detail ?? '', /authorization: \[secret\].*HTTP 401.*basic/);
  assert.match(body?.detail ?? '', /client_secret=\[secret\], key=\[secret\].*Token received.*body/);
  assert.match(answer?.detail ?? '', /95 s behind/);
});

const keys = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const signer = (algorithm: AssertionSettings['algorithm'], privateKey: string): AssertionSettings => ({
  privateKey: secret(privateKey),
  keyId: 'k1',
  algorithm,
  issuer: 'me',
  subject: null,
  audience: 'them',
  lifetimeMs: 60_000,
  claims: { tenant: 7 },
});

test('assertions are signed by every kind of key, as PEM or JWK', async () => {
  for (const [algorithm, pair] of [
    ['RS256', keys.RS256],
    ['PS256', keys.RS256],
    ['ES256', keys.ES256],
    ['EdDSA', keys.EdDSA],
  ] as const)
    for (const text of [
      pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      JSON.stringify(pair.privateKey.export({ format: 'jwk' })),
    ]) {
      const set = setUp(() => token('t'));
      const auth: Oauth2 = { ...base, grant: 'jwt', jwt: null, assertion: signer(algorithm, text) };
      assert.equal(await set.process().header(auth), 'Bearer t');
      const publicKey = await importJWK(pair.publicKey.export({ format: 'jwk' }), algorithm);
      const { payload, protectedHeader } = await jwtVerify(set.forms()[0]?.['assertion'] ?? '', publicKey, {
        currentDate: new Date(now),
        algorithms: [algorithm],
      });
      assert.deepEqual([payload.iss, payload.sub, payload.aud, payload['tenant']], ['me', 'client', 'them', 7]);
      assert.deepEqual([protectedHeader.kid, (payload.exp ?? 0) - (payload.iat ?? 0)], ['k1', 60]);
    }
});

test("a refused assertion is signed once more by the endpoint's clock, and later ones at once", async () => {
  const pem = keys.ES256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const aheadMs of [-90_000, 90_000, 7_200_000]) {
    const set = setUp((form, index) => {
      const { iat = 0, exp = 0 } = decodeJwt(form.get('assertion') ?? form.get('client_assertion') ?? '');
      const theirs = (set.clock.now + aheadMs) / 1_000;
      const headers: [string, string][] = [['Date', new Date(set.clock.now + aheadMs).toUTCString()]];
      if (iat <= theirs + 5 && exp > theirs) return token(`t${index}`, {}, headers);
      return { status: 400, headers, body: '{"error":"invalid_grant","error_description":"iat or exp"}' };
    });
    const { header } = set.process();
    const auth: Oauth2 = { ...base, grant: 'jwt', jwt: null, assertion: signer('ES256', pem) };
    const own: Oauth2 = {
      ...auth,
      grant: 'client_credentials',
      clientAuth: 'private_key_jwt',
      clientAssertion: signer('ES256', pem),
    };
    if (aheadMs > 3_600_000) {
      assert.match((await header(auth)) ?? '', /^rejected/, 'a clock that is hours off is ignored');
      assert.equal(set.egress.requests.length, 1);
      continue;
    }
    assert.equal(await header(auth), 'Bearer t1');
    set.clock.now += 60_000;
    assert.equal(await header(auth), 'Bearer t2');
    assert.equal(await header(own, 'con_2'), 'Bearer t4');
  }
});
