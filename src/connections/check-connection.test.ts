import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connectionInput } from '../contract/documents/connection.ts';
import { Secret } from '../contract/secret.ts';
import { fakeEgress } from '../egress/fake/fake-egress.testing.ts';
import { checkConnection } from './check-connection.ts';

const egress = fakeEgress({ allow: '10.0.0.0/8' });
type Checked = Parameters<typeof checkConnection>[0]['connection'];

/** The errors; texts are used as stored secrets. */
function errorsOf(changes: object) {
  const connection = connectionInput.parse({ name: 'c', baseUrl: 'https://example.com', ...changes });
  return checkConnection({
    connection: connection as Checked, // secrets are text here, which reads the same
    check: egress.check,
    isHttpAllowed: (url) => url.startsWith('http://10.'),
  });
}

/** Their JSON pointers. */
function wrong(changes: object) {
  return errorsOf(changes).map(({ pointer, code }) => (code === undefined ? pointer : `${pointer} ${code}`));
}

const oauth2 = { type: 'oauth2', grant: 'client_credentials', clientId: 'c', accessTokenUrl: 'https://example.com/t' };

test('a base URL is absolute http(s) without query, fragment and user-info, and not blocked', () => {
  for (const baseUrl of [
    'https://example.com',
    'http://example.com:8080/v2/',
    'https://bücher.example',
    'http://10.1.2.3',
  ])
    assert.deepEqual(wrong({ baseUrl }), [], baseUrl);
  for (const baseUrl of [
    'example.com',
    'ftp://example.com',
    'https://a@example.com',
    'https://e.com/?a',
    'https://e.com/#',
    'https://e.com/a b',
    'javascript:alert(1)',
  ])
    assert.deepEqual(wrong({ baseUrl }), ['/baseUrl'], baseUrl);
  for (const baseUrl of [
    'http://127.0.0.1',
    'http://2130706433',
    'http://[::1]/',
    'http://169.254.169.254',
    'http://192.168.1.1',
  ])
    assert.deepEqual(wrong({ baseUrl }), ['/baseUrl blocked_address'], baseUrl);
});

test("an extra token parameter can't replace one that the grant or the client authentication sets", () => {
  const refused = (auth: object, ...names: string[]) =>
    wrong({ auth: { ...oauth2, ...auth, extraParams: Object.fromEntries(names.map((name) => [name, 'x'])) } }).map(
      (pointer) => pointer.replace('/auth/extraParams/', ''),
    );
  const client = ['grant_type', 'client_secret', 'client_assertion', 'client_assertion_type'];
  const signed = { privateKey: null, algorithm: 'ES256' };
  for (const clientAuth of ['auto', 'basic', 'basic_raw', 'body', 'none', 'private_key_jwt']) {
    const auth = { clientAuth, clientSecret: 's', clientAssertion: signed };
    assert.deepEqual(refused(auth, ...client, 'audience', 'resource', 'Client_Secret'), client, clientAuth);
    const isInHeader = clientAuth === 'basic' || clientAuth === 'basic_raw';
    assert.deepEqual(refused(auth, 'client_id'), isInHeader ? [] : ['client_id'], clientAuth);
  }
  assert.deepEqual(refused({ clientAuth: 'basic', clientSecret: null }, 'client_id'), ['client_id']);
  assert.deepEqual(refused({ scope: 'read' }, 'scope'), ['scope']);
  assert.deepEqual(refused({}, 'scope', 'username', 'password', 'assertion', 'refresh_token'), []);
  const password = ['username', 'password', 'refresh_token'];
  assert.deepEqual(refused({ grant: 'password', username: 'u' }, ...password, 'assertion'), password);
  assert.deepEqual(refused({ grant: 'jwt' }, 'assertion', 'refresh_token', 'username'), ['assertion', 'refresh_token']);
  assert.deepEqual(refused({ grant: 'refresh_token' }, 'refresh_token', 'username'), ['refresh_token']);
});

