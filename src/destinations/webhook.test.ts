import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionInput } from '../contract/documents/connection.ts';
import { destinationInput } from '../contract/documents/destination.ts';
import { hopsHeader } from '../contract/records/event.ts';
import type { Rendered } from '../contract/records/rendered.ts';
import { Secret } from '../contract/secret.ts';
import { requestBuilder, withHeaders } from './webhook.ts';

const secret = (value: string) => new Secret(value, '2026-01-01T00:00:00Z');

// Parsed documents without secrets equal stored documents; tests that need secrets insert them.
type Connection = Parameters<typeof requestBuilder>[0];
type Destination = Parameters<typeof requestBuilder>[1];
function build(changes: { connection?: object; destination?: object; rendered?: Partial<Rendered> }) {
  const connection = connectionInput.parse({ name: 'c', baseUrl: 'https://example.com/v2', ...changes.connection });
  const destination = destinationInput.parse({ name: 'd', path: '/orders', ...changes.destination });
  const rendered = { path: destination.path, headers: [], body: '{"a":1}', isObject: false, ...changes.rendered };
  const built = requestBuilder(
    connection as Connection, // no secrets in these inputs
    destination as Destination, // no secrets in these inputs
  );
  return built(rendered, 'key-1', '1');
}

function request(changes: Parameters<typeof build>[0]) {
  const built = build(changes);
  assert.ok(built.ok, built.ok ? '' : built.detail);
  return built.request;
}

test('a POST carries the rendered bytes, its content type as configured, and the idempotency key', () => {
  const made = request({ destination: { contentType: 'text/plain; charset=ISO-8859-1' } });
  assert.deepEqual(made, {
    method: 'POST',
    url: 'https://example.com/v2/orders',
    headers: [
      ['Content-Type', 'text/plain; charset=ISO-8859-1'],
      ['Idempotency-Key', 'key-1'],
      [hopsHeader, '1'],
    ],
    body: '{"a":1}',
  });
});

test('the idempotency header can be renamed and left out', () => {
  const names = (changes: Parameters<typeof build>[0]) => request(changes).headers.map(([name]) => name);
  const renamed = names({ connection: { settings: { idempotencyHeader: 'X-Key' } } });
  assert.deepEqual(renamed, ['Content-Type', 'X-Key', hopsHeader]);
  assert.deepEqual(names({ connection: { settings: { idempotencyHeader: null } } }), ['Content-Type', hopsHeader]);
});

test('GET sends no body and no content type: text becomes the query, after the existing one', () => {
  const get = (body: string, path = '/orders') =>
    request({ destination: { method: 'GET', path }, rendered: { body, path } });
  assert.equal(get('a=1&b=2').url, 'https://example.com/v2/orders?a=1&b=2');
  assert.equal(get(' ?a=1\n', '/orders?x=y').url, 'https://example.com/v2/orders?x=y&a=1');
  assert.equal(get('a=1\r\nb#c').url, 'https://example.com/v2/orders?a=1%0D%0Ab%23c');
  assert.equal(get('a=1').body, null);
  assert.deepEqual(get('a=1').headers, [
    ['Idempotency-Key', 'key-1'],
    [hopsHeader, '1'],
  ]);
});

test('GET turns an object into parameters', () => {
  const get = (value: unknown) =>
    build({ destination: { method: 'GET' }, rendered: { body: JSON.stringify(value), isObject: true } });
  const made = get({
    q: 'a b&c=ü',
    n: 1,
    yes: true,
    none: null,
    tags: ['x', 'y', null],
    deep: { a: [1] },
    rows: [{ b: 2 }],
  });
  assert.ok(made.ok);
  assert.equal(
    made.request.url,
    'https://example.com/v2/orders?q=a%20b%26c%3D%C3%BC&n=1&yes=true&tags=x&tags=y&deep=%7B%22a%22%3A%5B1%5D%7D&rows=%7B%22b%22%3A2%7D',
  );
  const empty = get({});
  assert.ok(empty.ok && empty.request.url === 'https://example.com/v2/orders');
  const list = get([1]);
  assert.ok(!list.ok && list.reason === 'template_error');
});

test('GET refuses invalid JSON of a template that claims to return an object, as a template error', () => {
  const made = build({ destination: { method: 'GET' }, rendered: { body: '{"a":', isObject: true } });
  assert.ok(!made.ok && made.reason === 'template_error');
});

test('GET refuses an object that is nested too deeply for the query, as a template error', () => {
  const depth = 200_000;
  const body = `{"a":{"b":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
  const made = build({ destination: { method: 'GET' }, rendered: { body, isObject: true } });
  assert.deepEqual([made.ok, !made.ok && made.reason], [false, 'template_error']);
});

test('GET sends a body when the destination is set so', () => {
  const made = request({ destination: { method: 'GET', settings: { getBody: true } } });
  assert.equal(made.body, '{"a":1}');
  assert.equal(made.url, 'https://example.com/v2/orders');
  assert.equal(made.headers[0]?.[0], 'Content-Type');
});

test("the destination's headers override the connection's in any case; headers set by Millrace override both", () => {
  const made = request({
    connection: {
      settings: {
        headers: [
          { name: 'X-Team', value: 'one' },
          { name: 'X-Only', value: 'kept' },
          { name: 'content-type', value: 'text/wrong' },
          { name: 'X-Api-Key', value: 'k1', secret: true },
        ],
      },
    },
    rendered: {
      headers: [
        ['x-team', ' two\t'],
        ['IDEMPOTENCY-KEY', 'mine'],
      ],
    },
  });
  assert.deepEqual(made.headers, [
    ['X-Only', 'kept'],
    ['X-Api-Key', 'k1'],
    ['x-team', 'two'],
    ['Content-Type', 'application/json'],
    ['Idempotency-Key', 'key-1'],
    [hopsHeader, '1'],
  ]);
  assert.deepEqual(
    withHeaders({ ...made, headers: [['authorization', 'mine']] }, [['Authorization', 'Bearer t']]).headers,
    [['Authorization', 'Bearer t']],
  );
});

test('secret headers of the destination are sent although the template never sees them', () => {
  const destination = destinationInput.parse({ name: 'd' });
  const build = requestBuilder(
    connectionInput.parse({ name: 'c', baseUrl: 'https://example.com' }) as Connection, // no secrets in it
    {
      ...destination,
      settings: { ...destination.settings, headers: [{ name: 'X-Secret', value: secret('s3cret'), secret: true }] },
    } as Destination, // its only secret is stored
  );
  const built = build({ path: '', headers: [], body: 'x', isObject: false }, 'key-1', '1');
  assert.ok(built.ok && built.request.headers.some(([name, value]) => name === 'X-Secret' && value === 's3cret'));
});

test('a header value with a line break, control character or non-ASCII is refused, and the error names the header', () => {
  for (const value of ['a\r\nX-Evil: 1', 'a\nb', 'a\u0000', 'ü', 'a\u007f']) {
    const built = build({ rendered: { headers: [['X-Name', value]] } });
    assert.ok(!built.ok && built.reason === 'template_error' && built.detail.includes('X-Name'));
  }
});

test('an address that would leave the base URL is blocked', () => {
  const built = build({ destination: { path: '/o/{{it.data[0].id}}' }, rendered: { path: '/o/..' } });
  assert.ok(!built.ok && built.reason === 'blocked');
});

test('lone surrogates are sent as U+FFFD', () => {
  assert.equal(request({ rendered: { body: 'a\ud800b' } }).body, 'a\ufffdb');
});
