import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startTokenServer } from '../../../test/support/token-server.ts';
import { connectionInput, standardTokenFields, standardTokenParams } from '../../contract/documents/connection.ts';
import { Secret } from '../../contract/secret.ts';
import { parseAllowRules } from '../../egress/guard/allow-list.ts';
import { http1Egress } from '../../egress/http1/http1-egress.ts';
import { AuthorizedConnection, createAuthenticator } from '../authenticator.ts';
import { testConnection } from '../connection-test.ts';
import type { Oauth2 } from './client-auth.ts';

// Real sockets: the authenticator through the real egress, against a certified OpenID provider and a server of the
// test.

const secret = (value: string) => new Secret(value, '2026-01-01T00:00:00Z');
const { settings } = connectionInput.parse({ name: 'c', baseUrl: 'https://example.com' });

function realHttp() {
  const allowed = parseAllowRules('127.0.0.1');
  assert.ok(allowed.ok);
  const egress = http1Egress({
    allow: allowed.rules,
    dnsServers: [],
    ownListeners: () => [],
    isInboxOpen: () => false,
    version: '0',
  });
  let ids = 0;
  return {
    egress,
    now: Date.now,
    newId: () => `${Date.now()}-${++ids}`,
    isHttpAllowed: (url: string) => url.startsWith('http://127.0.0.1:'),
  };
}

const connectionOf = (auth: Oauth2) =>
  new AuthorizedConnection({ id: 'con_1', body: { auth, settings: settings as never } }); // settings without secrets

const base = {
  type: 'oauth2',
  clientId: 'a client',
  clientSecret: secret('s:cret +%/of 32 characters at least'),
  scope: '',
  clientAuth: 'auto',
  clientAssertion: null,
  extraParams: {},
  extraHeaders: {},
  tokenFields: standardTokenFields,
  tokenBody: 'form',
  tokenParams: standardTokenParams,
  tokenHeader: null,
  refreshOn: [{ status: 401 }],
} satisfies Partial<Oauth2>;

test('client credentials get a token from a certified provider by basic, body and private_key_jwt', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] };
  const clientSecret = base.clientSecret.reveal();
  const client = (id: string, method: string, more: object) => ({
    client_id: id,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: 'api:read',
    ...more,
  });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening TCP server has one
  // The package has no types; the name in a variable keeps the compiler from looking for them.
  const name: string = 'oidc-provider';
  const { Provider } = await import(name);
  const provider = new Provider(issuer, {
    clients: [
      client('a client', 'client_secret_basic', { client_secret: clientSecret }),
      client('b client', 'client_secret_post', { client_secret: clientSecret }),
      client('c client', 'private_key_jwt', { jwks, token_endpoint_auth_signing_alg: 'ES256' }),
    ],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['api:read', 'api:write'],
    ttl: { ClientCredentials: 600 },
  });
  server.on('request', provider.callback());
  const http = realHttp();
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await http.egress[Symbol.asyncDispose]();
  });

  const accessTokenUrl = `${issuer}/token`;
  const signer = {
    privateKey: secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    keyId: 'k1',
    algorithm: 'ES256' as const,
    issuer: null,
    subject: null,
    audience: issuer,
    lifetimeMs: 60_000,
    claims: {},
  };
  const common = { ...base, grant: 'client_credentials' as const, accessTokenUrl, scope: 'api:read' };
  const clients: Record<string, Oauth2> = {
    basic: { ...common, clientAuth: 'basic' },
    'auto, basic': common,
    'auto, body': { ...common, clientId: 'b client' },
    body: { ...common, clientId: 'b client', clientAuth: 'body' },
    'private key': { ...common, clientId: 'c client', clientAuth: 'private_key_jwt', clientAssertion: signer },
  };
  for (const [how, auth] of Object.entries(clients)) {
    const authorization = await createAuthenticator(http).authorize(connectionOf(auth));
    assert.ok(authorization.ok, `${how}: ${authorization.ok ? '' : authorization.detail}`);
    assert.match(authorization.headers[0]?.[1] ?? '', /^Bearer .{20,}/);
  }
  const wrong = { ...common, clientSecret: secret('wrong') };
  const refused = await createAuthenticator(http).authorize(connectionOf(wrong));
  assert.ok(!refused.ok && refused.kind === 'rejected' && /401 invalid_client/.test(refused.detail));
  const outOfScope = await createAuthenticator(http).authorize(connectionOf({ ...common, scope: 'api:write' }));
  assert.ok(!outOfScope.ok && outOfScope.kind === 'rejected' && /invalid_scope/.test(outOfScope.detail));
});

