import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connection } from '../../../../contract/documents/connection.ts';
import { storedConnection, updatedAt } from '../connection.testing.ts';
import { baseUrlWithout, readBaseUrl } from './base-url.ts';
import { bodyOf, draftOf, emptyDraft, problemsOf, withoutSecrets } from './connection-draft.ts';

const stored = storedConnection({
  name: 'CRM',
  baseUrl: 'https://crm.example/v2',
  auth: {
    type: 'oauth2',
    grant: 'jwt',
    clientId: 'id',
    clientSecret: { set: true, updatedAt },
    accessTokenUrl: 'https://crm.example/token',
    jwt: { set: true, updatedAt },
    extraParams: { audience: 'x', key: { set: true, updatedAt } },
    tokenFields: { accessToken: 'data.token', tokenType: null },
  },
  settings: {
    headers: [
      { name: 'X-Key', secret: true, value: { set: true, updatedAt } },
      { name: 'X-Plain', value: 'v' },
    ],
    heldMaxAgeMs: 5_000,
    timeoutMs: 12_345,
    retry: { scheduleMs: [0, 1_500, 60_000], jitter: 0.07 },
    tls: {
      ca: '-----BEGIN CERTIFICATE-----',
      cert: null,
      key: { set: true, updatedAt },
      minVersion: 'TLSv1.3',
    },
    proxy: { url: 'http://proxy.example:3128', username: 'me', password: { set: true, updatedAt } },
    signing: {
      scheme: 'hmac',
      algorithm: 'sha512',
      encoding: 'base64',
      header: 'X-Sig',
      format: '{signature}',
      secret: { set: true, updatedAt },
    },
  },
});

test('saving a form in which nothing was changed changes nothing, not even what the form does not show', () => {
  const { id, version, createdAt, updatedAt: _at, updatedBy, health, ...body } = stored;
  assert.deepEqual(bodyOf(draftOf(stored), stored), body);
});

test('a token header, a JSON body and other parameter names are kept, and can be typed and emptied', () => {
  const auth = {
    ...stored.auth,
    tokenBody: 'json',
    tokenParams: { grantType: null, clientId: null, username: 'email', password: 'password' },
    tokenHeader: { name: 'X-Session-Token', scheme: null },
  };
  const other = { ...stored, auth } as typeof stored;
  const draft = draftOf(other);
  assert.deepEqual(bodyOf(draft, other).auth, auth);
  const typed = { ...draft, tokenScheme: 'Session', grantTypeName: 'grant_type' };
  const { tokenHeader, tokenParams } = bodyOf(typed, other).auth as typeof auth;
  assert.deepEqual(tokenHeader, { name: 'X-Session-Token', scheme: 'Session' });
  assert.equal(tokenParams.grantType, 'grant_type');
  assert.deepEqual((bodyOf({ ...draft, tokenHeaderName: '' }, other).auth as typeof auth).tokenHeader, null);
});

test('a secret reference is saved as one and survives a reload, and an emptied one removes the secret', () => {
  const place = { ref: 'env:CRM_TOKEN' };
  const draft = { ...draftOf(stored), authType: 'bearer' as const, token: place };
  assert.deepEqual(bodyOf(draft, stored).auth, { type: 'bearer', token: place });
  assert.deepEqual(bodyOf({ ...draft, token: { ref: '' } }, stored).auth, { type: 'bearer', token: { set: false } });
  assert.deepEqual(withoutSecrets(draft).token, place);
});

test('a secret that was typed and lost by a reload is not removed by a save', () => {
  const typed = { ...draftOf(stored), clientSecret: 'typed', extraParams: [{ row: 0, name: 'key', value: 'typed' }] };
  const { auth } = bodyOf({ ...typed, ...withoutSecrets(typed) }, stored);
  assert.ok(auth?.type === 'oauth2');
  assert.deepEqual([auth.clientSecret, auth.extraParams], [null, { key: null }]);
});

test('an empty password of basic authentication is saved as one, and a missing one stays missing', () => {
  const basic = { ...draftOf(stored), authType: 'basic' as const, username: 'key' };
  const password = (value: string | null, before: typeof stored | null) => {
    const { auth } = bodyOf({ ...basic, password: value }, before);
    return auth?.type === 'basic' ? auth.password : undefined;
  };
  assert.deepEqual([password(null, null), password(null, stored), password('', null)], ['', '', '']);
  const imported = { ...stored, auth: { type: 'basic' as const, username: 'key', password: null } };
  assert.deepEqual([password(null, imported), password('', imported)], [null, '']);
});

test('another kind of authentication is saved without the fields of the former one', () => {
  const draft = { ...draftOf(stored), authType: 'bearer' as const, token: 'new' };
  assert.deepEqual(bodyOf(draft, stored).auth, { type: 'bearer', token: 'new' });
});

test('a pasted URL tells where requests go, and which of its parts belong into other fields', () => {
  const read = readBaseUrl('https://crm.example:8443/v2/?q=1', '');
  assert.deepEqual(read, { goesTo: 'https://crm.example:8443/v2/', port: '8443', hasQuery: true, path: '/v2' });
  assert.equal(baseUrlWithout('https://crm.example:8443/v2/orders?q=1', 'path'), 'https://crm.example:8443');
  assert.equal(readBaseUrl('crm', '').goesTo, null);
});

test('a new form has the defaults of the contract, and no problems', () => {
  const body = bodyOf({ ...emptyDraft, name: 'New', baseUrl: 'https://a.example' }, null);
  const { settings } = connection.parse({ ...stored, ...body });
  assert.deepEqual(settings, connection.parse({ ...stored, settings: {} }).settings);
  assert.deepEqual(problemsOf({ ...emptyDraft, name: 'New', baseUrl: 'https://a.example' }), {});
});

test('a value that can’t be saved is a problem of its field', () => {
  const problems = problemsOf({ ...draftOf(stored), timeout: 'soon', rateLimit: '1.5', baseUrl: 'crm', port: '0' });
  assert.deepEqual(Object.keys(problems), ['baseUrl', 'port', 'settings.timeoutMs', 'settings.rate.limit']);
});

test('no secret that was typed is kept in the browser, and marks of stored ones are', () => {
  const secret = 'typed-secret';
  const typed = {
    ...draftOf(stored),
    password: secret,
    token: secret,
    refreshToken: secret,
    clientSecret: secret,
    tlsKey: secret,
    proxyPassword: secret,
    signingSecret: secret,
    signingPreviousSecret: secret,
    'jwtAssertion.privateKey': secret,
    'clientAssertion.privateKey': secret,
    headers: [{ row: 0, name: 'X', value: secret, isSecret: true }],
    extraParams: [{ row: 0, name: 'k', value: secret }],
    extraHeaders: [{ row: 0, name: 'k', value: secret }],
  };
  const kept = withoutSecrets(typed);
  assert.doesNotMatch(JSON.stringify(kept), /typed-secret/);
  assert.deepEqual(kept.jwt, { set: true, updatedAt });
});
