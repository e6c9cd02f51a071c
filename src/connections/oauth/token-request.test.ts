import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { jwtVerify } from 'jose';
import { connectionInput, standardTokenFields, standardTokenParams } from '../../contract/documents/connection.ts';
import { Secret } from '../../contract/secret.ts';
import { fakeEgress } from '../../egress/fake/fake-egress.testing.ts';
import type { AssertionSettings } from './assertion.ts';
import type { ClientAuthMethod, Oauth2 } from './client-auth.ts';
import { fetchToken } from './fetch-token.ts';

const secret = (value: string) => new Secret(value, '2026-01-01T00:00:00Z');
const settings = {
  connectTimeoutMs: 5_000,
  tls: { ca: null, cert: null, key: null, minVersion: 'TLSv1.2' as const },
  proxy: null,
};
const now = Date.parse('2026-03-01T00:00:00Z');

const base = {
  type: 'oauth2',
  clientId: 'my client',
  clientSecret: secret('s3:cr+t/ü'),
  accessTokenUrl: 'https://login.example.com/token?tenant=1',
  scope: 'read write',
  clientAuth: 'body',
  clientAssertion: null,
  extraParams: {},
  extraHeaders: {},
  tokenFields: standardTokenFields,
  tokenBody: 'form',
  tokenParams: standardTokenParams,
  tokenHeader: null,
  refreshOn: [],
} satisfies Omit<Extract<Oauth2, { grant: 'client_credentials' }>, 'grant'>;
const clientCredentials: Oauth2 = { ...base, grant: 'client_credentials' };