test('a proxy is an http or https origin that may be reached, with credentials that a header can carry', () => {
  const proxied = (proxy: object) => wrong({ settings: { proxy } });
  for (const url of [
    'http://proxy.example:3128',
    'https://proxy.example',
    'http://10.0.0.1:8080/',
    'http://[2606::1]:80',
  ])
    assert.deepEqual(proxied({ url, username: 'us', password: 'p:w ä' }), [], url);
  for (const url of [
    'proxy.example:3128',
    'socks5://proxy.example',
    'http://us:pw@proxy.example',
    'http://proxy.example/path',
    'http://proxy.example?x',
    'http://proxy.example#x',
    'http://proxy.example:99999',
    'http://proxy example',
    'http://proxy.example\\@10.0.0.1',
  ])
    assert.deepEqual(proxied({ url }), ['/settings/proxy/url'], url);
  for (const url of ['http://127.0.0.1:3128', 'http://0x7f.1:3128', 'http://metadata.goog', 'http://proxy.example:25'])
    assert.deepEqual(proxied({ url }), ['/settings/proxy/url blocked_address'], url);
  const password = 'a\nb';
  assert.deepEqual(proxied({ url: 'http://proxy.example', password }), ['/settings/proxy/password']);
  assert.throws(() => proxied({ url: 'http://proxy.example', username: 'a:b' }));
});

test('the idempotency key and the signature have headers that nothing else sets', () => {
  const bearer = { type: 'bearer', token: 'abc' };
  const signed = (header: string) => ({
    scheme: 'hmac',
    algorithm: 'sha256',
    encoding: 'hex',
    header,
    format: '{body}',
  });
  const refused = (settings: object, auth: object = { type: 'none' }) => wrong({ auth, settings });
  for (const name of ['content-type', 'User-Agent', 'Millrace-Hops']) {
    assert.deepEqual(refused({ idempotencyHeader: name }), ['/settings/idempotencyHeader'], name);
    assert.deepEqual(refused({ signing: signed(name) }), ['/settings/signing/header'], name);
  }
  assert.deepEqual(refused({ idempotencyHeader: 'authorization' }, bearer), ['/settings/idempotencyHeader']);
  assert.deepEqual(refused({ signing: signed('Authorization') }, bearer), ['/settings/signing/header']);
  assert.deepEqual(refused({ signing: signed('Authorization') }), []);
  assert.deepEqual(refused({ signing: signed('idempotency-KEY') }), ['/settings/signing/header']);
  assert.deepEqual(refused({ idempotencyHeader: null, signing: signed('X-Signature') }, bearer), []);
});

test('a port that differs from the port of the base URL is refused', () => {
  assert.deepEqual(wrong({ baseUrl: 'https://example.com:8443', port: 443 }), ['/port']);
  assert.deepEqual(wrong({ baseUrl: 'https://example.com:8443', port: 8443 }), []);
  assert.deepEqual(wrong({ port: 8443 }), []);
  assert.deepEqual(wrong({ port: 25 }), ['/baseUrl blocked_address'], 'a port on the list of bad ports');
});

test('a bearer token is visible ASCII without spaces; a basic password has no control characters', () => {
  assert.deepEqual(wrong({ auth: { type: 'bearer', token: 'abc.~+/=' } }), []);
  for (const token of ['Bearer abc', 'ab\ncd', 'ü', ' a'])
    assert.deepEqual(wrong({ auth: { type: 'bearer', token } }), ['/auth/token'], token);
  assert.deepEqual(wrong({ auth: { type: 'basic', username: 'ü', password: 'pä:ß €' } }), []);
  assert.deepEqual(wrong({ auth: { type: 'basic', username: 'u', password: 'a\nb' } }), ['/auth/password']);
});

test('the access-token URL is https unless the operator allows the host', () => {
  assert.deepEqual(wrong({ auth: oauth2 }), []);
  assert.deepEqual(wrong({ auth: { ...oauth2, accessTokenUrl: 'http://10.0.0.1/t' } }), []);
  for (const accessTokenUrl of [
    'http://example.com/t',
    '/token',
    'https://u:p@example.com/t',
    'https://example.com/t#f',
    'ftp://example.com',
  ])
    assert.deepEqual(wrong({ auth: { ...oauth2, accessTokenUrl } }), ['/auth/accessTokenUrl'], accessTokenUrl);
  assert.deepEqual(wrong({ auth: { ...oauth2, accessTokenUrl: 'https://127.0.0.1/t' } }), [
    '/auth/accessTokenUrl blocked_address',
  ]);
});

test('missing secrets can be saved', () => {
  for (const auth of [{ type: 'bearer' }, { type: 'basic', username: 'u' }, oauth2, { ...oauth2, grant: 'jwt' }])
    assert.deepEqual(wrong({ auth }), []);
});

