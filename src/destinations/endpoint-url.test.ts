import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinUrl } from './endpoint-url.ts';
import { pathShape } from './path-shape.ts';

const join = (baseUrl: string, path: string, port: number | null = null, template?: string) => {
  const joined = joinUrl({ baseUrl, port, path, shape: template === undefined ? null : pathShape(template) });
  return joined.ok ? joined.url.href : `refused: ${joined.reason}`;
};

test('base URL, port and endpoint path are joined by exactly one slash', () => {
  const cases: [string, number | null, string, string][] = [
    ['https://api.example.com', null, 'orders', 'https://api.example.com/orders'],
    ['https://api.example.com', null, '/orders', 'https://api.example.com/orders'],
    ['https://api.example.com/', null, '/orders', 'https://api.example.com/orders'],
    ['https://api.example.com/v2', null, 'orders', 'https://api.example.com/v2/orders'],
    ['https://api.example.com/v2/', null, '//orders/', 'https://api.example.com/v2/orders/'],
    ['https://api.example.com/v2', null, '', 'https://api.example.com/v2'],
    ['https://api.example.com/v2/', null, '', 'https://api.example.com/v2/'],
    ['https://api.example.com', null, '', 'https://api.example.com/'],
    ['https://api.example.com/v2', null, '/', 'https://api.example.com/v2/'],
    ['https://api.example.com/v2', null, '?a=1&b=%20', 'https://api.example.com/v2?a=1&b=%20'],
    ['https://api.example.com/v2', null, 'orders?a=1?2', 'https://api.example.com/v2/orders?a=1?2'],
    ['https://api.example.com/v2', 8443, 'orders', 'https://api.example.com:8443/v2/orders'],
    ['https://api.example.com:8443/v2', 8443, 'orders', 'https://api.example.com:8443/v2/orders'],
    ['https://api.example.com:443/v2', 443, 'orders', 'https://api.example.com/v2/orders'],
    ['https://api.example.com./v2', null, 'orders', 'https://api.example.com/v2/orders'],
    ['http://[::1]', 8080, 'x', 'http://[::1]:8080/x'],
    ['https://api.example.com', null, 'a b/ü', 'https://api.example.com/a%20b/%C3%BC'],
    ['https://api.example.com', null, 'a%2Fb@evil:80', 'https://api.example.com/a%2Fb@evil:80'],
    ['https://api.example.com', null, '//evil.example/x', 'https://api.example.com/evil.example/x'],
    ['https://api.example.com', null, 'https://evil.example/x', 'https://api.example.com/https://evil.example/x'],
    ['https://user.example', null, 'x ', 'https://user.example/x%20'],
  ];
  for (const [base, port, path, wanted] of cases) assert.equal(join(base, path, port), wanted, `${base} + ${path}`);
});

test('a base URL that is not absolute http(s), or carries user-info, query, fragment or another port, is refused', () => {
  for (const base of [
    'api.example.com',
    '/v2',
    'ftp://example.com',
    'https:/example.com',
    'https:\\\\example.com',
    'https://user:pw@example.com',
    'https://@example.com',
    'https://example.com/?',
    'https://example.com/#',
    'https://example.com/a\nb',
    'https://exa mple.com',
    'https://example.com:99999',
    '',
  ])
    assert.match(join(base, 'x'), /^refused: Base URL/, base);
  assert.match(join('https://example.com:443', 'x', 8443), /another port \(443\)/);
  assert.match(join('http://[::1]:81', 'x', 80), /another port \(81\)/);
});

test('a path never leaves the base URL, however it is written', () => {
  for (const path of [
    '../x',
    'a/../../x',
    '.',
    'a/./b',
    '%2e%2e/x',
    'a/%2E./x',
    '.%2e',
    '..\\x',
    'a\\b',
    'a\r\nHost: evil',
    'a\tb',
    'a\u0000b',
    'x#y',
    '..?a=1',
  ])
    assert.match(join('https://example.com/base', path), /^refused/, JSON.stringify(path));
});

test("inserted values can't change the number of segments or begin a query", () => {
  const at = (template: string, path: string) => join('https://example.com/v2', path, null, template);
  assert.equal(at('/orders/{{it.data[0].id}}/items', '/orders/7/items'), 'https://example.com/v2/orders/7/items');
  assert.equal(at('/orders/{{it.data[0].id}}', '/orders/a%2Fb'), 'https://example.com/v2/orders/a%2Fb');
  assert.equal(at('/orders/{{it.data[0].id}}', '/orders/'), 'https://example.com/v2/orders/');
  assert.equal(at('/o?id={{ {a:{b:1}}.a.b }}', '/o?id=1'), 'https://example.com/v2/o?id=1');
  assert.equal(at('/o/{{ it.a ? "x/y" : "}}" }}', '/o/x'), 'https://example.com/v2/o/x');
  assert.match(at('/orders/{{it.id}}', '/orders/a/b'), /has 3 segments where 2/);
  assert.match(at('{{it.a}}/{{it.b}}', '/b'), /has 1 segments where 2/);
  assert.match(at('/orders/{{*it.id}}', '/orders/a?b'), /query/);
  assert.match(at('/orders/{{it.id}}', '/orders/..'), /\.\. segment/);
  assert.equal(
    at("{{! return 'a/b'; }}", 'a/b'),
    'https://example.com/v2/a/b',
    'JavaScript in the path decides the shape',
  );
});

test('any encoded value stays inside its segment', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const path = `/a/${encodeURIComponent(value.toWellFormed())}/b`;
      const joined = joinUrl({ baseUrl: 'https://example.com/base', port: null, path, shape: pathShape('/a/{{x}}/b') });
      if (!joined.ok) return /^\.{1,2}$/.test(value);
      return joined.url.origin === 'https://example.com' && joined.url.pathname.split('/').length === 5;
    }),
  );
});
