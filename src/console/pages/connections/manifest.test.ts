import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connection } from '../../../contract/documents/connection.ts';
import { destination } from '../../../contract/documents/destination.ts';
import { connectionFile } from './export-connection.ts';
import { itemsOf, keepingSecrets } from './manifest.ts';

const updatedAt = '2026-01-02T03:04:05Z';
const stamp = { id: 'x', version: 1, createdAt: updatedAt, updatedAt, updatedBy: 'me' };
const mark = { set: true as const, updatedAt };
const crm = connection.parse({
  ...stamp,
  name: 'CRM',
  baseUrl: 'https://crm.example',
  health: {
    state: 'ok',
    reason: null,
    since: null,
    nextProbeAt: null,
    held: 0,
    tokenExpiresAt: null,
    certificateExpiresAt: null,
    secretExpiresAt: null,
  },
  auth: { type: 'basic', username: 'me', password: mark },
  settings: {
    headers: [
      { name: 'X-A', value: 'a' },
      { name: 'X-Key', secret: true, value: mark },
    ],
  },
});
const orders = destination.parse({ ...stamp, connectionId: 'x', name: 'Orders', template: '{{! \n return 1; }}' });

test('what Export writes is read back as the same things, and stored secrets stay where the file has none', () => {
  const read = itemsOf(connectionFile(crm, [orders]));
  assert.ok(read.ok);
  assert.deepEqual(
    read.items.map(({ kind, name, connection: of }) => [kind, name, of]),
    [
      ['connection', 'CRM', null],
      ['destination', 'Orders', 'CRM'],
    ],
  );
  const { id, version, createdAt, updatedAt: _at, updatedBy, health, ...body } = crm;
  assert.deepEqual(keepingSecrets(read.items[0]?.body, crm), body);
  assert.equal(read.items[1]?.body['template'], orders.template);
});

test('a file may give secrets, and another kind of authentication keeps none of the former', () => {
  assert.deepEqual(keepingSecrets({ auth: { type: 'basic', username: 'me', password: 'new' } }, crm), {
    auth: { type: 'basic', username: 'me', password: 'new' },
  });
  assert.deepEqual(keepingSecrets({ auth: { type: 'bearer', token: { ref: 'env:TOKEN' } } }, crm), {
    auth: { type: 'bearer', token: null },
  });
});

test('files in every accepted shape are read, in the order in which things can be made', () => {
  const read = itemsOf(
    'destinations: [{connection: A, name: D}]\nconnections: [{name: A, baseUrl: "https://a"}]\n---\nkind: behavior\nname: B\n',
  );
  assert.ok(read.ok);
  assert.deepEqual(
    read.items.map(({ name }) => name),
    ['A', 'D', 'B'],
  );
  const json = itemsOf('[{"kind": "connection", "name": "J"}]');
  assert.ok(json.ok && json.items[0]?.name === 'J');
});

test('what can not be read is told with its cause', () => {
  const problem = (text: string) => {
    const read = itemsOf(text);
    return read.ok ? null : read.problem.code;
  };
  assert.deepEqual(
    ['a: [', 'kind: user\nname: x', 'connections: [{}]', 'destinations: [{name: D}]', 'text', ''].map(problem),
    ['syntax', 'kind', 'name', 'connection', 'not_object', 'empty'],
  );
});
