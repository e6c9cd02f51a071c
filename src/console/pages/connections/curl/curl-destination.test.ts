import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCurl } from './curl-command.ts';
import { destinationOf } from './curl-destination.ts';

const connection = {
  baseUrl: 'https://api.example.com/v2/',
  port: 8443,
  auth: { type: 'bearer' },
  settings: { headers: [{ name: 'X-Source' }] },
};

function made(command: string, base: Partial<typeof connection> = {}) {
  const result = readCurl(command);
  assert.ok(result.ok, JSON.stringify(result));
  return destinationOf(result.request, { ...connection, ...base });
}

test('a command to this connection becomes a destination: the rest of the path, and only headers that are not there yet', () => {
  const found = made(
    `curl -X PUT 'https://API.example.com:8443/v2/people/1?dry=1' -H 'Authorization: Bearer t' -H 'x-source: web' -H 'X-Api-Key: k' --json '{"a":1}'`,
  );
  assert.ok(found.kind === 'destination');
  assert.deepEqual(
    [found.draft.name, found.draft.method, found.draft.path, found.draft.contentType],
    ['People', 'PUT', '/people/1?dry=1', 'application/json'],
  );
  assert.deepEqual(
    found.draft.headers.map(({ row: _row, ...header }) => header),
    [{ name: 'X-Api-Key', value: 'k', isSecret: true }],
  );
  assert.equal(found.signIn, 'connection');
});

test('a command tells whether the connection authenticates instead of it, only the command did, or neither', () => {
  const signIn = (command: string, type: string) => {
    const found = made(command, { auth: { type } });
    return found.kind === 'destination' ? found.signIn : found.kind;
  };
  assert.equal(signIn('curl -u me:pass https://api.example.com:8443/v2/x', 'none'), 'command');
  assert.equal(signIn('curl -u me:pass https://api.example.com:8443/v2/x', 'oauth2'), 'connection');
  assert.equal(signIn('curl https://api.example.com:8443/v2/x', 'bearer'), 'none');
});

test('the Base URL itself is an Endpoint Path too', () => {
  const path = (url: string, base = connection.baseUrl) => {
    const found = made(`curl ${url}`, { baseUrl: base });
    return found.kind === 'destination' ? found.draft.path : found.kind;
  };
  assert.equal(path('https://api.example.com:8443/v2'), '');
  assert.equal(path('https://api.example.com:8443/v2?a=1'), '?a=1');
  assert.equal(path('https://api.example.com:8443', 'https://api.example.com'), '/');
});

test('another server, port or scheme, and a path outside of the Base URL, is elsewhere', () => {
  for (const [url, isOtherHost] of [
    ['https://other.example:8443/v2/x', true],
    ['https://api.example.com/v2/x', true],
    ['http://api.example.com:8443/v2/x', true],
    ['https://api.example.com:8443/v1/x', false],
    ['https://api.example.com:8443/v20/x', false],
  ] as const) {
    const found = made(`curl ${url}`);
    assert.ok(found.kind === 'elsewhere', url);
    assert.deepEqual([found.goesTo, found.isOtherHost], [url, isOtherHost]);
  }
});