async function sent(auth: Oauth2, answer: object = { access_token: 't', token_type: 'bearer' }, status = 200) {
  const egress = fakeEgress({ handler: () => ({ status, body: JSON.stringify(answer) }) });
  let ids = 0;
  const http = { egress, now: () => now, newId: () => `id-${++ids}`, isHttpAllowed: () => false };
  const fetched = await fetchToken({ auth, settings, http, remembered: null });
  const [request] = egress.requests;
  const headers = new Map(request?.headers.map(([name, value]) => [name.toLowerCase(), value]));
  return { ...fetched, request, headers, form: Object.fromEntries(new URLSearchParams(String(request?.body))) };
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer: AssertionSettings = {
  privateKey: secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
  keyId: 'k1',
  algorithm: 'ES256',
  issuer: null,
  subject: null,
  audience: null,
  lifetimeMs: 300_000,
  claims: {},
};
const verify = (jwt: string | undefined) => jwtVerify(jwt ?? '', publicKey, { currentDate: new Date(now) });

test('client credentials are a form POST that asks for JSON, bounded in time and size', async () => {
  const { request, form, headers } = await sent(clientCredentials);
  assert.equal(request?.method, 'POST');
  assert.equal(request.url, 'https://login.example.com/token?tenant=1');
  assert.equal(request.timeoutMs, 10_000);
  assert.equal(request.responseBytesMax, 65_536);
  assert.equal(headers.get('content-type'), 'application/x-www-form-urlencoded');
  assert.equal(headers.get('accept'), 'application/json');
  assert.deepEqual(form, {
    grant_type: 'client_credentials',
    scope: 'read write',
    client_id: 'my client',
    client_secret: 's3:cr+t/ü',
  });
});

test('scope is only sent when there is one', async () => {
  assert.ok(!('scope' in (await sent({ ...clientCredentials, scope: '' })).form));
});

test('the password grant sends user name and password', async () => {
  const { form } = await sent({ ...base, grant: 'password', username: 'ü', password: secret('p&=w') });
  assert.equal(form['grant_type'], 'password');
  assert.equal(form['username'], 'ü');
  assert.equal(form['password'], 'p&=w');
});

test('client authentication: basic is form-encoded, basic_raw is not, none and an empty secret send the id alone', async () => {
  const by = async (clientAuth: Oauth2['clientAuth'], clientSecret: Secret | null = base.clientSecret) => {
    const { headers, form, method } = await sent({ ...clientCredentials, clientAuth, clientSecret });
    const basic = headers.get('authorization')?.replace('Basic ', '');
    return {
      basic: basic && Buffer.from(basic, 'base64').toString(),
      id: form['client_id'],
      secret: form['client_secret'],
      method,
    };
  };
  const method = (name: ClientAuthMethod) => ({ method: name });
  const none = { basic: undefined, id: 'my client', secret: undefined };
  assert.deepEqual(await by('basic'), {
    basic: 'my+client:s3%3Acr%2Bt%2F%C3%BC',
    id: undefined,
    secret: undefined,
    ...method('basic'),
  });
  assert.deepEqual(await by('auto'), await by('basic'));
  assert.deepEqual(await by('basic_raw'), {
    basic: 'my client:s3:cr+t/ü',
    id: undefined,
    secret: undefined,
    ...method('basic_raw'),
  });
  assert.deepEqual(await by('none'), { ...none, ...method('none') });
  assert.deepEqual(await by('auto', null), { ...none, ...method('none') });
  assert.deepEqual(await by('basic', secret('')), { ...none, ...method('none') });
});

test('private_key_jwt sends a fresh signed client assertion for the token endpoint', async () => {
  const { form } = await sent({
    ...clientCredentials,
    clientAuth: 'private_key_jwt',
    clientSecret: null,
    clientAssertion: signer,
  });
  assert.equal(form['client_assertion_type'], 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  const { payload, protectedHeader } = await verify(form['client_assertion']);
  assert.deepEqual(protectedHeader, { alg: 'ES256', typ: 'JWT', kid: 'k1' });
  const seconds = now / 1_000;
  const { jti, ...claims } = payload;
  assert.ok(jti);
  assert.deepEqual(claims, {
    iss: 'my client',
    sub: 'my client',
    aud: base.accessTokenUrl,
    iat: seconds,
    exp: seconds + 300,
  });
});

test('a pasted JWT is sent unchanged except for a leading Bearer and surrounding white space', async () => {
  for (const pasted of ['a.b.c', '  a.b.c\n', 'Bearer a.b.c', ' bearer \t a.b.c ']) {
    const { form } = await sent({ ...base, grant: 'jwt', jwt: secret(pasted), assertion: null });
    assert.equal(form['grant_type'], 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    assert.equal(form['assertion'], 'a.b.c', JSON.stringify(pasted));
  }
});

test('a stored key signs a new assertion for each request, with issuer, subject, audience and own claims', async () => {
  const assertion = {
    ...signer,
    issuer: 'iss',
    subject: 'sub',
    audience: 'aud',
    claims: { role: 'x', iss: 'no', jti: 'no' },
  };
  const { form } = await sent({ ...base, grant: 'jwt', jwt: secret('old.old.old'), assertion });
  const { payload } = await verify(form['assertion']);
  assert.deepEqual([payload.iss, payload.sub, payload.aud, payload['role']], ['iss', 'sub', 'aud', 'x']);
  assert.notEqual(payload.jti, 'no');
});

test("keys may be PKCS#8, PKCS#1, SEC1 or JWK; one that can't sign is rejected without being quoted", async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const cases: [string, AssertionSettings['algorithm'], boolean][] = [
    [rsa.export({ type: 'pkcs1', format: 'pem' }).toString(), 'RS256', true],
    [rsa.export({ type: 'pkcs8', format: 'pem' }).toString(), 'PS512', true],
    [privateKey.export({ type: 'sec1', format: 'pem' }).toString(), 'ES256', true],
    [JSON.stringify(privateKey.export({ format: 'jwk' })), 'ES256', true],
    [ed.export({ type: 'pkcs8', format: 'pem' }).toString(), 'EdDSA', true],
    [rsa.export({ type: 'pkcs8', format: 'pem' }).toString(), 'ES256', false],
    [privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'ES512', false],
    [createPublicKey(rsa).export({ type: 'spki', format: 'pem' }).toString(), 'RS256', false],
    ['{"kty":"EC"', 'ES256', false],
    ['', 'ES256', false],
  ];
  for (const [key, algorithm, works] of cases) {
    const clientAssertion = { ...signer, privateKey: secret(key), algorithm };
    const { response, request } = await sent({ ...clientCredentials, clientAuth: 'private_key_jwt', clientAssertion });
    assert.equal(response.ok, works, `${algorithm} ${key.slice(0, 30)}`);
    if (response.ok) continue;
    assert.ok(request === undefined && response.kind === 'rejected' && !response.detail.includes('{'));
  }
});

test('extra parameters and headers are added; headers replace those of the same name, parameters never do', async () => {
  const { form, headers } = await sent({
    ...clientCredentials,
    extraParams: { audience: 'https://api', scope: 'mine', key: secret('k') },
    extraHeaders: { 'X-Tenant': secret('acme'), accept: 'application/vnd.token+json' },
  });
  assert.equal(form['audience'], 'https://api');
  assert.equal(form['scope'], 'read write');
  assert.equal(form['key'], 'k');
  assert.equal(headers.get('x-tenant'), 'acme');
  assert.equal(headers.get('accept'), 'application/vnd.token+json');
});

test('no secret shows in an error that echoes the whole request', async () => {
  const auth: Oauth2 = {
    ...base,
    clientAuth: 'basic',
    grant: 'password',
    username: 'user',
    password: secret('user-password'),
    extraParams: { apiKey: secret('extra-param-secret') },
    extraHeaders: { 'X-Key': secret('extra-header-secret') },
  };
  const probe = await sent(auth);
  const echo = [...probe.headers.values(), String(probe.request?.body)].join(' ');
  const { response } = await sent(auth, { error: 'invalid_grant', error_description: echo.slice(0, 290) }, 400);
  assert.ok(!response.ok);
  const basic = Buffer.from('my+client:s3%3Acr%2Bt%2F%C3%BC').toString('base64');
  for (const hidden of ['user-password', 'extra-param-secret', 'extra-header-secret', 's3:cr+t', basic])
    assert.ok(echo.includes(hidden) || hidden === 's3:cr+t', hidden);
  for (const hidden of ['user-password', 'extra-param-secret', 'extra-header-secret', 's3:cr+t', 's3%3A', basic])
    assert.ok(!response.detail.includes(hidden), hidden);
});

test('defaults of the contract make a token request', async () => {
  const { auth } = connectionInput.parse({
    name: 'c',
    baseUrl: 'https://example.com',
    auth: { type: 'oauth2', grant: 'client_credentials', clientId: 'c', accessTokenUrl: 'https://example.com/t' },
  });
  const { response, method } = await sent(auth as Oauth2); // no secret in it
  assert.ok(response.ok && method === 'none');
});
