import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connection } from '../../../contract/connection.ts';
import { bodyOf, draftOf, readBaseUrl } from './connection-draft.ts';

const updatedAt = '2026-01-02T03:04:05Z';
const stored = connection.parse({
  id: 'con_1',
  version: 3,
  createdAt: updatedAt,
  updatedAt,
  updatedBy: 'me',
  health: { state: 'ok', reason: null, since: null, held: 0 },
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
  },
  settings: { headers: [{ name: 'X-Key', secret: true, value: { set: true, updatedAt } }], heldMaxAgeMs: 5_000 },
});

test('saving a form in which nothing was changed changes nothing, not even what the form does not show', () => {
  const { id, version, createdAt, updatedAt: _at, updatedBy, health, ...body } = stored;
  assert.deepEqual(bodyOf(draftOf(stored), stored), body);
});

test('another kind of authentication is saved without the fields of the former one', () => {
  const draft = { ...draftOf(stored), authType: 'bearer' as const, token: 'new' };
  assert.deepEqual(bodyOf(draft, stored).auth, { type: 'bearer', token: 'new' });
});

test('a pasted address tells where requests go and what belongs elsewhere', () => {
  const read = readBaseUrl('https://crm.example:8443/v2/?q=1', '');
  assert.deepEqual(read, { goesTo: 'https://crm.example:8443/v2/', port: '8443', hasQuery: true });
  assert.equal(readBaseUrl('crm', '').goesTo, null);
});