test("keys, certificates and headers that can't be used are refused at their fields", () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  assert.deepEqual(wrong({ auth: { ...oauth2, clientAuth: 'private_key_jwt' } }), ['/auth/clientAssertion']);
  const signer = (key: string) => ({ privateKey: key, algorithm: 'ES256' });
  assert.deepEqual(wrong({ auth: { ...oauth2, clientAuth: 'private_key_jwt', clientAssertion: signer(pem) } }), []);
  assert.deepEqual(wrong({ auth: { ...oauth2, grant: 'jwt', assertion: signer('nonsense') } }), [
    '/auth/assertion/privateKey',
  ]);
  assert.deepEqual(wrong({ auth: { ...oauth2, extraHeaders: { 'X-A': 'ok', Host: 'x', 'X-B': 'a\nb' } } }), [
    '/auth/extraHeaders/Host',
    '/auth/extraHeaders/X-B',
  ]);
  assert.deepEqual(
    wrong({
      settings: {
        headers: [
          { name: 'X', value: 'a' },
          { name: 'Y', value: 'a\r\nb', secret: true },
        ],
      },
    }),
    ['/settings/headers/1/value'],
  );
  assert.deepEqual(wrong({ settings: { tls: { ca: 'nonsense' } } }), ['/settings/tls/ca']);
  assert.deepEqual(wrong({ settings: { tls: { cert: 'nonsense', key: pem } } }), ['/settings/tls/cert']);
  assert.deepEqual(wrong({ settings: { tls: { cert: 'nonsense' } } }), ['/settings/tls/cert']);
  assert.deepEqual(wrong({ settings: { tls: { key: pem } } }), ['/settings/tls/cert']);
});

test('a private key is refused among certificates, and one that does not fit is refused by its reason', () => {
  const pem = (name: string) => readFileSync(new URL(`../egress/http1/testdata/${name}`, import.meta.url), 'utf8');
  const cert = pem('client.crt');
  const key = pem('client.key');
  const of = (tls: object) => errorsOf({ settings: { tls } }).map(({ pointer, detail }) => `${pointer} ${detail}`);
  assert.deepEqual(of({ ca: pem('ca.crt'), cert, key }), []);
  assert.deepEqual(of({ cert }), []);
  const certificates = 'Must be one or more certificates in PEM, without a private key.';
  assert.deepEqual(of({ ca: cert + key }), [`/settings/tls/ca ${certificates}`]);
  assert.deepEqual(of({ cert: cert + key }), [`/settings/tls/cert ${certificates}`]);
  assert.deepEqual(of({ cert: key, key: cert }), [`/settings/tls/cert ${certificates}`]);
  for (const type of ['sec1', 'pkcs8'] as const) {
    const options = { type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' } as const;
    const sealed = createPrivateKey(key).export(options).toString();
    assert.match(of({ cert, key: sealed }).join(), /^\/settings\/tls\/key Is protected by a passphrase/);
  }
  assert.deepEqual(of({ cert, key: 'nonsense' }), ['/settings/tls/key Must be a private key in PEM.']);
  const other = '/settings/tls/cert Certificate and private key (PEM) do not match.';
  assert.deepEqual(of({ cert, key: pem('server.key') }), [other]);
});

test('a Standard Webhooks secret is base64, a header format is one line of visible ASCII', () => {
  const signed = (signing: object) => wrong({ settings: { signing } });
  assert.deepEqual(signed({ scheme: 'standard-webhooks', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }), []);
  assert.deepEqual(signed({ scheme: 'standard-webhooks', secret: 'not base64!' }), ['/settings/signing/secret']);
  const hmac = { scheme: 'hmac', algorithm: 'sha256', encoding: 'hex', header: 'X-Signature', secret: 's' };
  assert.deepEqual(signed({ ...hmac, format: 'sha256={signature}' }), []);
  assert.deepEqual(signed({ ...hmac, format: 'ü={signature}' }), ['/settings/signing/format']);
});

test('details never quote a secret', () => {
  const connection = connectionInput.parse({ name: 'c', baseUrl: 'https://example.com', auth: { type: 'bearer' } });
  const [error] = checkConnection({
    connection: { ...connection, auth: { type: 'bearer', token: new Secret('hunter 22', '') } } as Checked, // its only secret is stored
    check: egress.check,
    isHttpAllowed: () => false,
  });
  assert.ok(error && !JSON.stringify(error).includes('hunter'));
});