test('password and jwt-bearer grants get, share and renew tokens over real sockets', async (t) => {
  const server = await startTokenServer();
  const http = realHttp();
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    await http.egress[Symbol.asyncDispose]();
  });
  const grants: Oauth2[] = [
    { ...base, accessTokenUrl: server.url, grant: 'password', username: 'u', password: secret('p') },
    { ...base, accessTokenUrl: server.url, grant: 'jwt', jwt: secret('Bearer a.b.c'), assertion: null },
  ];
  for (const [index, auth] of grants.entries()) {
    const authenticator = createAuthenticator(http);
    const connection = connectionOf(auth);
    const all = await Promise.all(Array.from({ length: 500 }, () => authenticator.authorize(connection)));
    const wanted = `Bearer ${server.issued.at(-1)}`;
    assert.ok(all.every((one) => one.ok && one.headers[0]?.[1] === wanted));
    assert.equal(server.requests.length, index * 2 + 1);
    const [first] = all;
    assert.ok(first?.ok);
    authenticator.refused(connection, first);
    const next = await authenticator.authorize(connection);
    assert.ok(next.ok && next.fresh && next.headers[0]?.[1] === `Bearer ${server.issued.at(-1)}`);
    assert.equal(server.requests.length, index * 2 + 2);
  }
  assert.equal(server.requests[0]?.form.get('password'), 'p');
  assert.equal(server.requests[2]?.form.get('assertion'), 'a.b.c');
});

test('redirects, error pages and oversized answers of a real server give no token', async (t) => {
  const server = await startTokenServer();
  const http = realHttp();
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    await http.egress[Symbol.asyncDispose]();
  });
  const connection = connectionOf({ ...base, accessTokenUrl: server.url, grant: 'client_credentials' });
  const authenticator = createAuthenticator(http);
  const kinds: string[] = [];
  for (const answer of [
    { status: 307, headers: { location: server.url } },
    { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' },
    { status: 429, headers: { 'retry-after': '7' }, body: '' },
    { body: `{"access_token":"${'x'.repeat(100_000)}","token_type":"bearer"}` },
    {},
  ]) {
    server.answer(answer);
    // Ends the pause after a failure.
    authenticator.forget(connection.id);
    const authorization = await authenticator.authorize(connection);
    kinds.push(authorization.ok ? 'ok' : `${authorization.kind} ${authorization.retryAfterMs}`);
  }
  assert.deepEqual(kinds, ['rejected null', 'temporary null', 'temporary 7000', 'rejected null', 'ok']);
  assert.equal(server.requests.length, 5, 'a redirect was not followed');
});

test('a connection test reaches a real token over real sockets', async (t) => {
  const server = await startTokenServer();
  const http = realHttp();
  t.after(async () => {
    await server[Symbol.asyncDispose]();
    await http.egress[Symbol.asyncDispose]();
  });
  const { auth, settings: all } = connectionOf({ ...base, accessTokenUrl: server.url, grant: 'client_credentials' });
  const connection = { baseUrl: server.url, port: null, auth, settings: all };
  const walked = await testConnection({ connection, http });
  assert.deepEqual(
    walked.steps.map(({ name, ok }) => [name, ok]),
    [
      ['url', true],
      ['dns', true],
      ['connect', true],
      ['token_request', true],
      ['token_answer', true],
    ],
  );
  assert.ok(walked.ok && !JSON.stringify(walked).includes('token-1'));
});
